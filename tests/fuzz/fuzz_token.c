/*
 * Tokens: what anybody may write behind the "+" of a return path.
 *
 * Bytes as they are never pass: nobody guesses a signature. So the input also says which token of
 * ours to write, and how to bend it. What passes is that very token in another case, and nothing
 * else.
 */
#include <stdint.h>

#include "base/memory.h"
#include "mail/token.h"

enum { NUMBERS = 17 }; /* bytes: purpose, edition, member */

static int64_t number_of(const uint8_t *data)
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++)
        number = number << 8 | data[i];
    return (int64_t)(number >> 1);
}

static bool is_same(struct token a, struct token b)
{
    return a.purpose == b.purpose && a.edition == b.edition && a.member == b.member;
}

/* Pairs of bytes: where, and what instead. */
static void bend(char *string, size_t length, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 1 < size && i < 32; i += 2)
        string[data[i] % length] = (char)data[i + 1];
}

static void check_ours(const struct token_key *key, const uint8_t *data, size_t size)
{
    struct token token = {.purpose = data[0] % 2 == 0 ? TOKEN_RETURN_PATH : TOKEN_UNSUBSCRIBE,
                          .edition = number_of(data + 1),
                          .member = number_of(data + 9)},
                 parsed;
    char string[TOKEN_STRING], bent[TOKEN_STRING];
    struct text ours = token_format(key, token, string);
    must(token_parse(key, ours, &parsed) && is_same(parsed, token));
    for (size_t i = 0; i < ours.length; i++)
        bent[i] = ours.at[i];
    bend(bent, ours.length, data + NUMBERS, size - NUMBERS);
    struct text other = text_from(bent, ours.length);
    bool is_ours = text_equal_nocase(other, ours);
    must(token_parse(key, other, &parsed) == is_ours && (!is_ours || is_same(parsed, token)));
    must(!token_parse(key, text_slice(ours, 0, ours.length - 1), &parsed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char bytes[TOKEN_KEY];
    struct token_key key;
    struct token token;
    token_key_set(&key, bytes);
    must(!token_parse(&key, text_from((const char *)data, size), &token));
    if (size >= NUMBERS)
        check_ours(&key, data, size);
    return 0;
}
