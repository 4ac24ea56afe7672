/*
 * Encode: the transfer encodings of mail: quoted-printable and base64 (RFC 2045 6.7, 6.8), encoded
 * words in headers (RFC 2047), parameters beyond ASCII (RFC 2231).
 *
 * All of them write ASCII with CRLF line ends, never a bare CR or LF, and append to a buffer, whose
 * limit holds. Line ends of the input may be LF, CRLF or CR.
 */
#ifndef MAIL_ENCODE_H
#define MAIL_ENCODE_H

#include <stdbool.h>

#include "base/buffer.h"

enum {
    ENCODE_LINE = 76, /* without its CRLF */
    ENCODE_WORD = 75, /* an encoded word at most, RFC 2047 2 */
};

/*
 * Quoted-printable of text. A line never begins with "." (=2E) or "From " (=46rom), so that
 * neither dot-stuffing nor an mbox can change it, and never ends in a blank. A UTF-8 sequence is
 * never cut by a soft line break.
 *
 * encode_qp() is a whole body: it ends in CRLF.
 * encode_qp_piece() is one piece of a body that is laid out in advance: it begins at column 0 and
 * ends there, with a soft line break where the text does not end in a line end. Pieces can be put
 * behind each other in any order, and decode to their texts behind each other. The empty text is
 * the empty piece.
 */
void encode_qp(struct text text, struct buffer *out);
void encode_qp_piece(struct text text, struct buffer *out);

/* base64 in lines of 76, the last one with CRLF too. */
void encode_base64(struct text bytes, struct buffer *out);

/* base64 in one line without a line end. */
void encode_base64_bare(struct text bytes, struct buffer *out);

/* base32 (RFC 4648 6) in lower case, without padding. */
void encode_base32(struct text bytes, struct buffer *out);
/* Reads it in either case; false on any other byte, or bits left over that are not zero. */
bool decode_base32(struct text string, struct buffer *out);

/*
 * UTF-8 as encoded words, Q or B, whichever is shorter; several are joined by CRLF SP. `column` is
 * where the first begins. Returns the column behind the last. Broken UTF-8 is encoded octet by
 * octet; callers refuse it before.
 */
size_t encode_words(struct text text, size_t column, struct buffer *out);

/*
 * One MIME parameter, "; name=value" on a line of its own (CRLF SP before it): a quoted string when
 * `value` is ASCII and short enough, else the extended form of RFC 2231 with continuations.
 */
void encode_parameter(const char *name, struct text value, struct buffer *out);

#endif
