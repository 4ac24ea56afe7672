/*
 * Report decode: from the bytes of a part to UTF-8 text a table can be held against.
 *
 * Everything here forgives: what is broken is passed on as it stands. Each function returns its
 * input where there is nothing to do, else a text in `arena`, at most `cap` bytes of it.
 */
#ifndef VERDICT_REPORT_DECODE_H
#define VERDICT_REPORT_DECODE_H

#include "base/arena.h"
#include "base/buffer.h"

/* Content-Transfer-Encoding: quoted-printable or base64, in any case. */
bool decode_is_known(struct text encoding);
struct text decode_transfer(struct arena *arena, struct text bytes, struct text encoding,
                            size_t cap);

/* To UTF-8 from `charset`; without one, or with an unknown one, bytes beyond ASCII that are not
 * UTF-8 are taken for Windows-1252. */
struct text decode_charset(struct arena *arena, struct text bytes, struct text charset, size_t cap);

/* A document, not a text that mentions a tag. */
bool decode_is_html(struct text text);
/* What a reader would see: tags gone, blocks and breaks as lines, entities undone. */
struct text decode_html(struct arena *arena, struct text html);

/* Encoded words of a header (RFC 2047). */
struct text decode_words(struct arena *arena, struct text value);

#endif
