/* Encode: the transfer encodings of mail: quoted-printable, base64, base32. */
#include "mail/encode.h"

#include "base/banned.h"

static const char hex_digits[] = "0123456789ABCDEF";

/* RFC 2045 6.7: what stands for itself. Blanks do too, except before a line end. */
static bool is_literal(char byte)
{
    return (byte >= ' ' && byte <= '~' && byte != '=') || byte == '\t';
}

/* Room for one more character and the "=" of a soft line break. */
enum { QP_COLUMNS = ENCODE_LINE - 1, QP_OCTET = 3, UTF8_LONGEST = 4 };

struct qp {
    struct buffer *out;
    size_t column;
};

static void soft_break(struct qp *qp)
{
    buffer_append(qp->out, "=\r\n", 3);
    qp->column = 0;
}

/* A UTF-8 sequence stays on one line: some readers decode line by line. */
static size_t sequence_length(struct text rest)
{
    size_t length = 1;
    if ((unsigned char)rest.at[0] < 0xC0)
        return 1;
    while (length < rest.length && length < UTF8_LONGEST &&
           ((unsigned char)rest.at[length] & 0xC0) == 0x80)
        length++;
    return length;
}

static void put_octets(struct qp *qp, struct text octets)
{
    char coded[UTF8_LONGEST * QP_OCTET];
    size_t length = 0;
    for (size_t i = 0; i < octets.length; i++) {
        unsigned char octet = (unsigned char)octets.at[i];
        coded[length++] = '=';
        coded[length++] = hex_digits[octet >> 4];
        coded[length++] = hex_digits[octet & 15];
    }
    if (qp->column + length > QP_COLUMNS)
        soft_break(qp);
    buffer_append(qp->out, coded, length);
    qp->column += length;
}

static size_t literal_run(struct text rest, size_t most)
{
    size_t run = 0, end = rest.length < most ? rest.length : most;
    while (run < end && is_literal(rest.at[run]))
        run++;
    return run;
}

/* RFC 5321 4.5.2 and the mbox formats: both are harmless in the middle of a line only. */
static bool troubles_line_start(struct text rest)
{
    return rest.at[0] == '.' || text_starts(rest, TEXT("From "));
}

/* A line of text without its end. */
static void put_line(struct qp *qp, struct text line)
{
    for (size_t i = 0; i < line.length;) {
        struct text rest = text_after(line, i);
        if (qp->column == QP_COLUMNS)
            soft_break(qp);
        size_t run = literal_run(rest, QP_COLUMNS - qp->column);
        if (qp->column == 0 && troubles_line_start(rest))
            run = 0;
        if (run > 0) {
            buffer_append(qp->out, rest.at, run);
            qp->column += run;
        } else {
            run = sequence_length(rest);
            put_octets(qp, text_slice(rest, 0, run));
        }
        i += run;
    }
}

/* RFC 2045 6.7 (3): a blank at the end of a line would be taken off on the way. */
static void put_hard_line(struct qp *qp, struct text line)
{
    char last = line.length > 0 ? line.at[line.length - 1] : '\0';
    if (last == ' ' || last == '\t') {
        put_line(qp, text_slice(line, 0, line.length - 1));
        put_octets(qp, text_from(&last, 1));
    } else {
        put_line(qp, line);
    }
    buffer_append(qp->out, "\r\n", 2);
    qp->column = 0;
}

/* Takes a line that has an end off `rest`; an end is LF, CRLF or CR. False when none is left. */
static bool take_hard_line(struct text *rest, struct text *ret_line)
{
    for (size_t i = 0; i < rest->length; i++) {
        if (rest->at[i] != '\n' && rest->at[i] != '\r')
            continue;
        bool pair = rest->at[i] == '\r' && i + 1 < rest->length && rest->at[i + 1] == '\n';
        *ret_line = text_slice(*rest, 0, i);
        *rest = text_after(*rest, i + (pair ? 2 : 1));
        return true;
    }
    return false;
}

/* Most values are a word or two: one look, one copy. */
static bool put_short_piece(struct text text, struct buffer *out)
{
    if (text.length == 0 || text.length > QP_COLUMNS || troubles_line_start(text) ||
        literal_run(text, QP_COLUMNS) < text.length || !buffer_reserve(out, text.length + 3))
        return false;
    buffer_add(out, text);
    buffer_append(out, "=\r\n", 3);
    return true;
}

void encode_qp_piece(struct text text, struct buffer *out)
{
    struct qp qp = {.out = out};
    struct text rest = text, line;
    if (put_short_piece(text, out))
        return;
    while (take_hard_line(&rest, &line))
        put_hard_line(&qp, line);
    put_line(&qp, rest);
    if (qp.column > 0)
        soft_break(&qp);
}

void encode_qp(struct text text, struct buffer *out)
{
    struct qp qp = {.out = out};
    struct text rest = text, line;
    while (take_hard_line(&rest, &line))
        put_hard_line(&qp, line);
    if (rest.length > 0 || text.length == 0)
        put_hard_line(&qp, rest);
}

/* RFC 4648 4. Three bytes, or what is left of them, to four digits. */
static void put_base64(const unsigned char *in, size_t length, char *to)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = (unsigned)in[0] << 16;
    if (length > 1)
        bits |= (unsigned)in[1] << 8;
    if (length > 2)
        bits |= in[2];
    to[0] = digits[bits >> 18];
    to[1] = digits[bits >> 12 & 63];
    to[2] = length > 1 ? digits[bits >> 6 & 63] : '=';
    to[3] = length > 2 ? digits[bits & 63] : '=';
}

void encode_base64_bare(struct text bytes, struct buffer *out)
{
    size_t length = (bytes.length + 2) / 3 * 4;
    if (length == 0 || !buffer_reserve(out, length))
        return;
    for (size_t i = 0; i < bytes.length; i += 3) {
        put_base64((const unsigned char *)bytes.at + i, bytes.length - i, out->at + out->length);
        out->length += 4;
    }
}

void encode_base64(struct text bytes, struct buffer *out)
{
    enum { LINE_BYTES = ENCODE_LINE / 4 * 3 };
    for (size_t i = 0; i < bytes.length; i += LINE_BYTES) {
        encode_base64_bare(text_slice(bytes, i, LINE_BYTES), out);
        buffer_append(out, "\r\n", 2);
    }
}

void encode_base32(struct text bytes, struct buffer *out)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < bytes.length; i++) {
        bits = bits << 8 | (unsigned char)bytes.at[i];
        for (count += 8; count >= 5; count -= 5)
            buffer_add_byte(out, digits[bits >> (count - 5) & 31]);
    }
    if (count > 0)
        buffer_add_byte(out, digits[bits << (5 - count) & 31]);
}

static int base32_digit(char byte)
{
    char lower = text_lower_byte(byte);
    if (lower >= 'a' && lower <= 'z')
        return lower - 'a';
    return lower >= '2' && lower <= '7' ? lower - '2' + 26 : -1;
}

bool decode_base32(struct text string, struct buffer *out)
{
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < string.length; i++) {
        int digit = base32_digit(string.at[i]);
        if (digit < 0)
            return false;
        bits = (bits << 5 | (unsigned)digit) & 0xFFF;
        count += 5;
        if (count >= 8) {
            count -= 8;
            buffer_add_byte(out, (char)(bits >> count & 255));
        }
    }
    /* Fewer than five bits may be left, and zero: so every value has one spelling. */
    return count < 5 && (bits & ((1u << count) - 1)) == 0;
}
