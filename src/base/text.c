/* Text: a borrowed run of bytes, with its length. */
#include "base/text.h"

#include "base/banned.h"

bool text_equal(struct text a, struct text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

static bool is_same_nocase(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (a[i] != b[i] && text_lower_byte(a[i]) != text_lower_byte(b[i]))
            return false;
    return true;
}

bool text_equal_nocase(struct text a, struct text b)
{
    return a.length == b.length && is_same_nocase(a.at, b.at, a.length);
}

bool text_starts(struct text text, struct text prefix)
{
    return text.length >= prefix.length && text_equal(text_slice(text, 0, prefix.length), prefix);
}

bool text_starts_nocase(struct text text, struct text prefix)
{
    return text.length >= prefix.length && is_same_nocase(text.at, prefix.at, prefix.length);
}

/* Tables are long and lines many: most are told apart by the first byte. */
bool text_starts_one_of(struct text text, const char *const *prefixes)
{
    char first = text.length > 0 ? text_lower_byte(text.at[0]) : '\0';
    for (; *prefixes != NULL; prefixes++)
        if (text_lower_byte(**prefixes) == first && text_starts_nocase(text, text_of(*prefixes)))
            return true;
    return false;
}

bool text_ends(struct text text, struct text suffix)
{
    return text.length >= suffix.length &&
           text_equal(text_after(text, text.length - suffix.length), suffix);
}

bool text_ends_nocase(struct text text, struct text suffix)
{
    return text.length >= suffix.length &&
           text_equal_nocase(text_after(text, text.length - suffix.length), suffix);
}

int text_compare(struct text a, struct text b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common > 0 ? memcmp(a.at, b.at, common) : 0;
    if (order != 0)
        return order;
    return a.length < b.length ? -1 : a.length > b.length;
}

size_t text_find(struct text text, struct text what)
{
    if (what.length == 0)
        return 0;
    if (text.length < what.length)
        return TEXT_NONE;
    const char *found = memmem(text.at, text.length, what.at, what.length);
    return found != NULL ? (size_t)(found - text.at) : TEXT_NONE;
}

/* The first byte alone rules out nearly every place. */
size_t text_find_nocase(struct text text, struct text what)
{
    if (what.length == 0)
        return 0;
    char first = text_lower_byte(what.at[0]);
    for (size_t i = 0; i + what.length <= text.length; i++)
        if (text_lower_byte(text.at[i]) == first &&
            is_same_nocase(text.at + i, what.at, what.length))
            return i;
    return TEXT_NONE;
}

size_t text_find_byte(struct text text, char byte)
{
    const char *found = text.length > 0 ? memchr(text.at, byte, text.length) : NULL;
    return found != NULL ? (size_t)(found - text.at) : TEXT_NONE;
}

size_t text_find_last_byte(struct text text, char byte)
{
    const char *found = text.length > 0 ? memrchr(text.at, byte, text.length) : NULL;
    return found != NULL ? (size_t)(found - text.at) : TEXT_NONE;
}

bool text_contains(struct text text, struct text what)
{
    return text_find(text, what) != TEXT_NONE;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

struct text text_trim(struct text text)
{
    while (text.length > 0 && is_blank(text.at[0])) {
        text.at++;
        text.length--;
    }
    while (text.length > 0 && is_blank(text.at[text.length - 1]))
        text.length--;
    return text;
}

bool text_take_until(struct text *rest, char separator, struct text *ret_piece)
{
    if (rest->length == 0)
        return false;
    size_t end = text_find_byte(*rest, separator);
    *ret_piece = text_slice(*rest, 0, end);
    *rest = end == TEXT_NONE ? text_after(*rest, rest->length) : text_after(*rest, end + 1);
    return true;
}

bool text_take_line(struct text *rest, struct text *ret_line)
{
    if (!text_take_until(rest, '\n', ret_line))
        return false;
    if (ret_line->length > 0 && ret_line->at[ret_line->length - 1] == '\r')
        ret_line->length--;
    return true;
}

bool text_to_number(struct text text, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (text.length == 0)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        if (__builtin_mul_overflow(number, 10u, &number) ||
            __builtin_add_overflow(number, (uint64_t)(text.at[i] - '0'), &number))
            return false;
    }
    *ret_number = number;
    return true;
}

/* The length of a well-formed sequence at the head of `text`, or 0 (RFC 3629 4, the ABNF). */
static size_t utf8_sequence(struct text text)
{
    const unsigned char *byte = (const unsigned char *)text.at;
    unsigned char low = 0x80, high = 0xBF;
    size_t length = byte[0] < 0xC2 ? 0 : byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : 4;
    if (byte[0] < 0x80)
        return 1;
    if (length == 0 || byte[0] > 0xF4 || text.length < length)
        return 0;
    if (byte[0] == 0xE0)
        low = 0xA0;
    if (byte[0] == 0xED)
        high = 0x9F;
    if (byte[0] == 0xF0)
        low = 0x90;
    if (byte[0] == 0xF4)
        high = 0x8F;
    if (byte[1] < low || byte[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((byte[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

/* Eight bytes that are all printable ASCII, as nearly all are: by arithmetic on the word, without
 * looking at each. */
static bool is_plain_word(const char *at)
{
    const uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    /* Below 0x20 a subtraction borrows into the highest bit; adding one carries 0x7F into it. */
    return (((word - 0x20 * ones) | (word + ones) | word) & highs) == 0;
}

/* How many bytes at the head are surely plain. */
static size_t plain_length(struct text text)
{
    size_t length = 0;
    while (text.length - length >= sizeof(uint64_t) && is_plain_word(text.at + length))
        length += sizeof(uint64_t);
    return length;
}

bool text_is_utf8(struct text text)
{
    while (text.length > 0) {
        text = text_after(text, plain_length(text));
        if (text.length == 0)
            return true;
        size_t length = utf8_sequence(text);
        if (length == 0)
            return false;
        text = text_after(text, length);
    }
    return true;
}

bool text_is_ascii(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.at[i] >= 0x80)
            return false;
    return true;
}

static bool is_control_at(struct text text, size_t i, const char *allowed)
{
    unsigned char byte = (unsigned char)text.at[i];
    if (byte < 0x20 || byte == 0x7F)
        return byte == 0 || allowed == NULL || strchr(allowed, byte) == NULL;
    if (byte == 0xC2 && i + 1 < text.length)
        return (unsigned char)text.at[i + 1] < 0xA0;
    /* U+2028 and U+2029 are line breaks to many programs. */
    return byte == 0xE2 && i + 2 < text.length && (unsigned char)text.at[i + 1] == 0x80 &&
           ((unsigned char)text.at[i + 2] & 0xFE) == 0xA8;
}

bool text_has_control(struct text text, const char *allowed)
{
    for (size_t i = 0; i < text.length; i++) {
        if (i % sizeof(uint64_t) == 0)
            i += plain_length(text_after(text, i));
        if (i < text.length && is_control_at(text, i, allowed))
            return true;
    }
    return false;
}

uint64_t text_hash(struct text text)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (unsigned char)text.at[i]) * 1099511628211u;
    return hash;
}

enum { DISTANCE_WORD = 48 };

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned ab = a < b ? a : b;
    return ab < c ? ab : c;
}

unsigned text_distance(struct text a, struct text b, unsigned limit)
{
    unsigned row[3][DISTANCE_WORD + 1];
    if (a.length > DISTANCE_WORD || b.length > DISTANCE_WORD)
        return limit + 1;
    for (unsigned j = 0; j <= b.length; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        unsigned *now = row[i % 3], *before = row[(i + 2) % 3], *swap = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b.length; j++) {
            char x = text_lower_byte(a.at[i - 1]), y = text_lower_byte(b.at[j - 1]);
            now[j] = least(before[j] + 1, now[j - 1] + 1, before[j - 1] + (x != y));
            bool swapped = i > 1 && j > 1 && x == text_lower_byte(b.at[j - 2]) &&
                           text_lower_byte(a.at[i - 2]) == y;
            if (swapped && swap[j - 2] + 1 < now[j])
                now[j] = swap[j - 2] + 1;
        }
    }
    unsigned distance = row[a.length % 3][b.length];
    return distance <= limit ? distance : limit + 1;
}
