/* Escape bytes: what each byte is to the languages a mail is made of. */
#ifndef TEMPLATE_ESCAPE_BYTES_H
#define TEMPLATE_ESCAPE_BYTES_H

#include <stdbool.h>

enum {
    BYTE_UNRESERVED = 1, /* RFC 3986 2.3 */
    BYTE_LINK = 2,       /* may stand in a link (RFC 3986 2.2), and with it in quotes, as it is */
    BYTE_HTML = 4,       /* must not stand in text, */
    BYTE_ATTRIBUTE = 8,  /* in a quoted attribute, */
    BYTE_BARE = 16,      /* in an attribute without quotes, */
    BYTE_TAG = 32,       /* in a tag's name; */
    BYTE_STYLE = 64,     /* may stand in a style */
};

extern const unsigned char escape_bytes[256];

/* True when `byte` is of one of the classes. */
static inline bool escape_byte_is(char byte, unsigned classes)
{
    return (escape_bytes[(unsigned char)byte] & classes) != 0;
}

#endif
