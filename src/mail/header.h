/*
 * Header: fields of RFC 5322, written so that no value can become a field of its own.
 *
 * Each function appends one whole field with its CRLF, folded at 78 columns where the text allows
 * (RFC 5322 2.1.1; 998 is the hard limit and an error). A value that holds CR, LF or another
 * control character, or broken UTF-8, is refused with an error and nothing is appended: cleaning it
 * in silence would hide who put it there.
 */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum {
    HEADER_FOLD = 78,
    HEADER_LINE = 998,
    HEADER_VALUE = 8 * 1024, /* bytes of one unstructured value before encoding */
};

/* True when `value` may stand in a header; else FAULT_FILE, naming the field. */
bool header_value_check(const char *name, struct text value, struct error *err);

/* Unstructured text (Subject): encoded words where it is not ASCII. */
bool header_text(struct buffer *out, const char *name, struct text value, struct error *err);

/* Structured ASCII that is already in its grammar; folds at blanks and nowhere else. */
bool header_structured(struct buffer *out, const char *name, struct text value, struct error *err);

/* `display` <address>: the display name as atoms, a quoted string or encoded words; without one,
 * the bare address. `address` was parsed by mail/address.h. */
struct mailbox {
    struct text display, address;
};
bool header_mailboxes(struct buffer *out, const char *name, const struct mailbox *mailboxes,
                      size_t count, struct error *err);

/* "Tue, 01 Dec 2026 17:00:00 +0000" */
void header_date(struct buffer *out, const char *name, int64_t wall_ms);
enum { HEADER_DATE = 40 };
struct text header_date_of(int64_t wall_ms, char date[HEADER_DATE]);

/* A phrase and a list identifier (RFC 2919): List-ID: title <topic.domain>. */
bool header_list_id(struct buffer *out, struct text title, struct text identifier,
                    struct error *err);

#endif
