/* Ledger, taking: which rows are due, and everything needed to merge them. */
#include "store/statement.h"
#include "store/turn.h"

#include "base/banned.h"

/* The ids that a query without parameters gives. */
bool ledger_ids(struct store *store, enum query_name name, struct arena *arena, int64_t **ret_ids,
                size_t *ret_count, struct error *err)
{
    size_t count = 0;
    int64_t *ids = NULL;
    struct statement *s = statement_of(store, name);
    while (statement_row(s)) {
        ids = arena_one_more(arena, ids, count, sizeof(*ids));
        ids[count++] = statement_get_int(s, 0);
    }
    *ret_ids = ids;
    *ret_count = count;
    return statement_done(s, err);
}

static bool wake_row(struct ledger *ledger, int64_t id, int64_t now_ms, bool *ret_moved,
                     struct error *err)
{
    struct noted_result result = {
        .settlement = {.id = id, .state = DELIVERY_READY, .next_ms = now_ms}};
    struct row_move how = {.from = DELIVERY_UNKNOWN, .reason = REASON_INTERRUPTED};
    return row_move(ledger->store, &result, how, now_ms, ret_moved, err);
}

enum { WAKE_AT_ONCE = 1000 };

struct rested {
    int64_t id, edition_id, reason;
};

static bool read_rested(struct store *store, int64_t now_ms, struct rested rows[WAKE_AT_ONCE],
                        size_t *ret_count, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_LEDGER_RESTED);
    statement_int(s, 1, now_ms);
    statement_int(s, 2, WAKE_AT_ONCE);
    size_t count = 0;
    while (statement_row(s))
        rows[count++] = (struct rested){statement_get_int(s, 0), statement_get_int(s, 1),
                                        statement_get_int(s, 2)};
    *ret_count = count;
    return statement_done(s, err);
}

/* UNKNOWN rows whose rest is over go again, with the same Message-ID: a receiver that has the first
 * copy can tell. */
static bool wake(struct ledger *ledger, int64_t now_ms, struct error *err)
{
    struct rested rows[WAKE_AT_ONCE];
    size_t count;
    TALLY_MOVES(moves);
    if (!read_rested(ledger->store, now_ms, rows, &count, err))
        return false;
    if (count == 0)
        return true;
    if (!store_begin(ledger->store, err))
        return false;
    bool good = true, moved;
    for (size_t i = 0; good && i < count; i++) {
        good = wake_row(ledger, rows[i].id, now_ms, &moved, err);
        if (!good || !moved)
            continue;
        tally_note(&moves, rows[i].edition_id, DELIVERY_UNKNOWN, rows[i].reason, -1);
        tally_note(&moves, rows[i].edition_id, DELIVERY_READY, REASON_INTERRUPTED, +1);
        struct queue *queue = backlog_find(&ledger->backlog, rows[i].edition_id);
        if (queue != NULL)
            queue_rewind(queue, now_ms);
    }
    good = good && tally_flush(&moves, ledger->store, now_ms, true, err);
    return store_end(ledger->store, good, err);
}

static void read_member(struct statement *s, struct arena *arena, struct member *member)
{
    struct text *const texts[] = {&member->first_name, &member->last_name, &member->organization,
                                  &member->role,       &member->language,  &member->timezone,
                                  &member->tags,       &member->attributes};
    member->id = statement_get_int(s, 8);
    member->key = statement_copy_text(s, 9, arena);
    member->email = statement_copy_text(s, 10, arena);
    member->kind = (enum member_kind)statement_get_int(s, 11);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i] = statement_copy_text(s, 12 + (int)i, arena);
    member->created_ms = statement_get_int(s, 20);
    member->changed_ms = statement_get_int(s, 21);
}

/* A row that came back (deferred, unknown) after its member was erased. */
static bool skip_orphan(struct ledger *ledger, int64_t id, int64_t now_ms, struct error *err)
{
    struct noted_intent orphan = {.id = id, .veto = REASON_ERASED};
    struct whose whose;
    bool there;
    TALLY_MOVES(moves);
    if (!store_begin(ledger->store, err))
        return false;
    bool good = ledger_whose(ledger->store, id, &whose, &there, err);
    if (good && there && whose.state == DELIVERY_READY)
        good =
            row_skip(&moves, ledger->store, &orphan, whose.edition_id, whose.reason, now_ms, err) &&
            tally_flush(&moves, ledger->store, now_ms, true, err);
    return store_end(ledger->store, good, err);
}

/* What ledger_take() gathers: rows for the caller, and orphans to skip. */
struct catch
{
    struct delivery *rows;
    size_t count;
    int64_t *orphans;
    size_t orphan_count;
};

