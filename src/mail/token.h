/*
 * Token: short strings that prove they are ours (HMAC-SHA256).
 *
 * A return path and an unsubscribe link carry which delivery they are about. Anybody may write to
 * them, so the token is signed, and a purpose is part of the signature: the token of a bounce
 * unsubscribes nobody. 80 bits of HMAC: guessing needs a mail a try.
 */
#ifndef MAIL_TOKEN_H
#define MAIL_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum {
    TOKEN_KEY = 32,
    TOKEN_STRING = 48,      /* characters at most, without a NUL */
    MESSAGE_ID_STRING = 32, /* of which 26 are used */
    DIGEST_SIZE = 32,
    DIGEST_HEX = 2 * DIGEST_SIZE + 1,
    ADDRESS_HASH = 16,
};

enum token_purpose { TOKEN_RETURN_PATH = 1, TOKEN_UNSUBSCRIBE = 2, TOKEN_PURPOSES };

/* The workspace's key and what is derived from it; token_key_wipe() when done. */
struct token_key {
    unsigned char key[TOKEN_KEY];
    unsigned char purpose[TOKEN_PURPOSES][TOKEN_KEY]; /* one key a purpose */
};

void token_key_set(struct token_key *key, const unsigned char bytes[TOKEN_KEY]);
void token_key_wipe(struct token_key *key);

/* Ids as in the store: 1 and up. */
struct token {
    enum token_purpose purpose;
    int64_t edition, member;
};

/* Lower-case base32; points into `string`. */
struct text token_format(const struct token_key *key, struct token token,
                         char string[TOKEN_STRING]);
/* In any case. False when it is no token, or not one of ours. */
bool token_parse(const struct token_key *key, struct text string, struct token *ret_token);

/* The left side of a Message-ID, the same on every attempt; 26 characters in `string`. */
struct text token_message_id(const struct token_key *key, struct text campaign, struct text slot,
                             struct text member_key, char string[MESSAGE_ID_STRING]);

/* What a suppression keeps of an address: `address_key` is struct address' key. */
void token_address_hash(const struct token_key *key, struct text address_key,
                        unsigned char ret_hash[ADDRESS_HASH]);

/* SHA-256. */
void digest_of(struct text bytes, unsigned char ret_digest[DIGEST_SIZE]);
const char *digest_hex(const unsigned char digest[DIGEST_SIZE], char hex[DIGEST_HEX]);

/* Takes the same time wherever they differ. */
bool token_same(const void *a, const void *b, size_t size);

#endif
