/*
 * Collect, trial: strangers' bytes are read where a crash costs one mail.
 *
 * A child process reads batch after batch out of memory that both share, and leaves there what it
 * found, mail by mail. When a mail ends it (a crash, no memory, no end), what it left before still
 * counts, and another child goes on behind that mail. The child has no key, no database and no
 * mailbox; the parent never reads a mail, and believes no length the child left.
 */
#ifndef FLOW_COLLECT_TRIAL_H
#define FLOW_COLLECT_TRIAL_H

#include "base/error.h"
#include "base/text.h"

enum {
    TRIAL_MAIL_SECONDS = 10,           /* one mail */
    TRIAL_MEMORY = 1024 * 1024 * 1024, /* bytes of address space beyond what is there */
    TRIAL_MAILS = 1024,                /* of a batch */
    TRIAL_BYTES = 20 * 1024 * 1024,    /* … and all of theirs */
    TRIAL_ROOM = 16 * 1024 * 1024,     /* what a child may leave at once */
    TRIAL_RESULT = 2 * 1024 * 1024,    /* … of one mail */
};

struct trial_reader {
    /* In the child: reads a mail and writes what it found to `at`, where there is room for
     * TRIAL_RESULT. How many bytes. */
    size_t (*read)(void *self, struct text mail, char *at);
    /* In the child before all: wipes what it must not have. */
    void (*forget)(void *self);
    void *self;
};

/* In the parent, for each mail that came through; `result` lives until this returns. False: not
 * what a reader leaves, so the mail ended it after all. */
typedef bool trial_take(void *self, size_t index, struct text result);

struct trial;

/* FAULT_WRITE when there is no room, or no process can be made. `reader` outlives the trial. */
bool trial_open(const struct trial_reader *reader, struct trial **ret_trial, struct error *err);
/* Ends the child. NULL is fine. */
void trial_close(struct trial *trial);

/* Between begin and end: one mail more of the batch. */
void trial_add(struct trial *trial, struct text mail);
/* Lets the child read what was added, and returns at once. */
void trial_begin(struct trial *trial);
/* Waits for it, and empties the batch. `ret_poison[i]` is true for each mail that ended its reader;
 * the others were taken. FAULT_WRITE when a new child was needed and cannot be made. */
bool trial_end(struct trial *trial, trial_take *take, void *self, bool *ret_poison,
               struct error *err);

#endif
