/*
 * Reply: what an SMTP server said, once all its lines are in (RFC 5321 4.2), with the enhanced
 * status code if it gave one (RFC 3463, RFC 2034).
 */
#ifndef MAIL_REPLY_H
#define MAIL_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"

/* 5.1.1 and its kin. `class` 0 means there is none. */
struct enhanced {
    uint8_t class; /* 2, 4, 5 */
    uint16_t subject, detail;
};

struct reply {
    uint16_t code; /* 200 … 599; 0: there was no reply */
    struct enhanced enhanced;
    struct text text; /* lines joined by a space, codes stripped, printable, at most REPLY_TEXT */
};

enum { REPLY_TEXT = 512 };

/* Reads "5.1.1" at the head of `text`, also "#5.1.1" and "5.1.1:"; class 0 when there is none.
 * `ret_rest` may be NULL. */
struct enhanced enhanced_parse(struct text text, struct text *ret_rest);
/* "5.1.1", or "" for none. */
enum { ENHANCED_STRING = 16 };
const char *enhanced_string(struct enhanced enhanced, char string[ENHANCED_STRING]);

/* One whole reply may have so many lines and bytes; more is a server that has lost its mind. */
enum { REPLY_LINES = 512, REPLY_BYTES = 64 * 1024 };

/*
 * The reader collects a reply from bytes as they happen to arrive. It is strict where a mistake
 * would shift a verdict to another message: three digits, 2 to 5 first, then a space, a hyphen or
 * the end; all lines of a reply with one code; no more than the caps. Bare LF ends a line too.
 * What the server says is cleaned here, before anybody else sees it.
 */
struct reply_reader {
    struct buffer line; /* the beginning of a line whose end has not come yet */
    size_t bytes;       /* of this reply so far */
    unsigned lines;
    uint16_t code;
    struct enhanced enhanced;
    size_t length;
    char text[REPLY_TEXT];
};

enum reply_step {
    REPLY_MORE,   /* all bytes used up, the reply is not whole */
    REPLY_WHOLE,  /* ret_reply is filled, `*bytes` begins behind it */
    REPLY_BROKEN, /* not SMTP: nothing that follows can be trusted */
};

/* Zero-initialized is not enough: begin with this; end with reply_reader_free. */
void reply_reader_begin(struct reply_reader *reader);
void reply_reader_free(struct reply_reader *reader);
/* `ret_reply->text` is borrowed from the reader until the next call. */
enum reply_step reply_reader_take(struct reply_reader *reader, struct text *bytes,
                                  struct reply *ret_reply);
/* True in the middle of a reply: the connection may not end here. */
bool reply_reader_inside(const struct reply_reader *reader);

#endif
