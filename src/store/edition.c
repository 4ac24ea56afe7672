/* Edition: one sending of one campaign, and what is known about it. */
#include "store/edition.h"

#include "store/ledger.h"
#include "store/statement.h"
#include "store/tally.h"

#include "base/banned.h"

const char *edition_state_name(enum edition_state state)
{
    static const char *const names[] = {"running", "paused", "done", "cancelled"};
    must(state <= EDITION_CANCELLED);
    return names[state];
}

static struct edition edition_of_row(struct statement *s, struct arena *arena)
{
    return (struct edition){
        .id = statement_get_int(s, 0),
        .campaign = statement_copy_text(s, 1, arena),
        .slot = statement_copy_text(s, 2, arena),
        .topic = statement_copy_text(s, 3, arena),
        .priority = (enum edition_priority)statement_get_int(s, 4),
        .state = (enum edition_state)statement_get_int(s, 5),
        .pause_reason = statement_copy_text(s, 6, arena),
        .content_hash = arena_text(arena, statement_get_blob(s, 7)),
        .commit = statement_copy_text(s, 8, arena),
        .commit_dirty = statement_get_int(s, 9) != 0,
        .on_unknown = (enum on_unknown)statement_get_int(s, 10),
        .planned = statement_get_int(s, 11),
        .planned_ms = statement_get_int(s, 12),
        .started_ms = statement_get_int(s, 13),
        .finished_ms = statement_get_int(s, 14),
        .moved_ms = statement_get_int(s, 15),
    };
}

static bool read_counts(struct store *store, struct edition *edition, struct error *err)
{
    int64_t *const counters[] = {
        [DELIVERY_READY] = &edition->ready,     [DELIVERY_INTENT] = &edition->intent,
        [DELIVERY_SENT] = &edition->sent,       [DELIVERY_FAILED] = &edition->failed,
        [DELIVERY_UNKNOWN] = &edition->unknown, [DELIVERY_SKIPPED] = &edition->skipped,
    };
    struct statement *s = statement_of(store, QUERY_EDITION_COUNTS);
    statement_int(s, 1, edition->id);
    while (statement_row(s)) {
        int64_t state = statement_get_int(s, 0), count = statement_get_int(s, 2);
        if (state >= DELIVERY_READY && state <= DELIVERY_SKIPPED)
            *counters[state] += count;
        if (state == DELIVERY_READY && statement_get_int(s, 1) != REASON_NONE)
            edition->deferred += count;
    }
    return statement_done(s, err);
}

static bool only_row(struct store *store, struct statement *s, struct arena *arena,
                     struct edition **ret_edition, struct error *err)
{
    *ret_edition = NULL;
    if (statement_row(s)) {
        *ret_edition = arena_new(arena, struct edition);
        **ret_edition = edition_of_row(s, arena);
    }
    return statement_done(s, err) &&
           (*ret_edition == NULL || read_counts(store, *ret_edition, err));
}

bool edition_find(struct store *store, struct arena *arena, struct text campaign, struct text slot,
                  struct edition **ret_edition, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_EDITION_BY_SLOT);
    statement_text(s, 1, campaign);
    statement_text(s, 2, slot);
    return only_row(store, s, arena, ret_edition, err);
}

bool edition_read(struct store *store, struct arena *arena, int64_t id,
                  struct edition **ret_edition, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_EDITION_BY_ID);
    statement_int(s, 1, id);
    return only_row(store, s, arena, ret_edition, err);
}

bool edition_list(struct store *store, struct arena *arena, struct text campaign,
                  struct edition **ret_editions, size_t *ret_count, struct error *err)
{
    struct edition *editions = NULL;
    size_t count = 0;
    struct statement *s = statement_of(store, QUERY_EDITION_ALL);
    statement_text(s, 1, campaign);
    for (; statement_row(s); count++) {
        editions = arena_one_more(arena, editions, count, sizeof(*editions));
        editions[count] = edition_of_row(s, arena);
    }
    bool good = statement_done(s, err);
    for (size_t i = 0; good && i < count; i++)
        good = read_counts(store, &editions[i], err);
    *ret_editions = editions;
    *ret_count = count;
    return good;
}

