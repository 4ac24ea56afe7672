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

/* Eight octets at once: whether each is a literal that needs no second look (a tab does). */
static bool all_literal(const char *at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones * 0x80;
    uint64_t eight, equals, deletes;
    memcpy(&eight, at, sizeof(eight));
    equals = eight ^ (ones * '=');
    deletes = eight ^ (ones * 0x7F);
    /* x - n borrows into the top bit of an octet below n; octets above 127 have theirs already. */
    return ((eight | (eight - ones * ' ') | (equals - ones) | (deletes - ones)) & tops) == 0;
}

static size_t literal_run(struct text rest, size_t most)
{
    size_t run = 0, end = rest.length < most ? rest.length : most;
    while (run + sizeof(uint64_t) <= end && all_literal(rest.at + run))
        run += sizeof(uint64_t);
    while (run < end && is_literal(rest.at[run]))
        run++;
    return run;
}

/* RFC 5321 4.5.2 and the mbox formats: both are harmless in the middle of a line only. */
static bool troubles_line_start(struct text rest)
{
    return rest.at[0] == '.' || text_starts(rest, TEXT("From "));
}

/* What can stand on a line, up to a line end: one run, or one octet or sequence that is coded. */
static size_t put_some(struct qp *qp, struct text rest)
{
    if (qp->column == QP_COLUMNS)
        soft_break(qp);
    size_t run = literal_run(rest, QP_COLUMNS - qp->column);
    if (qp->column == 0 && troubles_line_start(rest))
        run = 0;
    if (run > 0) {
        buffer_append(qp->out, rest.at, run);
        qp->column += run;
        return run;
    }
    run = sequence_length(rest);
    put_octets(qp, text_slice(rest, 0, run));
    return run;
}

/* RFC 2045 6.7 (3): a blank at the end of a line would be taken off on the way. */
static void hard_break(struct qp *qp)
{
    struct buffer *out = qp->out;
    char last = qp->column > 0 && out->length > 0 ? out->at[out->length - 1] : '\0';
    if (last == ' ' || last == '\t') {
        buffer_cut(out, out->length - 1);
        qp->column--;
        put_octets(qp, text_from(&last, 1));
    }
    buffer_append(out, "\r\n", 2);
    qp->column = 0;
}

/* A line end is LF, CRLF or CR. 0: here is none. */
static size_t line_end_length(struct text rest)
{
    if (rest.at[0] == '\n')
        return 1;
    if (rest.at[0] != '\r')
        return 0;
    return rest.length > 1 && rest.at[1] == '\n' ? 2 : 1;
}

static void put_text(struct qp *qp, struct text text)
{
    for (struct text rest = text; rest.length > 0;) {
        size_t length = line_end_length(rest);
        if (length > 0)
            hard_break(qp);
        else
            length = put_some(qp, rest);
        rest = text_after(rest, length);
    }
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
    if (put_short_piece(text, out))
        return;
    put_text(&qp, text);
    if (qp.column > 0)
        soft_break(&qp);
}

void encode_qp(struct text text, struct buffer *out)
{
    struct qp qp = {.out = out};
    put_text(&qp, text);
    if (qp.column > 0 || text.length == 0)
        hard_break(&qp);
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
