/* Occasion: a slot of a campaign's schedule that has come, and what was made of it. */
#include "store/occasion.h"

#include "base/memory.h"

#include "store/statement.h"

#include "base/banned.h"

bool occasion_note(struct store *store, const struct occasion *occasion, bool *ret_new,
                   struct error *err)
{
    bool planned = occasion->outcome == OCCASION_PLANNED;
    int64_t changed;
    struct statement *s =
        statement_of(store, planned ? QUERY_OCCASION_PLANNED : QUERY_OCCASION_ADD);
    statement_text(s, 1, occasion->campaign);
    statement_text(s, 2, occasion->slot);
    statement_int(s, 3, occasion->due_ms);
    statement_int(s, 4, planned ? occasion->noted_ms : (int64_t)occasion->outcome);
    if (!planned) {
        statement_text(s, 5, occasion->reason);
        statement_int(s, 6, occasion->noted_ms);
    }
    if (!statement_run(s, &changed, err))
        return false;
    *ret_new = changed > 0;
    return true;
}

bool occasion_forget(struct store *store, struct text campaign, int64_t after_ms, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_OCCASION_FORGET);
    statement_text(s, 1, campaign);
    statement_int(s, 2, after_ms);
    return statement_run(s, NULL, err);
}

bool occasion_newest(struct store *store, struct text campaign, bool *ret_any, int64_t *ret_due_ms,
                     struct error *err)
{
    struct statement *s = statement_of(store, QUERY_OCCASION_NEWEST);
    statement_text(s, 1, campaign);
    *ret_any = false;
    if (statement_row(s)) {
        *ret_due_ms = statement_get_int(s, 0);
        *ret_any = statement_get_int(s, 1) > 0;
    }
    return statement_done(s, err);
}

bool occasion_is_known(struct store *store, struct text campaign, struct text slot, bool *ret_known,
                       struct error *err)
{
    struct statement *s = statement_of(store, QUERY_OCCASION_KNOWN);
    statement_text(s, 1, campaign);
    statement_text(s, 2, slot);
    *ret_known = statement_row(s);
    return statement_done(s, err);
}

bool occasion_skipped(struct store *store, struct arena *arena, struct text campaign, size_t limit,
                      struct occasion **ret_occasions, size_t *ret_count, struct error *err)
{
    struct occasion *occasions = arena_array(arena, struct occasion, limit);
    size_t count = 0;
    struct statement *s = statement_of(store, QUERY_OCCASION_SKIPPED);
    statement_text(s, 1, campaign);
    statement_int(s, 2, (int64_t)limit);
    while (statement_row(s)) {
        must(count < limit);
        occasions[count++] = (struct occasion){
            .campaign = statement_copy_text(s, 0, arena),
            .slot = statement_copy_text(s, 1, arena),
            .due_ms = statement_get_int(s, 2),
            .outcome = OCCASION_SKIPPED,
            .reason = statement_copy_text(s, 3, arena),
            .noted_ms = statement_get_int(s, 4),
        };
    }
    *ret_occasions = occasions;
    *ret_count = count;
    return statement_done(s, err);
}