bool edition_content(struct store *store, struct arena *arena, struct text content_hash,
                     struct text *ret_content, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_CONTENT_GET);
    statement_blob(s, 1, content_hash.at, content_hash.length);
    bool there = statement_row(s);
    if (there)
        *ret_content = arena_text(arena, statement_get_blob(s, 0));
    if (!statement_done(s, err))
        return false;
    return there || error_set(err, FAULT_FILE,
                              "the database has lost the content of an edition: restore a backup");
}

bool edition_tally(struct store *store, struct arena *arena, int64_t id, struct tally **ret_tallies,
                   size_t *ret_count, struct error *err)
{
    struct tally *tallies = NULL;
    size_t count = 0;
    struct statement *s = statement_of(store, QUERY_EDITION_TALLY);
    statement_int(s, 1, id);
    for (; statement_row(s); count++) {
        tallies = arena_one_more(arena, tallies, count, sizeof(*tallies));
        tallies[count] = (struct tally){
            .state = text_of(delivery_state_name((enum delivery_state)statement_get_int(s, 0))),
            .reason = statement_copy_text(s, 1, arena),
            .count = statement_get_int(s, 2),
        };
    }
    *ret_tallies = tallies;
    *ret_count = count;
    return statement_done(s, err);
}

bool edition_is_held(const struct edition *edition)
{
    return edition->state == EDITION_PAUSED &&
           text_starts(edition->pause_reason, TEXT(EDITION_HELD));
}

bool edition_last_planned(struct store *store, struct text campaign, struct text slot,
                          bool *ret_any, int64_t *ret_planned, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_EDITION_LAST_PLANNED);
    statement_text(s, 1, campaign);
    statement_text(s, 2, slot);
    if (!statement_read_int(s, -1, ret_planned, err))
        return false;
    *ret_any = *ret_planned >= 0;
    return true;
}

bool edition_any_running(struct store *store, bool *ret_any, struct error *err)
{
    int64_t any;
    if (!statement_read_int(statement_of(store, QUERY_EDITION_ANY_RUNNING), 0, &any, err))
        return false;
    *ret_any = any != 0;
    return true;
}

/* ---- Control ---- */

static bool changed_one(struct statement *s, bool *ret_changed, struct error *err)
{
    int64_t changed;
    if (!statement_run(s, &changed, err))
        return false;
    *ret_changed = changed == 1;
    return true;
}

bool edition_pause(struct store *store, int64_t id, struct text reason, bool *ret_changed,
                   struct error *err)
{
    struct statement *s = statement_of(store, QUERY_EDITION_PAUSE);
    statement_int(s, 1, id);
    statement_text(s, 2, reason);
    return changed_one(s, ret_changed, err);
}

bool edition_resume(struct store *store, int64_t id, bool *ret_changed, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_EDITION_RESUME);
    statement_int(s, 1, id);
    return changed_one(s, ret_changed, err);
}

static bool cancel(struct store *store, int64_t id, int64_t now_ms, bool *ret_changed,
                   struct error *err)
{
    struct statement *s = statement_of(store, QUERY_EDITION_CANCEL);
    statement_int(s, 1, id);
    statement_int(s, 2, now_ms);
    if (!changed_one(s, ret_changed, err))
        return false;
    if (!*ret_changed)
        return true;
    s = statement_of(store, QUERY_EDITION_CANCEL_ROWS);
    statement_int(s, 1, id);
    statement_int(s, 2, now_ms);
    return statement_run(s, NULL, err) &&
           tally_move_all(store, id, DELIVERY_READY, DELIVERY_SKIPPED, REASON_CANCELLED, err) &&
           tally_conclude(store, id, now_ms, false, err);
}

bool edition_cancel(struct store *store, int64_t id, int64_t now_ms, bool *ret_changed,
                    struct error *err)
{
    if (!store_begin(store, err))
        return false;
    return store_end(store, cancel(store, id, now_ms, ret_changed, err), err);
}
