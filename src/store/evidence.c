/* Ledger, from any process: late evidence, an operator's word, lists and the audit. */
#include "store/evidence.h"

#include "store/names.h"
#include "store/statement.h"
#include "store/turn.h"

#include "base/banned.h"

const char *delivery_state_name(enum delivery_state state)
{
    static const char *const names[] = {"ready", "intent", "sent", "failed", "unknown", "skipped"};
    must(state <= DELIVERY_SKIPPED);
    return names[state];
}

bool ledger_whose(struct store *store, int64_t id, struct whose *ret_whose, bool *ret_there,
                  struct error *err)
{
    struct statement *s = statement_of(store, QUERY_LEDGER_WHOSE);
    statement_int(s, 1, id);
    *ret_there = statement_row(s);
    if (*ret_there)
        *ret_whose = (struct whose){statement_get_int(s, 0), statement_get_int(s, 1),
                                    (enum delivery_state)statement_get_int(s, 2)};
    return statement_done(s, err);
}

static bool resolve(struct store *store, const struct noted_result *result, int64_t now_ms,
                    bool *ret_moved, struct error *err)
{
    const struct settlement *settlement = &result->settlement;
    struct whose whose;
    struct row_move how = {.from = DELIVERY_UNKNOWN};
    TALLY_MOVES(moves);
    bool there;
    if (!ledger_whose(store, settlement->id, &whose, &there, err))
        return false;
    *ret_moved = false;
    if (!there || whose.state != DELIVERY_UNKNOWN)
        return true;
    if (!reason_number(store, settlement->reason, &how.reason, err) ||
        !row_move(store, result, how, now_ms, ret_moved, err) ||
        !row_suppress(store, result, now_ms, err))
        return false;
    tally_note(&moves, whose.edition_id, DELIVERY_UNKNOWN, whose.reason, -1);
    tally_note(&moves, whose.edition_id, (int)settlement->state, how.reason, +1);
    return tally_flush(&moves, store, now_ms, false, err);
}

bool evidence_resolve(struct store *store, const struct settlement *settlement, int64_t now_ms,
                      bool *ret_moved, struct error *err)
{
    ARENA(scratch);
    must(settlement->state == DELIVERY_SENT || settlement->state == DELIVERY_FAILED ||
         settlement->state == DELIVERY_READY);
    struct noted_result result = noted_result_of(&scratch, settlement);
    return resolve(store, &result, now_ms, ret_moved, err);
}

bool ledger_resolve(struct store *store, const struct settlement *settlement, int64_t now_ms,
                    bool *ret_moved, struct error *err)
{
    if (!store_begin(store, err))
        return false;
    return store_end(store, evidence_resolve(store, settlement, now_ms, ret_moved, err), err);
}

static bool resend(struct store *store, int64_t edition_id, enum delivery_state from,
                   int64_t now_ms, int64_t *ret_moved, struct error *err)
{
    int64_t running;
    struct statement *s = statement_of(store, QUERY_EDITION_RERUN);
    statement_int(s, 1, edition_id);
    *ret_moved = 0;
    if (!statement_run(s, &running, err))
        return false;
    if (running == 0)
        return error_set(err, FAULT_USAGE,
                         "the edition is paused, cancelled or unknown: resume it first");
    s = statement_of(store, QUERY_LEDGER_RESEND);
    statement_int(s, 1, edition_id);
    statement_int(s, 2, from);
    statement_int(s, 3, now_ms);
    return statement_run(s, ret_moved, err) &&
           tally_move_all(store, edition_id, (int)from, DELIVERY_READY, REASON_RESEND, err) &&
           tally_conclude(store, edition_id, now_ms, false, err);
}

bool ledger_resend(struct store *store, int64_t edition_id, enum delivery_state from,
                   int64_t now_ms, int64_t *ret_moved, struct error *err)
{
    must(from == DELIVERY_FAILED || from == DELIVERY_UNKNOWN);
    if (!store_begin(store, err))
        return false;
    return store_end(store, resend(store, edition_id, from, now_ms, ret_moved, err), err);
}

