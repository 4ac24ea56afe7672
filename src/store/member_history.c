/* Member, the whole story: consent, what they were sent, and the end of it. */
#include "store/ledger.h"
#include "store/member_row.h"
#include "store/tally.h"

#include "base/banned.h"

static bool read_subscriptions(struct store *store, struct arena *arena, int64_t id,
                               struct member_history *history, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_MEMBER_SUBSCRIPTIONS);
    statement_int(s, 1, id);
    while (statement_row(s)) {
        size_t at = history->subscription_count++;
        history->subscriptions =
            arena_one_more(arena, history->subscriptions, at, sizeof(*history->subscriptions));
        history->subscriptions[at] = (struct subscription){
            .topic = statement_copy_text(s, 0, arena),
            .consent = (enum consent)statement_get_int(s, 1),
            .since_ms = statement_get_int(s, 2),
            .source = statement_copy_text(s, 3, arena),
        };
    }
    return statement_done(s, err);
}

static bool read_events(struct store *store, struct arena *arena, int64_t id,
                        struct member_history *history, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_MEMBER_EVENTS);
    statement_int(s, 1, id);
    while (statement_row(s)) {
        size_t at = history->event_count++;
        history->events = arena_one_more(arena, history->events, at, sizeof(*history->events));
        history->events[at] = (struct consent_event){
            .at_ms = statement_get_int(s, 0),
            .topic = statement_copy_text(s, 1, arena),
            .consent = (enum consent)statement_get_int(s, 2),
            .source = statement_copy_text(s, 3, arena),
        };
    }
    return statement_done(s, err);
}

static bool read_deliveries(struct store *store, struct arena *arena, int64_t id,
                            struct member_history *history, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_MEMBER_DELIVERIES);
    statement_int(s, 1, id);
    while (statement_row(s)) {
        size_t at = history->delivery_count++;
        history->deliveries =
            arena_one_more(arena, history->deliveries, at, sizeof(*history->deliveries));
        history->deliveries[at] = (struct member_delivery){
            .campaign = statement_copy_text(s, 0, arena),
            .slot = statement_copy_text(s, 1, arena),
            .state = text_of(delivery_state_name((enum delivery_state)statement_get_int(s, 2))),
            .reason = statement_copy_text(s, 3, arena),
            .reply = statement_copy_text(s, 4, arena),
            .settled_ms = statement_get_int(s, 5),
            .attempts = (unsigned)statement_get_int(s, 6),
        };
    }
    return statement_done(s, err);
}

static bool read_suppression(struct store *store, struct arena *arena, int64_t id, int64_t now_ms,
                             struct member_history *history, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_MEMBER_SUPPRESSION);
    statement_int(s, 1, id);
    statement_int(s, 2, now_ms);
    history->suppressed = statement_row(s);
    if (history->suppressed) {
        struct text class = statement_get_text(s, 0), reason = statement_get_text(s, 1);
        history->suppression = arena_printf(arena, "%.*s%s%.*s", TEXT_ARGS(class),
                                            reason.length > 0 ? ": " : "", TEXT_ARGS(reason));
    }
    return statement_done(s, err);
}

bool member_history(struct store *store, struct arena *arena, int64_t member_id, int64_t now_ms,
                    struct member_history *ret_history, struct error *err)
{
    *ret_history = (struct member_history){0};
    return read_subscriptions(store, arena, member_id, ret_history, err) &&
           read_events(store, arena, member_id, ret_history, err) &&
           read_deliveries(store, arena, member_id, ret_history, err) &&
           read_suppression(store, arena, member_id, now_ms, ret_history, err);
}

/* ---- Erasing ---- */

struct waiting {
    int64_t id, edition_id, reason;
};

static bool read_waiting(struct store *store, int64_t member_id, struct arena *arena,
                         struct waiting **ret_rows, size_t *ret_count, struct error *err)
{
    struct waiting *rows = NULL;
    size_t count = 0;
    struct statement *s = statement_of(store, QUERY_ERASE_WAITING);
    statement_int(s, 1, member_id);
    for (; statement_row(s); count++) {
        rows = arena_one_more(arena, rows, count, sizeof(*rows));
        rows[count] = (struct waiting){statement_get_int(s, 0), statement_get_int(s, 1),
                                       statement_get_int(s, 2)};
    }
    *ret_rows = rows;
    *ret_count = count;
    return statement_done(s, err);
}

/* What still waits for the member is skipped. What is on its way or unknown is settled as it ends;
 * if it comes back, taking it finds nobody and skips it. */
static bool skip_waiting(struct store *store, int64_t member_id, int64_t now_ms, struct error *err)
{
    ARENA(scratch);
    TALLY_MOVES(moves);
    struct waiting *rows;
    size_t count;
    bool good = read_waiting(store, member_id, &scratch, &rows, &count, err);
    for (size_t i = 0; good && i < count; i++) {
        struct statement *s = statement_of(store, QUERY_LEDGER_SKIP);
        statement_int(s, 1, rows[i].id);
        statement_int(s, 2, REASON_ERASED);
        statement_int(s, 3, now_ms);
        good = statement_run(s, NULL, err);
        tally_note(&moves, rows[i].edition_id, DELIVERY_READY, rows[i].reason, -1);
        tally_note(&moves, rows[i].edition_id, DELIVERY_SKIPPED, REASON_ERASED, +1);
    }
    return good && tally_flush(&moves, store, now_ms, false, err);
}

static bool forget(struct store *store, int64_t member_id, int64_t now_ms, struct error *err)
{
    /* The order matters: the address hash is read off the member, who goes last. */
    static const enum query_name steps[] = {
        QUERY_ERASE_SUPPRESS,   QUERY_ERASE_FORGET_ADDRESS, QUERY_ERASE_FROZEN, QUERY_ERASE_BOUNCES,
        QUERY_ERASE_DELIVERIES, QUERY_ERASE_SUBSCRIPTIONS,  QUERY_ERASE_EVENTS, QUERY_ERASE_ID,
        QUERY_ERASE_MEMBER,
    };
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct statement *s = statement_of(store, steps[i]);
        statement_int(s, 1, member_id);
        if (steps[i] == QUERY_ERASE_SUPPRESS)
            statement_int(s, 2, now_ms);
        if (!statement_run(s, NULL, err))
            return false;
    }
    return true;
}

bool member_erase(struct store *store, int64_t member_id, int64_t now_ms, struct error *err)
{
    if (!store_begin(store, err))
        return false;
    bool good =
        skip_waiting(store, member_id, now_ms, err) && forget(store, member_id, now_ms, err);
    return store_end(store, good, err);
}
