/*
 * Frame: what a mailbox and its worker say to each other over their socket.
 *
 * A frame is a word and some bytes. Numbers are written in decimals; what has no form of its own
 * (names, a mail) comes last and needs no escaping. Neither side believes the other's lengths.
 */
#ifndef MAILBOX_MAILBOX_FRAME_H
#define MAILBOX_MAILBOX_FRAME_H

#include "base/buffer.h"
#include "mailbox/mailbox.h"

enum frame_word {
    /* asked */
    FRAME_OPEN = 1, /* the server, its strings one behind the other, each with its NUL */
    FRAME_LIST,     /* FIRST: names from this number on */
    FRAME_FETCH,    /* HANDLE */
    FRAME_MARK,     /* HANDLE HANDLE … */
    FRAME_CLOSE,
    /* answered */
    FRAME_DONE,
    FRAME_NAMES,   /* lines "HANDLE NAME", NAME may be empty; none: the end */
    FRAME_MAIL,    /* SIZE, LF, the bytes */
    FRAME_GONE,    /* the mail is not there any more */
    FRAME_TROUBLE, /* its number, LF, the server's words */
};

enum { FRAME_BYTES = MAILBOX_MAIL + 64 * 1024, FRAME_NAMES_MOST = 1000, FRAME_MARKS = 500 };

struct frame {
    enum frame_word word;
    struct text bytes;
};

/* False when the other side is gone. */
bool frame_write(int fd, enum frame_word word, struct text bytes);

enum frame_end { FRAME_WHOLE, FRAME_ENDED, FRAME_LATE, FRAME_SENSELESS };

/* Waits until `deadline_ms` of the system's steady clock; INT64_MAX: for ever. In `arena`. */
enum frame_end frame_read(int fd, int64_t deadline_ms, struct arena *arena,
                          struct frame *ret_frame);

/* Takes "NUMBER" and `behind` off `*rest`. */
bool frame_take_number(struct text *rest, char behind, uint64_t most, uint64_t *ret_number);

#endif
