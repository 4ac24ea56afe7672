/* Bounce: mails that came home, whose they were, and what each of them changed. */
#include "store/bounce.h"

#include "mail/address.h"
#include "store/evidence.h"
#include "store/member_row.h"
#include "store/names.h"

#include "base/banned.h"

const char *bounce_effect_name(enum bounce_effect effect)
{
    static const char *const names[] = {"nothing", "suppressed", "counted",    "unsubscribed",
                                        "ours",    "unproven",   "for-people", "set-aside"};
    must(effect <= EFFECT_POISON);
    return names[effect];
}

const char *bounce_proof_name(enum bounce_proof proof)
{
    static const char *const names[] = {"none",   "address",     "Message-ID",
                                        "header", "return path", "token"};
    must(proof <= PROOF_TOKEN);
    return names[proof];
}

bool bounce_begin(struct store *store, struct error *err)
{
    return store_begin(store, err);
}

bool bounce_begin_look(struct store *store, struct error *err)
{
    return statement_run(statement_of(store, QUERY_SNAPSHOT), NULL, err);
}

bool bounce_end(struct store *store, bool good, struct error *err)
{
    return store_end(store, good, err);
}

static bool read_known(struct statement *s, struct bounce_known *ret_known, struct error *err)
{
    *ret_known = (struct bounce_known){0};
    if (statement_row(s))
        *ret_known = (struct bounce_known){statement_get_int(s, 0),
                                           (enum bounce_effect)statement_get_int(s, 1)};
    return statement_done(s, err);
}

bool bounce_name_find(struct store *store, struct text mailbox, struct text uid,
                      struct bounce_known *ret_known, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_BOUNCE_NAME_FIND);
    statement_text(s, 1, mailbox);
    statement_blob(s, 2, uid.at, uid.length);
    return read_known(s, ret_known, err);
}

bool bounce_name_add(struct store *store, struct text mailbox, struct text uid, int64_t id,
                     struct error *err)
{
    struct statement *s = statement_of(store, QUERY_BOUNCE_NAME_ADD);
    statement_text(s, 1, mailbox);
    statement_blob(s, 2, uid.at, uid.length);
    statement_int(s, 3, id);
    return statement_run(s, NULL, err);
}

bool bounce_find(struct store *store, const unsigned char digest[DIGEST_SIZE], uint64_t size,
                 struct bounce_known *ret_known, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_BOUNCE_FIND);
    statement_blob(s, 1, digest, DIGEST_SIZE);
    statement_int(s, 2, (int64_t)size);
    return read_known(s, ret_known, err);
}

/* Parameters 1 to 15: what was found out, in the order of the columns. */
static void bind_findings(struct statement *s, const struct bounce *bounce)
{
    statement_text(s, 1, bounce->kind);
    statement_int(s, 2, bounce->proof);
    statement_int(s, 3, bounce->delivery_id);
    if (bounce->has_hash)
        statement_blob(s, 4, bounce->hash, sizeof(bounce->hash));
    else
        statement_null(s, 4);
    statement_text(s, 5, bounce->address);
    statement_text(s, 6, bounce->class);
    statement_text(s, 7, bounce->action);
    statement_text(s, 8, bounce->status);
    statement_int(s, 9, bounce->reply_code);
    statement_text(s, 10, bounce->diagnostic);
    statement_text(s, 11, bounce->rule);
    statement_int(s, 12, bounce->permanent);
    statement_int(s, 13, bounce->counted);
    statement_int(s, 14, bounce->effect);
}

bool bounce_add(struct store *store, const struct bounce *bounce, int64_t *ret_id,
                struct error *err)
{
    struct statement *s = statement_of(store, QUERY_BOUNCE_ADD);
    bind_findings(s, bounce);
    statement_blob(s, 15, bounce->digest, DIGEST_SIZE);
    statement_int(s, 16, (int64_t)bounce->size);
    statement_int(s, 17, bounce->taken_ms);
    statement_blob(s, 18, bounce->raw.at, bounce->raw.length);
    if (!statement_run(s, NULL, err))
        return false;
    *ret_id = store_last_id(store);
    return true;
}

bool bounce_change(struct store *store, const struct bounce *bounce, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_BOUNCE_CHANGE);
    bind_findings(s, bounce);
    statement_int(s, 15, bounce->id);
    return statement_run(s, NULL, err);
}

static struct bounce *bounce_of_row(struct statement *s, struct arena *arena)
{
    struct bounce *bounce = arena_new(arena, struct bounce);
    struct text digest = statement_get_blob(s, 1), hash = statement_get_blob(s, 7);
    *bounce = (struct bounce){
        .id = statement_get_int(s, 0),
        .size = (uint64_t)statement_get_int(s, 2),
        .taken_ms = statement_get_int(s, 3),
        .kind = statement_copy_text(s, 4, arena),
        .proof = (enum bounce_proof)statement_get_int(s, 5),
        .delivery_id = statement_get_int(s, 6),
        .has_hash = hash.length == ADDRESS_HASH,
        .address = statement_copy_text(s, 8, arena),
        .class = statement_copy_text(s, 9, arena),
        .action = statement_copy_text(s, 10, arena),
        .permanent = statement_get_int(s, 11) != 0,
        .counted = statement_get_int(s, 12) != 0,
        .effect = (enum bounce_effect)statement_get_int(s, 13),
        .raw = arena_text(arena, statement_get_blob(s, 14)),
    };
    memcpy(bounce->digest, digest.at, digest.length < DIGEST_SIZE ? digest.length : DIGEST_SIZE);
    if (bounce->has_hash)
        memcpy(bounce->hash, hash.at, ADDRESS_HASH);
    return bounce;
}

