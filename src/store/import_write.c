/* Import, writing: one record, added, changed or left as it is. */
#include "store/import_write.h"

#include "base/json.h"
#include "base/memory.h"
#include "store/member_row.h"
#include "store/names.h"
#include "store/statement.h"

#include "base/banned.h"

void writing_free(struct writing *writing)
{
    arena_free(&writing->names);
    memory_free(writing->lines);
}

typedef bool number_of(struct store *store, struct text name, int64_t *ret_id, struct error *err);

/* A million members share few domains and fewer topics. */
static bool number_cached(struct writing *writing, struct name_slot *slots, size_t count,
                          number_of *number, struct text name, int64_t *ret_id, struct error *err)
{
    struct name_slot *slot = &slots[text_hash(name) % count];
    if (slot->id != 0 && text_equal(slot->name, name)) {
        *ret_id = slot->id;
        return true;
    }
    if (!number(writing->store, name, ret_id, err))
        return false;
    /* Too many to keep: the arena would grow with them. */
    if (writing->names.taken < NAMES_KEPT)
        *slot = (struct name_slot){arena_text(&writing->names, name), *ret_id};
    return true;
}

/* ---- What is there already ---- */

static bool find_old(struct writing *writing, struct arena *arena, struct text key,
                     struct member *ret_old, struct error *err)
{
    struct text *const texts[] = {
        &ret_old->first_name, &ret_old->last_name, &ret_old->organization, &ret_old->role,
        &ret_old->language,   &ret_old->timezone,  &ret_old->tags,         &ret_old->attributes,
    };
    *ret_old = (struct member){0};
    struct statement *s = statement_of(writing->store, QUERY_IMPORT_FIND);
    statement_text(s, 1, key);
    if (statement_row(s)) {
        ret_old->id = statement_get_int(s, 0);
        ret_old->email = statement_copy_text(s, 1, arena);
        ret_old->kind = (enum member_kind)statement_get_int(s, 2);
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
            *texts[i] = statement_copy_text(s, 3 + (int)i, arena);
    }
    return statement_done(s, err);
}

/* Attributes that the file has no column for stay. Both sides are sorted by name. */
static bool merge_attributes(struct arena *arena, const struct header *header, struct text old,
                             struct text new, struct text *ret_merged, struct error *err)
{
    struct value before, after;
    if (!json_parse(arena, old, TEXT("attributes"), &before, err) ||
        !json_parse(arena, new, TEXT("attributes"), &after, err))
        return false;
    BUFFER(json, 16 * IMPORT_ROW);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    for (size_t b = 0, a = 0; b < before.count || a < after.count;) {
        bool from_old =
            a == after.count ||
            (b < before.count && text_compare(before.members[b].key, after.members[a].key) < 0);
        const struct value_member *next = from_old ? &before.members[b++] : &after.members[a++];
        if (from_old && header_has_attribute(header, next->key))
            continue;
        json_key(&writer, arena_string(arena, next->key));
        json_say_tree(&writer, &next->value);
    }
    json_end_object(&writer);
    *ret_merged = arena_text(arena, buffer_text(&json));
    return true;
}

