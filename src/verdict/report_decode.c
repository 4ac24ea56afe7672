/* Report decode: transfer encodings, charsets and encoded words of mails that came home. */
#include "verdict/report_decode.h"

#include <iconv.h>
#include <string.h>

#include "base/banned.h"

/* --- Transfer encodings --- */

static int hex_of(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte = text_lower_byte(byte);
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static bool hex_pair(struct text bytes, size_t at, char *ret_byte)
{
    if (bytes.length - at < 2)
        return false;
    int high = hex_of(bytes.at[at]), low = hex_of(bytes.at[at + 1]);
    *ret_byte = (char)(high * 16 + low);
    return high >= 0 && low >= 0;
}

/* How many bytes of a soft line break follow the "=": blanks and the line end; 0 for none. */
static size_t soft_break(struct text bytes, size_t at)
{
    size_t start = at;
    while (at < bytes.length && (bytes.at[at] == ' ' || bytes.at[at] == '\t'))
        at++;
    return at == bytes.length || bytes.at[at] == '\n' ? at - start + 1 : 0;
}

/* RFC 2045 6.7; an "=" that begins nothing stays. `is_word`: RFC 2047 4.2, "_" is a blank. */
static struct text decode_qp(struct arena *arena, struct text bytes, bool is_word, size_t cap)
{
    size_t length = 0, i = 0;
    char *text = arena_take(arena, bytes.length < cap ? bytes.length : cap);
    while (i < bytes.length && length < cap) {
        char byte = bytes.at[i++];
        size_t gap;
        if (byte == '_' && is_word)
            text[length++] = ' ';
        else if (byte != '=')
            text[length++] = byte;
        else if (hex_pair(bytes, i, &text[length]))
            i += 2, length++;
        else if ((gap = soft_break(bytes, i)) > 0)
            i += gap;
        else
            text[length++] = byte;
    }
    return text_from(text, length);
}

static int base64_of(char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return byte - 'A';
    if (byte >= 'a' && byte <= 'z')
        return byte - 'a' + 26;
    if (byte >= '0' && byte <= '9')
        return byte - '0' + 52;
    return byte == '+' ? 62 : byte == '/' ? 63 : -1;
}

static struct text decode_base64(struct arena *arena, struct text bytes, size_t cap)
{
    size_t room = bytes.length / 4 * 3 + 3;
    char *text = arena_take(arena, room < cap ? room : cap);
    size_t length = 0;
    unsigned held = 0, bits = 0;
    for (size_t i = 0; i < bytes.length && length < cap; i++) {
        int value = base64_of(bytes.at[i]);
        if (value < 0)
            continue;
        held = (held << 6 | (unsigned)value) & 0xFFFF;
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        text[length++] = (char)(held >> bits & 0xFF);
    }
    return text_from(text, length);
}

bool decode_is_known(struct text encoding)
{
    return text_equal_nocase(encoding, TEXT("base64")) ||
           text_equal_nocase(encoding, TEXT("quoted-printable"));
}

struct text decode_transfer(struct arena *arena, struct text bytes, struct text encoding,
                            size_t cap)
{
    if (text_equal_nocase(encoding, TEXT("base64")))
        return decode_base64(arena, bytes, cap);
    if (text_equal_nocase(encoding, TEXT("quoted-printable")))
        return decode_qp(arena, bytes, false, cap);
    return text_slice(bytes, 0, cap);
}

/* --- Charsets --- */

enum { CHARSET_NAME = 40 };

/* A name iconv may be asked for: nothing but what names are made of, no "//" suffix. */
static bool charset_name(struct text charset, char name[CHARSET_NAME])
{
    if (charset.length == 0 || charset.length >= CHARSET_NAME)
        return false;
    for (size_t i = 0; i < charset.length; i++) {
        char byte = text_lower_byte(charset.at[i]);
        bool is_fine = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
                       memchr("-_.:", byte, 4) != NULL;
        if (!is_fine)
            return false;
        name[i] = charset.at[i];
    }
    name[charset.length] = '\0';
    return true;
}

static void close_iconv(iconv_t *conversion)
{
    if (*conversion != (iconv_t)-1)
        iconv_close(*conversion);
}

/* What cannot be converted becomes "?", one byte at a time. */
static bool convert(struct arena *arena, struct text bytes, const char *charset, size_t cap,
                    struct text *ret_text)
{
    __attribute__((cleanup(close_iconv))) iconv_t conversion = iconv_open("UTF-8", charset);
    if (conversion == (iconv_t)-1)
        return false;
    size_t room = bytes.length * 3 + 16 < cap ? bytes.length * 3 + 16 : cap;
    char *start = arena_take(arena, room), *out = start, *in = (char *)(uintptr_t)bytes.at;
    size_t left = bytes.length;
    while (left > 0 && iconv(conversion, &in, &left, &out, &room) == (size_t)-1) {
        if (room < 8 || left == 0)
            break;
        *out++ = '?';
        room--, in++, left--;
    }
    *ret_text = text_from(start, (size_t)(out - start));
    return true;
}

/* Charsets that say other things in ASCII bytes. */
static bool is_stateful(struct text charset)
{
    return text_starts_nocase(charset, TEXT("iso-2022")) ||
           text_starts_nocase(charset, TEXT("utf-7")) ||
           text_starts_nocase(charset, TEXT("utf-16")) || text_starts_nocase(charset, TEXT("hz"));
}

struct text decode_charset(struct arena *arena, struct text bytes, struct text charset, size_t cap)
{
    char name[CHARSET_NAME];
    struct text text;
    bool is_named = charset_name(charset, name);
    bool is_utf8 = text_equal_nocase(charset, TEXT("utf-8"));
    bool is_seven_bit = is_named && is_stateful(charset); /* says other things in ASCII bytes */
    /* UTF-8 is seldom anything else by chance, whatever was declared. */
    if (text_is_ascii(bytes) ? !is_seven_bit : text_is_utf8(bytes))
        return bytes;
    if (is_named && !is_utf8 && convert(arena, bytes, name, cap, &text))
        return text;
    return convert(arena, bytes, "WINDOWS-1252", cap, &text) ? text : bytes;
}

/* --- Encoded words --- */

struct word {
    struct text charset, encoding, content;
    size_t length; /* of all, "=?" to "?=" */
};

enum { WORD = 1000 }; /* RFC 2047 2 allows 75; senders do not */

static bool word_at(struct text value, struct word *ret_word)
{
    value = text_slice(value, 0, WORD);
    struct text rest = text_after(value, 2);
    if (!text_starts(value, TEXT("=?")) || !text_take_until(&rest, '?', &ret_word->charset) ||
        !text_take_until(&rest, '?', &ret_word->encoding))
        return false;
    size_t end = text_find(rest, TEXT("?="));
    if (end == TEXT_NONE || ret_word->encoding.length != 1)
        return false;
    ret_word->content = text_slice(rest, 0, end);
    ret_word->length = (size_t)(rest.at + end + 2 - value.at);
    size_t star = text_find_byte(ret_word->charset, '*'); /* RFC 2231 5: a language */
    ret_word->charset = text_slice(ret_word->charset, 0, star);
    return true;
}

static struct text word_text(struct arena *arena, const struct word *word)
{
    bool is_base64 = text_lower_byte(word->encoding.at[0]) == 'b';
    struct text bytes = is_base64 ? decode_base64(arena, word->content, word->content.length)
                                  : decode_qp(arena, word->content, true, word->content.length);
    return decode_charset(arena, bytes, word->charset, word->content.length * 3 + 16);
}

enum { WORDS_TEXT = 16 * 1024 };

struct text decode_words(struct arena *arena, struct text value)
{
    if (text_find(value, TEXT("=?")) == TEXT_NONE)
        return value;
    BUFFER(out, WORDS_TEXT);
    struct word word;
    size_t i = 0, words_end = TEXT_NONE; /* blanks between two encoded words are not shown */
    while (i < value.length) {
        if (value.at[i] != '=' || !word_at(text_after(value, i), &word)) {
            buffer_add_byte(&out, value.at[i++]);
            continue;
        }
        if (words_end != TEXT_NONE &&
            text_trim(text_slice(value, words_end, i - words_end)).length == 0)
            buffer_cut(&out, out.length - (i - words_end));
        buffer_add(&out, word_text(arena, &word));
        i += word.length;
        words_end = i;
    }
    return arena_text(arena, buffer_text(&out));
}
