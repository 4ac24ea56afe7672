/* Dialogue: IMAP or POP3 as the worker of a mailbox speaks them, behind one face; for the wire room
 * only. */
#ifndef MAILBOX_MAILBOX_DIALOGUE_H
#define MAILBOX_MAILBOX_DIALOGUE_H

#include "base/buffer.h"
#include "mailbox/mailbox_stream.h"

struct mailbox_dialogue {
    /* From the greeting to an open folder. The state is made in any case. */
    enum mailbox_trouble (*open)(struct mailbox_stream *stream, const struct mailbox_server *server,
                                 void **ret_state);
    /* Lines "HANDLE NAME" of the next mails from number `first` (the first is 1) on; none: the end.
     * `ret_next` is the number to go on with. */
    enum mailbox_trouble (*list)(void *state, uint32_t first, struct buffer *names,
                                 uint32_t *ret_next);
    /* At most MAILBOX_MAIL bytes, lines ending as the server has them. */
    enum mailbox_trouble (*fetch)(void *state, uint32_t handle, struct buffer *mail,
                                  uint64_t *ret_size, bool *ret_there);
    /* These were dealt with. */
    enum mailbox_trouble (*mark)(void *state, const uint32_t *handles, size_t count);
    void (*close)(void *state);
    /* What the server said last, or NULL. */
    const char *(*words)(void *state);
};

extern const struct mailbox_dialogue mailbox_imap, mailbox_pop3;

enum {
    DIALOGUE_LINES = 64 * 1024, /* bytes of a short answer */
    DIALOGUE_SECRET = 255,      /* of a user, of a password: RFC 2449 4 and what libetpan can say */
};

#endif