/* What the file has no column for stays as it was. */
static bool complete(struct writing *writing, struct arena *arena, const struct member *old,
                     struct member *new, struct error *err)
{
    const struct header *header = writing->header;
    const struct {
        enum column column;
        struct text *mine, theirs;
    } texts[] = {
        {COLUMN_FIRST_NAME, &new->first_name, old->first_name},
        {COLUMN_LAST_NAME, &new->last_name, old->last_name},
        {COLUMN_ORGANIZATION, &new->organization, old->organization},
        {COLUMN_ROLE, &new->role, old->role},
        {COLUMN_LANGUAGE, &new->language, old->language},
        {COLUMN_TIMEZONE, &new->timezone, old->timezone},
        {COLUMN_TAGS, &new->tags, old->tags},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (!header->has[texts[i].column])
            *texts[i].mine = texts[i].theirs;
    if (!header->has[COLUMN_KIND])
        new->kind = old->kind;
    return text_equal(old->attributes, new->attributes) ||
           merge_attributes(arena, header, old->attributes, new->attributes, &new->attributes, err);
}

static bool is_same(const struct member *a, const struct member *b)
{
    return text_equal(a->email, b->email) && a->kind == b->kind &&
           text_equal(a->first_name, b->first_name) && text_equal(a->last_name, b->last_name) &&
           text_equal(a->organization, b->organization) && text_equal(a->role, b->role) &&
           text_equal(a->language, b->language) && text_equal(a->timezone, b->timezone) &&
           text_equal(a->tags, b->tags) && text_equal(a->attributes, b->attributes);
}

/* ---- Writing ---- */

static bool put_member(struct writing *writing, enum query_name query, const struct record *record,
                       const struct member *member, int64_t id, int64_t *ret_changed,
                       struct error *err)
{
    const struct text texts[] = {member->first_name, member->last_name, member->organization,
                                 member->role,       member->language,  member->timezone,
                                 member->tags,       member->attributes};
    int64_t domain_id;
    if (!number_cached(writing, writing->domains, DOMAIN_SLOTS, domain_number, record->domain,
                       &domain_id, err))
        return false;
    struct statement *s = statement_of(writing->store, query);
    statement_text(s, 1, member->key);
    statement_text(s, 2, member->email);
    statement_blob(s, 3, record->hash, sizeof(record->hash));
    statement_int(s, 4, domain_id);
    statement_int(s, 5, member->kind);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        statement_text(s, 6 + (int)i, texts[i]);
    statement_int(s, 14, writing->import->now_ms);
    statement_int(s, 15, id);
    return statement_run(s, ret_changed, err);
}

/* What the member said before stands, whatever it was: a file never overrules a person. */
static bool subscribe(struct writing *writing, struct text topic, int64_t member_id, bool is_new,
                      struct error *err)
{
    struct saying saying = {.member_id = member_id,
                            .source_id = writing->source_id,
                            .at_ms = writing->import->now_ms,
                            .consent = CONSENT_SUBSCRIBED};
    int64_t before = 0;
    if (!number_cached(writing, writing->topics, TOPIC_SLOTS, topic_number, topic, &saying.topic_id,
                       err))
        return false;
    if (!is_new && !consent_before(writing->store, &saying, &before, err))
        return false;
    writing->counts->kept_out += before == CONSENT_UNSUBSCRIBED;
    writing->counts->subscribed += before == 0;
    return before != 0 || consent_add(writing->store, &saying, err);
}

static bool subscribe_all(struct writing *writing, const struct record *record, int64_t member_id,
                          bool is_new, struct error *err)
{
    struct text extra = writing->import->topic;
    for (size_t i = 0; i < record->topic_count; i++) {
        if (text_equal(record->topics[i], extra))
            extra = text_of("");
        if (!subscribe(writing, record->topics[i], member_id, is_new, err))
            return false;
    }
    return extra.length == 0 || subscribe(writing, extra, member_id, is_new, err);
}

static bool count_suppressed(struct writing *writing, const struct record *record,
                             struct error *err)
{
    if (writing->suppressions == 0)
        return true;
    struct statement *s = statement_of(writing->store, QUERY_SUPPRESSION_FIND);
    statement_blob(s, 1, record->hash, sizeof(record->hash));
    statement_int(s, 2, writing->import->now_ms);
    writing->counts->suppressed += statement_row(s);
    return statement_done(s, err);
}

/* Four bytes a member: the one thing here that grows with their number. */
static uint32_t *line_of(struct writing *writing, int64_t member_id)
{
    size_t at = (size_t)member_id;
    if (at >= writing->line_count) {
        size_t wanted = at + at / 2 + 1024;
        writing->lines = memory_grow(writing->lines, wanted * sizeof(*writing->lines));
        memset(writing->lines + writing->line_count, 0,
               (wanted - writing->line_count) * sizeof(*writing->lines));
        writing->line_count = wanted;
    }
    return &writing->lines[at];
}

/* Adds the member if there is none with its key. */
static bool try_new(struct writing *writing, const struct record *record, bool *ret_added,
                    struct error *err)
{
    int64_t changed, id = writing->last_id + 1;
    if (!put_member(writing, QUERY_IMPORT_ADD, record, &record->member, id, &changed, err))
        return false;
    *ret_added = changed == 1;
    if (!*ret_added)
        return true;
    writing->last_id = id;
    writing->counts->added++;
    *line_of(writing, id) = (uint32_t)record->line;
    return subscribe_all(writing, record, id, true, err) && count_suppressed(writing, record, err);
}

static const char *key_problem(struct arena *arena, const struct header *header, uint32_t line)
{
    if (header->has[COLUMN_KEY])
        return arena_printf(arena, "its key is that of line %u", line).at;
    return arena_printf(arena,
                        "its address is that of line %u; a column \"key\" keeps two members of one "
                        "address apart",
                        line)
        .at;
}

static bool try_old(struct writing *writing, struct arena *scratch, const struct record *record,
                    bool *ret_there, const char **ret_problem, struct error *err)
{
    struct member old, new = record->member;
    if (!find_old(writing, scratch, new.key, &old, err))
        return false;
    *ret_there = old.id != 0;
    if (!*ret_there)
        return true;
    uint32_t *line = line_of(writing, old.id);
    if (*line != 0) {
        *ret_problem = key_problem(scratch, writing->header, *line);
        return true;
    }
    *line = (uint32_t)record->line;
    if (!complete(writing, scratch, &old, &new, err))
        return false;
    bool same = is_same(&old, &new);
    writing->counts->unchanged += same;
    writing->counts->changed += !same;
    if (!same && !put_member(writing, QUERY_IMPORT_CHANGE, record, &new, old.id, NULL, err))
        return false;
    return subscribe_all(writing, record, old.id, false, err) &&
           count_suppressed(writing, record, err);
}

bool record_write(struct writing *writing, struct arena *scratch, const struct record *record,
                  const char **ret_problem, struct error *err)
{
    bool there = false, added;
    *ret_problem = NULL;
    /* Members come in kinds: a new one after a new one is likely, so looking first would be a
     * waste, and the other way round. */
    if (writing->last_was_new) {
        if (!try_new(writing, record, &added, err))
            return false;
        writing->last_was_new = added;
        return added || try_old(writing, scratch, record, &there, ret_problem, err);
    }
    if (!try_old(writing, scratch, record, &there, ret_problem, err))
        return false;
    writing->last_was_new = !there;
    return there || try_new(writing, record, &added, err);
}