bool ledger_find(struct store *store, int64_t edition_id, int64_t member_id, int64_t *ret_id,
                 struct error *err)
{
    struct statement *s = statement_of(store, QUERY_LEDGER_FIND);
    statement_int(s, 1, edition_id);
    statement_int(s, 2, member_id);
    return statement_read_int(s, 0, ret_id, err);
}

static struct delivery_line line_of(struct statement *s)
{
    return (struct delivery_line){
        .id = statement_get_int(s, 0),
        .member_id = statement_get_int(s, 1),
        .key = statement_get_text(s, 2),
        .email = statement_get_text(s, 3),
        .state = (enum delivery_state)statement_get_int(s, 4),
        .reason = statement_get_text(s, 5),
        .enhanced = statement_get_text(s, 6),
        .reply = statement_get_text(s, 7),
        .reply_code = (unsigned)statement_get_int(s, 8),
        .attempts = (unsigned)statement_get_int(s, 9),
        .next_ms = statement_get_int(s, 10),
        .settled_ms = statement_get_int(s, 11),
    };
}

bool ledger_list(struct store *store, int64_t edition_id, enum delivery_state state,
                 delivery_visit *visit, void *self, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_LEDGER_LIST);
    statement_int(s, 1, edition_id);
    statement_int(s, 2, state);
    while (statement_row(s)) {
        struct delivery_line line = line_of(s);
        if (!visit(self, &line, err)) {
            statement_drop(s);
            return false;
        }
    }
    return statement_done(s, err);
}

/* ---- Audit ---- */

/* Adds the counters, or takes the counted rows away, so that what is left must all be zero. */
static bool weigh(struct store *store, int64_t edition_id, enum query_name name, int sign,
                  int64_t sums[], struct tally_moves *balance, struct error *err)
{
    struct statement *s = statement_of(store, name);
    statement_int(s, 1, edition_id);
    while (statement_row(s)) {
        int64_t state = statement_get_int(s, 0), count = statement_get_int(s, 2);
        tally_note(balance, edition_id, (int)state, statement_get_int(s, 1), sign * count);
        if (state >= DELIVERY_READY && state <= DELIVERY_SKIPPED)
            sums[state] += count;
    }
    return statement_done(s, err);
}

static bool is_balanced(const struct audit *audit, const struct tally_moves *balance)
{
    int64_t sum = 0;
    for (size_t i = 0; i < balance->count; i++)
        if (balance->moves[i].delta != 0)
            return false;
    for (int state = DELIVERY_READY; state <= DELIVERY_SKIPPED; state++)
        sum += audit->counted[state];
    return sum == audit->planned && audit->rows == audit->planned;
}

static bool audit(struct store *store, int64_t edition_id, struct audit *audit, struct error *err)
{
    TALLY_MOVES(balance);
    struct statement *s = statement_of(store, QUERY_AUDIT_TOTAL);
    statement_int(s, 1, edition_id);
    if (!statement_read_int(s, 0, &audit->rows, err))
        return false;
    s = statement_of(store, QUERY_AUDIT_PLANNED);
    statement_int(s, 1, edition_id);
    if (!statement_read_int(s, 0, &audit->planned, err) ||
        !weigh(store, edition_id, QUERY_EDITION_COUNTS, +1, audit->kept, &balance, err) ||
        !weigh(store, edition_id, QUERY_AUDIT_ROWS, -1, audit->counted, &balance, err))
        return false;
    audit->holds = is_balanced(audit, &balance);
    return true;
}

bool ledger_audit(struct store *store, int64_t edition_id, struct audit *ret_audit,
                  struct error *err)
{
    *ret_audit = (struct audit){0};
    /* One snapshot: a dispatcher may be moving rows meanwhile. */
    if (!statement_run(statement_of(store, QUERY_SNAPSHOT), NULL, err))
        return false;
    return store_end(store, audit(store, edition_id, ret_audit, err), err);
}
