/*
 * Mailbox: mails that wait to be read, wherever they lie.
 *
 * A mailbox is walked once, oldest first, and only read: nothing is moved, flagged or deleted by
 * walking it. What was taken is marked by mailbox_mark(), which the caller does after the mail's
 * effect is durable; a run that ends before that finds the mail again, and the store knows it by
 * its digest. Of a mail at most MAILBOX_MAIL bytes are read: what tells whose it is and why stands
 * in front.
 */
#ifndef WIRE_MAILBOX_H
#define WIRE_MAILBOX_H

#include "base/arena.h"
#include "base/error.h"

enum {
    MAILBOX_MAIL = 256 * 1024, /* bytes that are read of a mail */
    MAILBOX_UID = 255,         /* bytes of a mail's name in its mailbox */
    MAILBOX_MAILS = 1000000,   /* mails of a mailbox that one walk sees */
};

struct mailbox_mail {
    struct text uid;   /* its name in this mailbox for ever; empty: it has none (mbox, stdin) */
    struct text bytes; /* in the arena given to mailbox_read(); the first MAILBOX_MAIL */
    uint64_t size;     /* of the whole mail */
};

struct mailbox;

/* maildir:PATH, mbox:PATH; a relative path begins at `root`. FAULT_UNREACHABLE when it is not there
 * or cannot be read, FAULT_REMAINS when another program is writing to it. */
bool mailbox_open(struct text url, const char *root, struct mailbox **ret_mailbox,
                  struct error *err);
/* NULL is fine. */
void mailbox_close(struct mailbox *mailbox);

/* The next mail's name, without reading it; `ret_there` is false at the end. In `arena`. */
bool mailbox_next(struct mailbox *mailbox, struct arena *arena, struct mailbox_mail *ret_mail,
                  bool *ret_there, struct error *err);
/* Reads the mail that mailbox_next() gave last. `ret_there` is false when it is gone meanwhile. */
bool mailbox_read(struct mailbox *mailbox, struct arena *arena, struct mailbox_mail *mail,
                  bool *ret_there, struct error *err);
/* Shows people that the mail was dealt with (Maildir: seen). Failing to is no error: it is only a
 * courtesy. */
void mailbox_mark(struct mailbox *mailbox, struct text uid);

/* One mail from a descriptor: its first `cap` bytes; the rest is read and only counted. */
bool mailbox_read_one(struct arena *arena, int fd, struct text name, size_t cap,
                      struct mailbox_mail *ret_mail, struct error *err);

#endif
