/*
 * Reply: what an SMTP server said, once all its lines are in (RFC 5321 4.2), with the enhanced
 * status code if it gave one (RFC 3463, RFC 2034).
 */
#ifndef MAIL_REPLY_H
#define MAIL_REPLY_H

#include <stdbool.h>
#include <stdint.h>

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

/* Reads "5.1.1" at the head of `text`; class 0 when there is none. `ret_rest` may be NULL. */
struct enhanced enhanced_parse(struct text text, struct text *ret_rest);
/* "5.1.1", or "" for none. */
enum { ENHANCED_STRING = 16 };
const char *enhanced_string(struct enhanced enhanced, char string[ENHANCED_STRING]);

#endif
