/* Mailbox kind: what each sort of mailbox does behind mailbox/mailbox.h; for the mailbox room only.
 */
#ifndef MAILBOX_MAILBOX_KIND_H
#define MAILBOX_MAILBOX_KIND_H

#include "mailbox/mailbox.h"

struct mailbox_kind {
    /* NULL and an error, or the state the others are given. NULL: it has no path. */
    void *(*open)(const char *path, struct error *err);
    void (*close)(void *state);
    bool (*next)(void *state, struct arena *arena, struct mailbox_mail *mail, bool *ret_there,
                 struct error *err);
    /* NULL: next() has read it already. */
    bool (*read)(void *state, struct arena *arena, struct mailbox_mail *mail, bool *ret_there,
                 struct error *err);
    /* These may be NULL. */
    void (*mark)(void *state, struct text uid);
    void (*mark_again)(void *state, struct text uid);
    void (*finish)(void *state); /* sends what was marked */
    bool (*again)(void *state, struct error *err);
    uint64_t (*passed_over)(const void *state);
};

extern const struct mailbox_kind mailbox_maildir, mailbox_mbox, mailbox_remote;

/* For mailbox_remote, which has no path: NULL and an error, or its state. */
void *mailbox_remote_open(const struct mailbox_server *server, struct error *err);

#endif
