/* Token: what its functions promise. */
#include "check.h"

#include "mail/token.h"

static struct token_key ours, other;

static struct text format(char string[TOKEN_STRING], enum token_purpose purpose, int64_t edition,
                          int64_t member)
{
    return token_format(&ours, (struct token){purpose, edition, member}, string);
}

static void there_and_back(void)
{
    static const int64_t ids[] = {1, 127, 128, 16384, 1000000, INT64_MAX};
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        char string[TOKEN_STRING];
        struct token token = {0};
        struct text text = format(string, TOKEN_RETURN_PATH, ids[i], ids[COUNT_OF(ids) - 1 - i]);
        check("a token comes back", token_parse(&ours, text, &token));
        check_number("with its purpose", token.purpose, TOKEN_RETURN_PATH);
        check_number("its edition", token.edition, ids[i]);
        check_number("and its member", token.member, ids[COUNT_OF(ids) - 1 - i]);
    }
    char string[TOKEN_STRING];
    check_number("a common one has 23 characters",
                 format(string, TOKEN_UNSUBSCRIBE, 100, 10000).length, 23);
    check_number("the longest has 47", format(string, 1, INT64_MAX, INT64_MAX).length, 47);
}

/* Mail that left long ago still carries them: no later version may derive them otherwise. */
static void for_ever(void)
{
    char string[TOKEN_STRING], id[MESSAGE_ID_STRING];
    check_text("a return path stays what it was", format(string, TOKEN_RETURN_PATH, 42, 4711),
               TEXT("aevoojgwg2ytzqcjvpacbri"));
    check_text("an unsubscribe link too", format(string, TOKEN_UNSUBSCRIBE, 42, 4711),
               TEXT("aivoojcjegdbfacpaoc4f7y"));
    check_text("and a message id",
               token_message_id(&ours, TEXT("campaign"), TEXT("slot"), TEXT("member"), id),
               TEXT("75xqck65rq6j7zfpeuwgjquyeq"));
}

static void only_ours(void)
{
    char string[TOKEN_STRING], changed[TOKEN_STRING], upper[TOKEN_STRING];
    struct token token = {0};
    struct text text = format(string, TOKEN_UNSUBSCRIBE, 42, 4711);
    bool any = false;
    for (size_t i = 0; i < text.length; i++) {
        memcpy(changed, string, text.length);
        changed[i] = changed[i] == 'a' ? 'b' : 'a';
        any = any || token_parse(&ours, text_from(changed, text.length), &token);
    }
    check("no changed character passes", !any);
    for (size_t length = 0; length < text.length; length++)
        any = any || token_parse(&ours, text_from(string, length), &token);
    check("no shorter one passes", !any);
    for (size_t i = 0; i < text.length; i++)
        upper[i] = (char)(string[i] >= 'a' ? string[i] - 32 : string[i]);
    check("capitals pass: some servers make them", //
          token_parse(&ours, text_from(upper, text.length), &token));
    check("another key does not", !token_parse(&other, text, &token));
    check("an empty one does not", !token_parse(&ours, (struct text){0}, &token));
    check("a long one does not",
          !token_parse(&ours,
                       TEXT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
                       &token));
}

static void names_and_digests(void)
{
    char a[MESSAGE_ID_STRING], b[MESSAGE_ID_STRING], hex[DIGEST_HEX];
    unsigned char digest[DIGEST_SIZE], one[ADDRESS_HASH], two[ADDRESS_HASH];
    struct text id = token_message_id(&ours, TEXT("c"), TEXT("s"), TEXT("m"), a);
    check_number("a message id has 26 characters", id.length, 26);
    check_text("the same every time", token_message_id(&ours, TEXT("c"), TEXT("s"), TEXT("m"), b),
               id);
    check("the parts do not run into each other",
          !text_equal(token_message_id(&ours, TEXT("cs"), TEXT(""), TEXT("m"), b), id));
    digest_of(TEXT("abc"), digest);
    check_text("SHA-256 of FIPS 180", text_of(digest_hex(digest, hex)),
               TEXT("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    digest_of((struct text){0}, digest);
    check_text("SHA-256 of nothing", text_of(digest_hex(digest, hex)),
               TEXT("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    token_address_hash(&ours, TEXT("a@example.org"), one);
    token_address_hash(&other, TEXT("a@example.org"), two);
    check("an address hash needs the key", !token_same(one, two, ADDRESS_HASH));
}

int main(void)
{
    unsigned char bytes[TOKEN_KEY] = {1, 2, 3};
    token_key_set(&ours, bytes);
    bytes[31] = 1;
    token_key_set(&other, bytes);
    there_and_back();
    for_ever();
    only_ours();
    names_and_digests();
    token_key_wipe(&ours);
    check_number("a wiped key is gone", ours.key[0], 0);
    return check_done();
}
