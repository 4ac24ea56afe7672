/*
 * Report part: the parts of a mail, cut in one pass.
 *
 * A bounce comes from anybody, so no general MIME parser reads it. libetpan's writes out of bounds
 * for a boundary of one quote, overflows the stack on nested comments and takes half a minute for
 * nested multiparts; this scanner has no recursion, looks at every line once, and stops descending
 * at PART_DEPTH and PART_COUNT. What lies deeper stays in the body of the part it was found in. It
 * keeps only what a reader of bounces asks for: header fields, type, charset, encoding, bytes.
 */
#ifndef VERDICT_REPORT_PART_H
#define VERDICT_REPORT_PART_H

#include "base/arena.h"

enum {
    PART_DEPTH = 10,
    PART_COUNT = 64,
    PART_FIELDS = 400,      /* header fields kept of one part */
    PART_BOUNDARY = 200,    /* RFC 2046 5.1.1 allows 70 */
    PART_TEXT = 256 * 1024, /* decoded bytes of one part */
};

struct part_field {
    struct text name, value; /* the value still folded */
};

struct part {
    struct part_field *fields;
    size_t field_count;
    struct text type;        /* "text/plain" as written; empty when there is no Content-Type */
    struct text charset;     /* or empty */
    struct text encoding;    /* of the transfer, or empty */
    struct text report_type; /* of a multipart/report */
    struct text body;        /* raw; of a multipart: what stands before its first part */
    unsigned depth;
    bool is_returned; /* in, or below, a message/rfc822 or text/rfc822-headers */
    bool is_message;  /* the head of a message: the mail itself, or a message/rfc822 in it */
};

struct parts {
    struct part part[PART_COUNT]; /* in order; the first is the mail's own head */
    size_t count;
};

/* Line ends become LF; a leading "From " line and blank lines are dropped. `mail` itself when it
 * needs no change. */
struct text part_lines(struct arena *arena, struct text mail);

/* `mail` as part_lines() gave it. All texts point into it. */
void part_cut(struct arena *arena, struct text mail, struct parts *ret_parts);

/* Reads a block of header fields at the head of `*rest`, which then begins behind its blank line.
 */
size_t part_fields(struct arena *arena, struct text *rest, struct part_field **ret_fields);

/* The value of the first field of that name, unfolded and trimmed; empty when there is none. */
struct text part_field(struct arena *arena, const struct part *part, struct text name);
/* The same of the field number `*at` or a later one, for names that stand more than once. */
bool part_field_next(struct arena *arena, const struct part *part, struct text name, size_t *at,
                     struct text *ret_value);
struct text part_unfold(struct arena *arena, struct text value);

/* A parameter of a structured value: charset=…, boundary="…". Empty when there is none. */
struct text part_parameter(struct text value, struct text name);

bool part_is(const struct part *part, struct text type);

/* The body as UTF-8 text: transfer encoding, charset and HTML undone, PART_TEXT bytes at most. */
struct text part_text(struct arena *arena, const struct part *part);

#endif
