/* Body: the bytes of a message as they stream in, with their line endings checked and the end
 * found. */
#ifndef CATCHER_BODY_H
#define CATCHER_BODY_H

#include "bytes.h"

enum body_keep { BODY_KEEP_NOTHING, BODY_KEEP_HEADER, BODY_KEEP_ALL };

struct body {
    enum body_keep keep;
    bool strict_chunks; /* look at the line endings inside BDAT chunks too */
    size_t limit;       /* bytes; above it nothing more is kept and `too_big` is set */

    struct bytes text;  /* what was kept, dot-unstuffed */
    size_t size;        /* all bytes, dot-unstuffed */
    bool broken_ending; /* a CR without LF or a LF without CR was seen (RFC 5321 2.3.8) */
    bool too_big;
    bool header_done;
    bool after_cr;
    bool at_line_start;
};

void body_begin(struct body *body);
/* Takes bytes after DATA. Returns how many were used; `*ret_end` is true when CRLF.CRLF was among
 * them, and is then the last of them. Up to two bytes stay unused when only the next read can tell
 * what they mean. */
size_t body_take_dotted(struct body *body, const char *at, size_t length, bool *ret_end);
/* Takes bytes of a BDAT chunk. */
void body_take_chunk(struct body *body, const char *at, size_t length);
/* After the last chunk: a CR at the very end is a broken ending too. */
void body_end(struct body *body);
/* The Message-ID of the kept header, `-` when there is none. Borrowed from the body. */
void body_message_id(const struct body *body, const char **ret_at, size_t *ret_length);

#endif
