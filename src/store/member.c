/* Member: one recipient as the group knows them. */
#include "store/member.h"

#include "base/buffer.h"
#include "mail/address.h"
#include "store/member_row.h"
#include "store/names.h"

#include "base/banned.h"

const char *member_kind_name(enum member_kind kind)
{
    return kind == MEMBER_ORGANIZATION ? "organization" : "individual";
}

const char *consent_name(enum consent consent)
{
    static const char *const names[] = {"", "subscribed", "pending", "unsubscribed"};
    must(consent >= CONSENT_SUBSCRIBED && consent <= CONSENT_UNSUBSCRIBED);
    return names[consent];
}

struct member member_of_row(struct statement *s)
{
    return (struct member){
        .id = statement_get_int(s, 0),
        .key = statement_get_text(s, 1),
        .email = statement_get_text(s, 2),
        .kind = (enum member_kind)statement_get_int(s, 3),
        .first_name = statement_get_text(s, 4),
        .last_name = statement_get_text(s, 5),
        .organization = statement_get_text(s, 6),
        .role = statement_get_text(s, 7),
        .language = statement_get_text(s, 8),
        .timezone = statement_get_text(s, 9),
        .tags = statement_get_text(s, 10),
        .attributes = statement_get_text(s, 11),
        .created_ms = statement_get_int(s, 12),
        .changed_ms = statement_get_int(s, 13),
    };
}

static struct member *copy(struct arena *arena, struct member member)
{
    struct text *const texts[] = {&member.key,       &member.email,    &member.first_name,
                                  &member.last_name, &member.role,     &member.organization,
                                  &member.language,  &member.timezone, &member.tags,
                                  &member.attributes};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i] = arena_text(arena, *texts[i]);
    struct member *kept = arena_new(arena, struct member);
    *kept = member;
    return kept;
}

bool member_only_row(struct statement *s, struct arena *arena, struct member **ret_member,
                     struct error *err)
{
    *ret_member = statement_row(s) ? copy(arena, member_of_row(s)) : NULL;
    return statement_done(s, err);
}

bool member_hash(const struct token_key *key, struct text address,
                 unsigned char ret_hash[ADDRESS_HASH], struct error *err)
{
    ARENA(scratch);
    struct address parsed;
    if (!address_parse(&scratch, text_trim(address), ADDRESS_UTF8_LOCAL | ADDRESS_SINGLE_LABEL,
                       &parsed, err))
        return false;
    token_address_hash(key, parsed.key, ret_hash);
    return true;
}

bool member_read(struct store *store, struct arena *arena, int64_t id, struct member **ret_member,
                 struct error *err)
{
    struct statement *s = statement_of(store, QUERY_MEMBER_BY_ID);
    statement_int(s, 1, id);
    return member_only_row(s, arena, ret_member, err);
}

bool member_find(struct store *store, struct arena *arena, const struct token_key *key,
                 struct text name, struct member **ret_member, struct error *err)
{
    unsigned char hash[ADDRESS_HASH];
    struct error none;
    struct statement *s = statement_of(store, QUERY_MEMBER_BY_KEY);
    statement_text(s, 1, name);
    if (!member_only_row(s, arena, ret_member, err))
        return false;
    /* What is no address is no member's address: absent, not wrong. */
    if (*ret_member != NULL || !member_hash(key, name, hash, &none))
        return true;
    s = statement_of(store, QUERY_MEMBER_BY_ADDRESS);
    statement_blob(s, 1, hash, sizeof(hash));
    return member_only_row(s, arena, ret_member, err);
}

static bool visit_rows(struct statement *s, member_visit *visit, void *self, struct error *err)
{
    while (statement_row(s)) {
        struct member member = member_of_row(s);
        if (!visit(self, &member, err)) {
            statement_drop(s);
            return false;
        }
    }
    return statement_done(s, err);
}

/* "%text%", with LIKE's own signs escaped. */
static void like_of(struct buffer *like, struct text text)
{
    buffer_add_byte(like, '%');
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] == '%' || text.at[i] == '_' || text.at[i] == '\\')
            buffer_add_byte(like, '\\');
        buffer_add_byte(like, text.at[i]);
    }
    buffer_add_byte(like, '%');
}

enum { SEARCH_TEXT = 1000 };

bool member_search(struct store *store, struct text text, int64_t after, int64_t limit,
                   member_visit *visit, void *self, struct error *err)
{
    BUFFER(like, 2 * SEARCH_TEXT + 2);
    bool all = text.length == 0;
    like_of(&like, text_slice(text, 0, SEARCH_TEXT));
    struct statement *s = statement_of(store, all ? QUERY_MEMBER_ALL : QUERY_MEMBER_SEARCH);
    statement_int(s, 1, after);
    statement_int(s, 2, limit == 0 ? -1 : limit);
    if (!all)
        statement_text(s, 3, buffer_text(&like));
    return visit_rows(s, visit, self, err);
}

bool member_count(struct store *store, int64_t *ret_count, struct error *err)
{
    return statement_read_int(statement_of(store, QUERY_MEMBER_COUNT), 0, ret_count, err);
}

/* ---- Consent ---- */

static bool consent_query(struct store *store, enum query_name query, const struct saying *saying,
                          struct error *err)
{
    struct statement *s = statement_of(store, query);
    statement_int(s, 1, saying->topic_id);
    statement_int(s, 2, saying->member_id);
    if (query != QUERY_CONSENT_KEEP) {
        statement_int(s, 3, saying->consent);
        statement_int(s, 4, saying->at_ms);
        statement_int(s, 5, saying->source_id);
    }
    return statement_run(s, NULL, err);
}

bool consent_before(struct store *store, const struct saying *saying, int64_t *ret_consent,
                    struct error *err)
{
    struct statement *s = statement_of(store, QUERY_CONSENT_FIND);
    statement_int(s, 1, saying->topic_id);
    statement_int(s, 2, saying->member_id);
    return statement_read_int(s, 0, ret_consent, err);
}

bool consent_add(struct store *store, const struct saying *saying, struct error *err)
{
    return consent_query(store, QUERY_CONSENT_ADD, saying, err);
}

/* Said again is no event. */
bool consent_say(struct store *store, const struct saying *saying, struct error *err)
{
    int64_t before;
    if (!consent_before(store, saying, &before, err))
        return false;
    if (before == (int64_t)saying->consent)
        return true;
    if (before == 0)
        return consent_add(store, saying, err);
    return consent_query(store, QUERY_CONSENT_KEEP, saying, err) &&
           consent_query(store, QUERY_CONSENT_CHANGE, saying, err);
}

bool member_consent(struct store *store, int64_t member_id, struct text topic, enum consent consent,
                    int64_t now_ms, struct text source, struct error *err)
{
    struct saying saying = {.member_id = member_id, .consent = consent, .at_ms = now_ms};
    if (!store_begin(store, err))
        return false;
    bool good = topic_number(store, topic, &saying.topic_id, err) &&
                source_number(store, source, &saying.source_id, err) &&
                consent_say(store, &saying, err);
    return store_end(store, good, err);
}
