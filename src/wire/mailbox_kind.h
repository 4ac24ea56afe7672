/* Mailbox kind: what each sort of mailbox does behind wire/mailbox.h; for the wire room only. */
#ifndef WIRE_MAILBOX_KIND_H
#define WIRE_MAILBOX_KIND_H

#include "wire/mailbox.h"

struct mailbox_kind {
    /* NULL and an error, or the state the others are given. */
    void *(*open)(const char *path, struct error *err);
    void (*close)(void *state);
    bool (*next)(void *state, struct arena *arena, struct mailbox_mail *mail, bool *ret_there,
                 struct error *err);
    /* NULL: next() has read it already. */
    bool (*read)(void *state, struct arena *arena, struct mailbox_mail *mail, bool *ret_there,
                 struct error *err);
    void (*mark)(void *state, struct text uid); /* may be NULL */
};

extern const struct mailbox_kind mailbox_maildir, mailbox_mbox;

#endif