bool bounce_next(struct store *store, struct arena *arena, int64_t after,
                 struct bounce **ret_bounce, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_BOUNCE_NEXT);
    statement_int(s, 1, after);
    *ret_bounce = statement_row(s) ? bounce_of_row(s, arena) : NULL;
    return statement_done(s, err);
}

/* ---- Whose ---- */

static struct bounce_target target_of_row(struct statement *s, struct arena *arena)
{
    return (struct bounce_target){
        .delivery_id = statement_get_int(s, 0),
        .edition_id = statement_get_int(s, 1),
        .member_id = statement_get_int(s, 2),
        .state = (enum delivery_state)statement_get_int(s, 3),
        .settled_ms = statement_get_int(s, 4),
        .address = statement_copy_text(s, 5, arena),
        .key = statement_copy_text(s, 6, arena),
        .campaign = statement_copy_text(s, 7, arena),
        .slot = statement_copy_text(s, 8, arena),
        .topic = statement_copy_text(s, 9, arena),
    };
}

bool bounce_target_of(struct store *store, struct arena *arena, int64_t edition_id,
                      int64_t member_id, struct bounce_target **ret_target, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_BOUNCE_TARGET);
    statement_int(s, 1, edition_id);
    statement_int(s, 2, member_id);
    *ret_target = NULL;
    if (statement_row(s)) {
        *ret_target = arena_new(arena, struct bounce_target);
        **ret_target = target_of_row(s, arena);
    }
    return statement_done(s, err);
}

bool bounce_candidates(struct store *store, struct arena *arena,
                       const unsigned char hash[ADDRESS_HASH], struct bounce_target **ret_targets,
                       size_t *ret_count, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_BOUNCE_CANDIDATES);
    statement_blob(s, 1, hash, ADDRESS_HASH);
    statement_int(s, 2, BOUNCE_CANDIDATES);
    *ret_targets = arena_array(arena, struct bounce_target, BOUNCE_CANDIDATES);
    *ret_count = 0;
    while (statement_row(s))
        (*ret_targets)[(*ret_count)++] = target_of_row(s, arena);
    return statement_done(s, err);
}

/* ---- What it changes ---- */

bool bounce_suppress(struct store *store, const struct suppression *suppression, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_SUPPRESSION_ADD);
    statement_blob(s, 1, suppression->hash, sizeof(suppression->hash));
    statement_text(s, 2, suppression->address);
    statement_text(s, 3, suppression->class);
    statement_text(s, 4, suppression->reason);
    statement_text(s, 5, suppression->source);
    statement_int(s, 6, suppression->since_ms);
    statement_int(s, 7, suppression->until_ms);
    return statement_run(s, NULL, err);
}

bool bounce_lift(struct store *store, const unsigned char hash[ADDRESS_HASH], struct text source,
                 bool *ret_lifted, struct error *err)
{
    int64_t changed;
    struct statement *s = statement_of(store, QUERY_BOUNCE_LIFT);
    statement_blob(s, 1, hash, ADDRESS_HASH);
    statement_text(s, 2, source);
    if (!statement_run(s, &changed, err))
        return false;
    *ret_lifted = changed > 0;
    return true;
}

bool bounce_resolve(struct store *store, const struct settlement *settlement, int64_t now_ms,
                    bool *ret_moved, struct error *err)
{
    return evidence_resolve(store, settlement, now_ms, ret_moved, err);
}

enum { TOPICS = 100 };

bool bounce_unsubscribe(struct store *store, const struct bounce_target *target, int64_t now_ms,
                        struct text source, bool *ret_known, struct error *err)
{
    int64_t topics[TOPICS];
    size_t count = 0;
    struct saying saying = {
        .member_id = target->member_id, .consent = CONSENT_UNSUBSCRIBED, .at_ms = now_ms};
    struct statement *s = statement_of(store, QUERY_BOUNCE_TOPICS);
    statement_int(s, 1, target->edition_id);
    while (count < TOPICS && statement_row(s))
        topics[count++] = statement_get_int(s, 0);
    *ret_known = count > 0;
    bool good = statement_done(s, err) && source_number(store, source, &saying.source_id, err);
    for (size_t i = 0; i < count && good; i++) {
        saying.topic_id = topics[i];
        good = consent_say(store, &saying, err);
    }
    return good;
}

/* ---- Counting ---- */

bool bounce_tally_of(struct store *store, int64_t edition_id, struct bounce_tally *ret_tally,
                     struct error *err)
{
    struct statement *s = statement_of(store, QUERY_BOUNCE_TALLY);
    statement_int(s, 1, edition_id);
    *ret_tally = (struct bounce_tally){0};
    if (statement_row(s))
        *ret_tally = (struct bounce_tally){statement_get_int(s, 0), statement_get_int(s, 1),
                                           statement_get_int(s, 2)};
    return statement_done(s, err);
}

bool bounce_returned(struct store *store, int64_t edition_id, int64_t *ret_count, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_BOUNCE_RETURNED);
    statement_int(s, 1, edition_id);
    return statement_read_int(s, 0, ret_count, err);
}
