/*
 * Text: a borrowed run of bytes, with its length.
 *
 * A text owns nothing; whoever hands one out says how long it lives. It need not end in NUL and may
 * hold any byte. The empty text may have a NULL address.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    const char *at;
    size_t length;
};

/* A text of a literal: TEXT("abc"). */
#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})

/* The same for static initializers: struct text t = TEXT_INIT("abc"). */
#define TEXT_INIT(literal)                                                                         \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

/* For printf("%.*s", TEXT_ARGS(t)). */
#define TEXT_ARGS(text) (int)(text).length, ((text).at ? (text).at : "")

/* `string` may be NULL: the empty text. Lives as long as `string`. */
static inline struct text text_of(const char *string)
{
    return (struct text){string, string != NULL ? __builtin_strlen(string) : 0};
}

static inline struct text text_from(const char *at, size_t length)
{
    return (struct text){at, length};
}

/* From `start` on, at most `length` bytes; clamped to what is there. */
static inline struct text text_slice(struct text text, size_t start, size_t length)
{
    if (start >= text.length)
        return (struct text){text.at != NULL ? text.at + text.length : NULL, 0};
    size_t left = text.length - start;
    return (struct text){text.at + start, length < left ? length : left};
}

static inline struct text text_after(struct text text, size_t start)
{
    return text_slice(text, start, SIZE_MAX);
}

bool text_equal(struct text a, struct text b);
/* ASCII letters only: what SMTP, MIME and domain names mean by case-insensitive. */
bool text_equal_nocase(struct text a, struct text b);
bool text_starts(struct text text, struct text prefix);
bool text_starts_nocase(struct text text, struct text prefix);
/* Does it begin with one of these? The list ends in NULL. */
bool text_starts_one_of(struct text text, const char *const *prefixes);
bool text_ends(struct text text, struct text suffix);
bool text_ends_nocase(struct text text, struct text suffix);

/* memcmp order, the shorter first when one begins the other. */
int text_compare(struct text a, struct text b);

/* The offset of the first match, or TEXT_NONE. */
#define TEXT_NONE SIZE_MAX
size_t text_find(struct text text, struct text what);
size_t text_find_nocase(struct text text, struct text what);
size_t text_find_byte(struct text text, char byte);
size_t text_find_last_byte(struct text text, char byte);
bool text_contains(struct text text, struct text what);

/* Without space, tab, CR and LF at its ends. */
struct text text_trim(struct text text);

/*
 * Takes the next piece up to `separator` off `*rest` (which then begins behind the separator).
 * False when nothing is left. "a,,b" gives "a", "", "b"; "a," gives "a".
 */
bool text_take_until(struct text *rest, char separator, struct text *ret_piece);

/* Takes the next line, without its LF or CRLF. */
bool text_take_line(struct text *rest, struct text *ret_line);

/* Decimal digits only, no sign, no overflow. */
bool text_to_number(struct text text, uint64_t *ret_number);

/* True when every byte sequence is well-formed UTF-8 (RFC 3629): no surrogates, no overlong forms.
 */
bool text_is_utf8(struct text text);
bool text_is_ascii(struct text text);
/* C0 controls, DEL, and (as UTF-8) the C1 controls and U+2028/2029. `allowed` lists ASCII
 * exceptions. */
bool text_has_control(struct text text, const char *allowed);

/* FNV-1a; for hash tables in memory only, never stored. */
uint64_t text_hash(struct text text);

static inline char text_lower_byte(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

/*
 * How far apart two words are (Damerau-Levenshtein, ASCII case ignored), at most `limit` + 1.
 * For "did you mean".
 */
unsigned text_distance(struct text a, struct text b, unsigned limit);

#endif
