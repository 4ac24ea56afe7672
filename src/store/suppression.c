/* Suppression: addresses nothing is ever sent to. */
#include "store/suppression.h"

#include "mail/address.h"
#include "store/member_row.h"

#include "base/banned.h"

bool suppression_add(struct store *store, const struct token_key *key,
                     const struct suppression *suppression, bool *ret_added, struct error *err)
{
    ARENA(scratch);
    struct address address;
    unsigned char hash[ADDRESS_HASH];
    int64_t changed;
    if (!address_parse(&scratch, text_trim(suppression->address),
                       ADDRESS_UTF8_LOCAL | ADDRESS_SINGLE_LABEL, &address, err))
        return false;
    token_address_hash(key, address.key, hash);
    struct statement *s = statement_of(store, QUERY_SUPPRESSION_ADD);
    statement_blob(s, 1, hash, sizeof(hash));
    statement_text(s, 2, address.whole);
    statement_text(s, 3, suppression->class);
    statement_text(s, 4, suppression->reason);
    statement_text(s, 5, suppression->source);
    statement_int(s, 6, suppression->since_ms);
    statement_int(s, 7, suppression->until_ms);
    if (!statement_run(s, &changed, err))
        return false;
    *ret_added = changed > 0;
    return true;
}

bool suppression_remove(struct store *store, const struct token_key *key, struct text address,
                        bool *ret_removed, struct error *err)
{
    unsigned char hash[ADDRESS_HASH];
    int64_t changed;
    if (!member_hash(key, address, hash, err))
        return false;
    struct statement *s = statement_of(store, QUERY_SUPPRESSION_REMOVE);
    statement_blob(s, 1, hash, sizeof(hash));
    if (!statement_run(s, &changed, err))
        return false;
    *ret_removed = changed > 0;
    return true;
}

static struct suppression suppression_of_row(struct statement *s)
{
    struct suppression suppression = {
        .address = statement_get_text(s, 1),
        .class = statement_get_text(s, 2),
        .reason = statement_get_text(s, 3),
        .source = statement_get_text(s, 4),
        .since_ms = statement_get_int(s, 5),
        .until_ms = statement_get_int(s, 6),
    };
    struct text hash = statement_get_blob(s, 0);
    if (hash.length == sizeof(suppression.hash))
        memcpy(suppression.hash, hash.at, hash.length);
    return suppression;
}

static struct suppression *copy(struct arena *arena, struct suppression suppression)
{
    struct suppression *kept = arena_new(arena, struct suppression);
    *kept = suppression;
    kept->address = arena_text(arena, suppression.address);
    kept->class = arena_text(arena, suppression.class);
    kept->reason = arena_text(arena, suppression.reason);
    kept->source = arena_text(arena, suppression.source);
    return kept;
}

bool suppression_find(struct store *store, struct arena *arena, const struct token_key *key,
                      struct text address, int64_t now_ms, struct suppression **ret_suppression,
                      struct error *err)
{
    unsigned char hash[ADDRESS_HASH];
    if (!member_hash(key, address, hash, err))
        return false;
    struct statement *s = statement_of(store, QUERY_SUPPRESSION_FIND);
    statement_blob(s, 1, hash, sizeof(hash));
    statement_int(s, 2, now_ms);
    *ret_suppression = statement_row(s) ? copy(arena, suppression_of_row(s)) : NULL;
    return statement_done(s, err);
}

bool suppression_list(struct store *store, int64_t now_ms, suppression_visit *visit, void *self,
                      struct error *err)
{
    struct statement *s = statement_of(store, QUERY_SUPPRESSION_LIST);
    statement_int(s, 1, now_ms);
    while (statement_row(s)) {
        struct suppression suppression = suppression_of_row(s);
        if (!visit(self, &suppression, err)) {
            statement_drop(s);
            return false;
        }
    }
    return statement_done(s, err);
}
