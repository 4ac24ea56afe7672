/* Encode, in headers: encoded words (RFC 2047) and parameters beyond ASCII (RFC 2231). */
#include "mail/encode.h"

#include "base/banned.h"

static const char hex_digits[] = "0123456789ABCDEF";
static const char word_begin[2][11] = {"=?UTF-8?Q?", "=?UTF-8?B?"};

enum { WORD_FRAME = 12, B = 1 };

static bool is_alphanumeric(unsigned char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z');
}

/* RFC 2047 5 (3): the set that is safe in a phrase is safe everywhere. */
static bool q_literal(unsigned char byte)
{
    return is_alphanumeric(byte) || (byte != '\0' && strchr("!*+-/", byte) != NULL);
}

static size_t q_width(struct text text)
{
    size_t width = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        width += q_literal(byte) || byte == ' ' ? 1 : 3;
    }
    return width;
}

static size_t b_width(size_t length)
{
    return (length + 2) / 3 * 4;
}

static void put_q(struct text text, struct buffer *out)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        char coded[3] = {'=', hex_digits[byte >> 4], hex_digits[byte & 15]};
        if (byte == ' ')
            buffer_add_byte(out, '_');
        else
            buffer_append(out, q_literal(byte) ? text.at + i : coded, q_literal(byte) ? 1 : 3);
    }
}

/* The length of the UTF-8 sequence at the head, whole as far as it is one. */
static size_t sequence_length(struct text rest)
{
    size_t length = 1;
    if ((unsigned char)rest.at[0] < 0xC0)
        return 1;
    while (length < rest.length && length < 4 && ((unsigned char)rest.at[length] & 0xC0) == 0x80)
        length++;
    return length;
}

/* How much of `rest` goes into a word with `room` digits: whole sequences (RFC 2047 5, last
 * paragraph: each word decodes by itself). */
static size_t word_fill(struct text rest, bool b, size_t room)
{
    size_t fill = 0;
    while (fill < rest.length) {
        size_t next = fill + sequence_length(text_after(rest, fill));
        size_t width = b ? b_width(next) : q_width(text_slice(rest, 0, next));
        if (width > room)
            break;
        fill = next;
    }
    return fill;
}

static void put_word(struct text text, bool b, struct buffer *out)
{
    buffer_append(out, word_begin[b], sizeof(word_begin[b]) - 1);
    if (b)
        encode_base64_bare(text, out);
    else
        put_q(text, out);
    buffer_append(out, "?=", 2);
}

size_t encode_words(struct text text, size_t column, struct buffer *out)
{
    bool b = b_width(text.length) < q_width(text);
    for (struct text rest = text; rest.length > 0;) {
        size_t left = column + WORD_FRAME < ENCODE_LINE ? ENCODE_LINE - WORD_FRAME - column : 0;
        size_t room = ENCODE_WORD - WORD_FRAME < left ? ENCODE_WORD - WORD_FRAME : left;
        size_t fill = word_fill(rest, b, room);
        if (fill > 0) {
            size_t before = out->length;
            put_word(text_slice(rest, 0, fill), b, out);
            column += out->length - before;
            rest = text_after(rest, fill);
        }
        if (rest.length > 0) {
            buffer_append(out, "\r\n ", 3);
            column = 1;
        }
    }
    return column;
}

/* RFC 2231 7: attribute-char. */
static bool attribute_literal(unsigned char byte)
{
    return is_alphanumeric(byte) || (byte != '\0' && strchr("!#$&+-.^_`{|}~", byte) != NULL);
}

static void put_percent(struct text text, struct buffer *out)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        char coded[3] = {'%', hex_digits[byte >> 4], hex_digits[byte & 15]};
        buffer_append(out, attribute_literal(byte) ? text.at + i : coded,
                      attribute_literal(byte) ? 1 : 3);
    }
}

static void put_quoted(struct text value, struct buffer *out)
{
    buffer_add_byte(out, '"');
    for (size_t i = 0; i < value.length; i++) {
        if (value.at[i] == '"' || value.at[i] == '\\')
            buffer_add_byte(out, '\\');
        buffer_add_byte(out, value.at[i]);
    }
    buffer_add_byte(out, '"');
}

void encode_parameter(const char *name, struct text value, struct buffer *out)
{
    /* Bytes a section: at most three columns each, beside the name. */
    enum { SHORT = 56, SECTION = 16 };
    if (text_is_ascii(value) && !text_has_control(value, NULL) && value.length <= SHORT) {
        buffer_printf(out, ";\r\n %s=", name);
        put_quoted(value, out);
        return;
    }
    size_t section = 0;
    for (struct text rest = value; rest.length > 0; section++) {
        size_t fill = 0;
        while (fill < rest.length && fill < SECTION)
            fill += sequence_length(text_after(rest, fill));
        if (section == 0 && fill == rest.length)
            buffer_printf(out, ";\r\n %s*=", name);
        else
            buffer_printf(out, ";\r\n %s*%zu*=", name, section);
        buffer_add_string(out, section == 0 ? "UTF-8''" : "");
        put_percent(text_slice(rest, 0, fill), out);
        rest = text_after(rest, fill);
    }
}
