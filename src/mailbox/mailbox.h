/*
 * Mailbox: mails that wait to be read, wherever they lie.
 *
 * A mailbox is walked once, oldest first, and only read: nothing is moved, flagged or deleted by
 * walking it. What was taken is marked by mailbox_mark(), which the caller does after the mail's
 * effect is durable; a run that ends before that finds the mail again, and the store knows it by
 * its digest. Of a mail at most MAILBOX_MAIL bytes are read: what tells whose it is and why stands
 * in front.
 */
#ifndef MAILBOX_MAILBOX_H
#define MAILBOX_MAILBOX_H

#include "base/arena.h"
#include "base/error.h"

enum mailbox_protocol { MAILBOX_IMAPS, MAILBOX_POP3S };

/* A mailbox on a server. Strings are borrowed for as long as it is open. */
struct mailbox_server {
    const char *url; /* as configured, for what is said to a person */
    enum mailbox_protocol protocol;
    const char *host; /* without brackets */
    uint16_t port;
    const char *user, *secret;
    const char *folder;  /* IMAP */
    const char *ca_file; /* NULL: the system's authorities */
    int64_t timeout_ms;  /* for one answer */
    bool keep;           /* what was taken is shown as read (IMAP), not deleted */
};

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

/* On a server. It is read by a process of its own, which this program starts anew: main() must
 * begin with mailbox_session_is_asked(). FAULT_CONFIG for certificate, password and folder, else
 * FAULT_UNREACHABLE. */
bool mailbox_connect(const struct mailbox_server *server, struct mailbox **ret_mailbox,
                     struct error *err);
/* maildir:PATH, mbox:PATH; a relative path begins at `root`. FAULT_UNREACHABLE when it is not there
 * or cannot be read, FAULT_REMAINS when another program is writing to it. */
bool mailbox_open(struct text url, const char *root, struct mailbox **ret_mailbox,
                  struct error *err);
/* What was marked is told to the server first. NULL is fine. */
void mailbox_close(struct mailbox *mailbox);

bool mailbox_is_remote(const struct mailbox *mailbox);
/* The next mail's name, without reading it; `ret_there` is false at the end. In `arena`. */
bool mailbox_next(struct mailbox *mailbox, struct arena *arena, struct mailbox_mail *ret_mail,
                  bool *ret_there, struct error *err);
/* Reads the mail that mailbox_next() gave last. `ret_there` is false when it is gone meanwhile. */
bool mailbox_read(struct mailbox *mailbox, struct arena *arena, struct mailbox_mail *mail,
                  bool *ret_there, struct error *err);
/* Shows that the mail was dealt with: seen in a Maildir and with `keep`, else deleted from its
 * server; at the latest when the mailbox is closed. Failing to is no error: the next run marks
 * again. */
void mailbox_mark(struct mailbox *mailbox, struct text uid);
/* The same for the mail that mailbox_next() gave last, which an earlier run took: that may have
 * ended before it was shown. Nothing changes where a person may have undone it since. */
void mailbox_mark_again(struct mailbox *mailbox, struct text uid);
/* After a failure: true when it can be walked once more, from its first mail on. */
bool mailbox_again(struct mailbox *mailbox, struct error *err);
/* Mails that could not be read although the others could; they are where they were. */
uint64_t mailbox_passed_over(const struct mailbox *mailbox);

/* One mail from a descriptor: its first `cap` bytes; the rest is read and only counted. */
bool mailbox_read_one(struct arena *arena, int fd, struct text name, size_t cap,
                      struct mailbox_mail *ret_mail, struct error *err);

#endif