static void catch_row(struct ledger *ledger, struct statement *s, const struct choice *choice,
                      struct arena *arena, struct catch *catch)
{
    struct delivery *row = &catch->rows[catch->count++];
    row->id = choice->id;
    row->not_before_ms = choice->not_before_ms;
    row->edition_id = statement_get_int(s, 1);
    row->domain_id = statement_get_int(s, 3);
    row->domain = statement_copy_text(s, 4, arena);
    row->attempts = (unsigned)statement_get_int(s, 5);
    row->first_attempt_ms = statement_get_int(s, 6);
    row->due_ms = statement_get_int(s, 7);
    read_member(s, arena, &row->member);
    struct held *held = held_add(&ledger->held, choice->id);
    held->edition_id = row->edition_id;
    /* The one the gate was asked about; the member may have moved since. */
    held->domain_id = choice->domain_id;
    held->reason = statement_get_int(s, 2);
    held->passed = true;
}

/* The row is no longer READY, or its member is gone. */
static void catch_orphan(struct ledger *ledger, const struct choice *choice, struct catch *catch)
{
    ledger_unchoose(ledger, choice, false);
    catch->orphans[catch->orphan_count++] = choice->id;
}

/* Choices whose ids lie close together, in ascending order, by one query. */
static bool read_run(struct ledger *ledger, const struct choice *run, size_t count,
                     struct arena *arena, struct catch *catch, struct error *err)
{
    size_t at = 0;
    struct statement *s = statement_of(ledger->store, QUERY_LEDGER_ROWS);
    statement_int(s, 1, run[0].id);
    statement_int(s, 2, run[count - 1].id);
    while (at < count && statement_row(s)) {
        int64_t id = statement_get_int(s, 0);
        while (at < count && run[at].id < id)
            catch_orphan(ledger, &run[at++], catch);
        if (at < count && run[at].id == id)
            catch_row(ledger, s, &run[at++], arena, catch);
    }
    bool good = statement_done(s, err);
    for (; at < count; at++) {
        if (good)
            catch_orphan(ledger, &run[at], catch);
        else
            ledger_unchoose(ledger, &run[at], true);
    }
    return good;
}

enum { RUN_GAP = 4 };

static size_t run_length(const struct choice *choices, size_t count)
{
    size_t length = 1;
    while (length < count && choices[length].id > choices[length - 1].id &&
           choices[length].id <= choices[length - 1].id + RUN_GAP)
        length++;
    return length;
}

static bool read_rows(struct ledger *ledger, struct arena *arena, struct arena *scratch,
                      int64_t now_ms, size_t limit, struct catch *catch, struct error *err)
{
    struct choice *choices;
    size_t chosen = 0, length;
    bool good = ledger_choose(ledger, scratch, now_ms, limit, &choices, &chosen, err);
    catch->rows = arena_array(arena, struct delivery, chosen + 1);
    catch->orphans = arena_array(scratch, int64_t, chosen + 1);
    for (size_t i = 0; i < chosen; i++)
        queue_mark(backlog_find(&ledger->backlog, choices[i].edition_id), choices[i].id, false);
    for (size_t i = 0; i < chosen; i += length) {
        length = run_length(&choices[i], chosen - i);
        if (good)
            good = read_run(ledger, &choices[i], length, arena, catch, err);
        else
            for (size_t j = i; j < i + length; j++)
                ledger_unchoose(ledger, &choices[j], true);
    }
    return good;
}

bool ledger_take(struct ledger *ledger, struct arena *arena, int64_t now_ms, size_t limit,
                 struct delivery **ret_deliveries, size_t *ret_count, struct error *err)
{
    ARENA(scratch);
    struct catch catch = {0};
    size_t room = LEDGER_HELD - ledger->held.count;
    limit = ledger->failed ? 0 : limit < room ? limit : room;
    /* One snapshot: else every row would open and close a transaction of its own. */
    bool good = wake(ledger, now_ms, err) &&
                statement_run(statement_of(ledger->store, QUERY_SNAPSHOT), NULL, err);
    if (good)
        good = store_end(ledger->store,
                         read_rows(ledger, arena, &scratch, now_ms, limit, &catch, err), err);
    for (size_t i = 0; good && i < catch.orphan_count; i++)
        good = skip_orphan(ledger, catch.orphans[i], now_ms, err);
    while (!good && catch.count > 0)
        ledger_release(ledger, catch.rows[--catch.count].id);
    *ret_deliveries = catch.rows;
    *ret_count = catch.count;
    return good;
}

void ledger_release(struct ledger *ledger, int64_t id)
{
    struct held *held = held_find(&ledger->held, id);
    must(held != NULL && held->phase == HELD_TAKEN && !held->intended && !held->settled);
    struct choice back = {id, held->edition_id, held->domain_id, .begun = held->begun};
    held_remove(&ledger->held, id);
    ledger_unchoose(ledger, &back, true);
}

size_t ledger_held(const struct ledger *ledger)
{
    return ledger->held.count;
}
