/* Echo: a server that repeats a secret in what it says. */
#include "mail/echo.h"

#include "base/banned.h"
#include "base/buffer.h"
#include "mail/encode.h"

enum { SECRET_WORDS = 64 * 1024 };

/* Inside a longer base64 (AUTH PLAIN puts the user in front) its groups of four are cut at one of
 * three places; what lies between the first and the last group is always the same. */
static bool says_encoded(struct text words, const char *secret, size_t shift)
{
    BUFFER(bytes, SECRET_WORDS);
    BUFFER(encoded, SECRET_WORDS * 2);
    buffer_add(&bytes, text_slice(TEXT("xx"), 0, shift));
    buffer_add(&bytes, text_of(secret));
    encode_base64_bare(buffer_text(&bytes), &encoded);
    size_t start = shift > 0 ? 4 : 0, end = bytes.length / 3 * 4;
    bool said =
        end > start && text_contains(words, text_slice(buffer_text(&encoded), start, end - start));
    memory_wipe(bytes.at, bytes.length);
    memory_wipe(encoded.at, encoded.length);
    return said;
}

bool echo_holds(struct text words, const char *secret)
{
    if (secret == NULL || secret[0] == '\0')
        return false;
    return text_contains(words, text_of(secret)) || says_encoded(words, secret, 0) ||
           says_encoded(words, secret, 1) || says_encoded(words, secret, 2);
}
