/* Token: short strings that prove they are ours (HMAC-SHA256). */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "mail/token.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "mail/encode.h"

#include "base/banned.h"

enum { MAC = 10, VARINT = 9, PAYLOAD = 1 + 2 * VARINT, MESSAGE_ID_BYTES = 16 };

static void hmac(const unsigned char key[TOKEN_KEY], struct text text,
                 unsigned char ret_mac[DIGEST_SIZE])
{
    static const char nothing[1];
    const void *at = text.at != NULL ? text.at : nothing;
    must(gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, TOKEN_KEY, at, text.length, ret_mac) == 0);
}

/* Names of keys and texts are separated by NUL, which none of them holds. */
void token_key_set(struct token_key *key, const unsigned char bytes[TOKEN_KEY])
{
    memcpy(key->key, bytes, TOKEN_KEY);
    for (unsigned char purpose = 0; purpose < TOKEN_PURPOSES; purpose++) {
        char name[] = {'t', 'o', 'k', 'e', 'n', '\0', (char)purpose};
        hmac(bytes, text_from(name, sizeof(name)), key->purpose[purpose]);
    }
}

void token_key_wipe(struct token_key *key)
{
    memory_wipe(key, sizeof(*key));
}

/* Seven bits a byte, the least first, the top bit says that more follow. */
static size_t put_varint(unsigned char *to, uint64_t number)
{
    size_t length = 0;
    do {
        to[length++] = (unsigned char)((number & 127) | (number > 127 ? 128 : 0));
        number >>= 7;
    } while (number > 0);
    return length;
}

static bool take_varint(const unsigned char **at, const unsigned char *end, int64_t *ret_number)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 7 * VARINT && *at < end; shift += 7) {
        unsigned char byte = *(*at)++;
        number |= (uint64_t)(byte & 127) << shift;
        if (byte > 127)
            continue;
        *ret_number = (int64_t)number;
        return byte != 0 || shift == 0; /* one spelling a number */
    }
    return false;
}

static void sign(const struct token_key *key, enum token_purpose purpose,
                 const unsigned char *payload, size_t length, unsigned char *ret_mac)
{
    unsigned char mac[DIGEST_SIZE];
    hmac(key->purpose[purpose], text_from((const char *)payload, length), mac);
    memcpy(ret_mac, mac, MAC);
}

struct text token_format(const struct token_key *key, struct token token, char string[TOKEN_STRING])
{
    unsigned char bytes[PAYLOAD + MAC];
    must(token.edition >= 0 && token.member >= 0);
    must(token.purpose > 0 && token.purpose < TOKEN_PURPOSES);
    size_t length = 1;
    bytes[0] = (unsigned char)token.purpose;
    length += put_varint(bytes + length, (uint64_t)token.edition);
    length += put_varint(bytes + length, (uint64_t)token.member);
    sign(key, token.purpose, bytes, length, bytes + length);

    char room[TOKEN_STRING + 1];
    struct buffer out = {.at = room, .capacity = sizeof(room), .limit = TOKEN_STRING};
    encode_base32(text_from((const char *)bytes, length + MAC), &out);
    must(!out.overflowed);
    memcpy(string, out.at, out.length);
    return text_from(string, out.length);
}

static bool read_payload(const unsigned char *payload, size_t length, struct token *ret_token)
{
    const unsigned char *at = payload + 1, *end = payload + length;
    struct token token = {.purpose = (enum token_purpose)payload[0]};
    if (!take_varint(&at, end, &token.edition) || !take_varint(&at, end, &token.member))
        return false;
    *ret_token = token;
    return at == end;
}

bool token_parse(const struct token_key *key, struct text string, struct token *ret_token)
{
    char room[PAYLOAD + MAC + 4];
    unsigned char mac[MAC];
    struct token token;
    struct buffer bytes = {.at = room, .capacity = sizeof(room), .limit = sizeof(room) - 1};
    if (string.length > TOKEN_STRING || !decode_base32(string, &bytes) || bytes.overflowed ||
        bytes.length < 3 + MAC)
        return false;
    const unsigned char *payload = (const unsigned char *)bytes.at;
    size_t length = bytes.length - MAC;
    if (payload[0] == 0 || payload[0] >= TOKEN_PURPOSES)
        return false;
    sign(key, (enum token_purpose)payload[0], payload, length, mac);
    if (!token_same(mac, payload + length, MAC) || !read_payload(payload, length, &token))
        return false;
    *ret_token = token;
    return true;
}

struct text token_message_id(const struct token_key *key, struct text campaign, struct text slot,
                             struct text member_key, char string[MESSAGE_ID_STRING])
{
    unsigned char mac[DIGEST_SIZE];
    BUFFER(text, 64 * 1024);
    buffer_append(&text, "message-id", sizeof("message-id"));
    buffer_add(&text, campaign);
    buffer_add_byte(&text, '\0');
    buffer_add(&text, slot);
    buffer_add_byte(&text, '\0');
    buffer_add(&text, member_key);
    must(!text.overflowed);
    hmac(key->key, buffer_text(&text), mac);

    char room[MESSAGE_ID_STRING + 1];
    struct buffer out = {.at = room, .capacity = sizeof(room), .limit = MESSAGE_ID_STRING};
    encode_base32(text_from((const char *)mac, MESSAGE_ID_BYTES), &out);
    memcpy(string, out.at, out.length);
    return text_from(string, out.length);
}

void token_address_hash(const struct token_key *key, struct text address_key,
                        unsigned char ret_hash[ADDRESS_HASH])
{
    unsigned char mac[DIGEST_SIZE];
    BUFFER(text, 64 * 1024);
    buffer_append(&text, "address", sizeof("address"));
    buffer_add(&text, address_key);
    must(!text.overflowed);
    hmac(key->key, buffer_text(&text), mac);
    memcpy(ret_hash, mac, ADDRESS_HASH);
}

void digest_of(struct text bytes, unsigned char ret_digest[DIGEST_SIZE])
{
    static const char nothing[1];
    const void *at = bytes.at != NULL ? bytes.at : nothing;
    must(gnutls_hash_fast(GNUTLS_DIG_SHA256, at, bytes.length, ret_digest) == 0);
}

const char *digest_hex(const unsigned char digest[DIGEST_SIZE], char hex[DIGEST_HEX])
{
    for (size_t i = 0; i < DIGEST_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return hex;
}

bool token_same(const void *a, const void *b, size_t size)
{
    return gnutls_memcmp(a, b, size) == 0;
}
