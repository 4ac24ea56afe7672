/*
 * Ledger: who gets what, and what became of it. Here: one dispatcher's view, in turns.
 *
 * A row is in at most one place: on disk only, or held in one of the phases of held.h.
 *   on disk ──ledger_take──► TAKEN ──intend + commit──► INTENT ──settle + commit──► on disk
 *                              └──release, settle + commit, or a veto──► on disk
 */
#include "store/ledger.h"

#include "store/statement.h"
#include "store/turn.h"

#include "base/banned.h"

static bool recover_edition(struct store *store, int64_t edition_id, int64_t now_ms,
                            int64_t *recovered, struct error *err)
{
    int64_t changed;
    struct statement *s = statement_of(store, QUERY_LEDGER_INTERRUPTED_ROWS);
    statement_int(s, 1, edition_id);
    statement_int(s, 2, now_ms);
    statement_int(s, 3, now_ms + LEDGER_UNKNOWN_MS);
    if (!statement_run(s, &changed, err))
        return false;
    *recovered += changed;
    return tally_move_all(store, edition_id, DELIVERY_INTENT, DELIVERY_UNKNOWN, REASON_INTERRUPTED,
                          err) &&
           tally_conclude(store, edition_id, now_ms, false, err);
}

/* We hold the lock, so whoever made an INTENT that is still there is dead. */
static bool recover(struct store *store, int64_t now_ms, int64_t *recovered, struct error *err)
{
    ARENA(scratch);
    int64_t *editions;
    size_t count;
    if (!store_begin(store, err))
        return false;
    bool good =
        ledger_ids(store, QUERY_LEDGER_INTERRUPTED_EDITIONS, &scratch, &editions, &count, err);
    for (size_t i = 0; good && i < count; i++)
        good = recover_edition(store, editions[i], now_ms, recovered, err);
    return store_end(store, good, err);
}

bool ledger_open(struct store *store, const struct lock *lock, int64_t now_ms,
                 struct ledger **ret_ledger, int64_t *ret_recovered, struct error *err)
{
    int64_t recovered = 0;
    must(lock != NULL);
    /*
     * A settled row is longer than a planned one, so most turns split a page. For that SQLite puts
     * pages in order by way of a page number far behind the end of the file, and then cleans its
     * whole cache of such numbers at every commit: with 26 MB that took 250 us, as long as the
     * disk.
     */
    if (!store_cache(store, LEDGER_CACHE_KB, err) || !recover(store, now_ms, &recovered, err))
        return false;
    *ret_ledger = memory_take(sizeof(**ret_ledger));
    (*ret_ledger)->store = store;
    (*ret_ledger)->reopens_ms = INT64_MAX; /* nothing was asked of the gate yet, so it is open */
    if (ret_recovered != NULL)
        *ret_recovered = recovered;
    return true;
}

void ledger_close(struct ledger *ledger)
{
    if (ledger == NULL)
        return;
    held_free(&ledger->held);
    turn_free(&ledger->turn);
    backlog_free(&ledger->backlog);
    memory_free(ledger->skipped);
    memory_free(ledger);
}

void ledger_set_gate(struct ledger *ledger, const struct gate *gate)
{
    must(ledger->held.count == 0);
    ledger->turn.gate = gate;
    ledger_forget_gate(ledger);
}

/* The gate hears of the end of what it let through. */
static void leave(struct ledger *ledger, const struct held *held, bool spent, int64_t known_ms)
{
    const struct gate *gate = ledger->turn.gate;
    if (gate == NULL || !held->passed)
        return;
    if (spent)
        gate->spend(gate->self, held->edition_id, held->domain_id,
                    known_ms > 0 ? known_ms : ledger->learned_ms);
    else
        gate->drop(gate->self, held->edition_id, held->domain_id, held->begun);
    ledger->given_back |= !spent;
}

bool ledger_begin(struct ledger *ledger, int64_t id, int64_t lead_ms, int64_t *ret_opens_ms)
{
    const struct gate *gate = ledger->turn.gate;
    struct held *held = held_find(&ledger->held, id);
    must(held != NULL && held->phase == HELD_TAKEN && !held->intended && !held->settled);
    *ret_opens_ms = INT64_MIN;
    if (gate == NULL)
        return true;
    must(!held->begun);
    held->begun = gate->begin(gate->self, held->edition_id, held->domain_id, lead_ms, ret_opens_ms);
    return held->begun;
}

void ledger_intend(struct ledger *ledger, int64_t id, int64_t first_attempt_ms)
{
    struct held *held = held_find(&ledger->held, id);
    must(held != NULL && held->phase == HELD_TAKEN && !held->intended && !held->settled);
    must(first_attempt_ms > 0 && (ledger->turn.gate == NULL || held->begun));
    held->intended = true;
    held->grant = GRANT_NONE;
    turn_note_intent(&ledger->turn, id, first_attempt_ms);
}

void ledger_settle(struct ledger *ledger, const struct settlement *settlement)
{
    struct held *held = held_find(&ledger->held, settlement->id);
    must(held != NULL && !held->intended && !held->settled);
    must(settlement->state != DELIVERY_INTENT);
    /* Only completing bytes make an end unknown or a message sent. */
    must(held->phase == HELD_INTENT ||
         (settlement->state != DELIVERY_SENT && settlement->state != DELIVERY_UNKNOWN));
    held->settled = true;
    turn_note_result(&ledger->turn, settlement);
}

bool ledger_pending(const struct ledger *ledger)
{
    return ledger->turn.intent_count + ledger->turn.result_count > 0;
}

static void keep_skipped(struct ledger *ledger, const struct noted_intent *intent)
{
    if (ledger->skipped_count == ledger->skipped_capacity) {
        ledger->skipped_capacity = ledger->skipped_capacity * 2 + 16;
        ledger->skipped =
            memory_grow(ledger->skipped, ledger->skipped_capacity * sizeof(*ledger->skipped));
    }
    ledger->skipped[ledger->skipped_count++] = *intent;
}

/* What was written is now so. */
static void accept_intents(struct ledger *ledger)
{
    struct turn *turn = &ledger->turn;
    for (size_t i = 0; i < turn->intent_count; i++) {
        struct noted_intent *intent = &turn->intents[i];
        struct held *held = held_find(&ledger->held, intent->id);
        held->intended = false;
        held->grant = intent->grant;
        if (intent->grant == GRANT_YES) {
            held->phase = HELD_INTENT;
            held->reason = REASON_NONE;
        } else if (intent->grant == GRANT_SKIPPED) {
            keep_skipped(ledger, intent);
            leave(ledger, held, false, 0);
            held_remove(&ledger->held, intent->id);
        }
    }
    turn->intent_count = 0;
}

static void accept_results(struct ledger *ledger)
{
    struct turn *turn = &ledger->turn;
    for (size_t i = 0; i < turn->result_count; i++) {
        const struct settlement *settlement = &turn->results[i].settlement;
        const struct held *held = held_find(&ledger->held, settlement->id);
        struct queue *queue = backlog_find(&ledger->backlog, held->edition_id);
        leave(ledger, held, held->phase == HELD_INTENT, settlement->known_ms);
        if (settlement->state == DELIVERY_READY && queue != NULL)
            queue_rewind(queue, settlement->next_ms);
        held_remove(&ledger->held, settlement->id);
    }
    turn->result_count = 0;
    ledger->again = false;
    arena_clear(&turn->arena);
}

static void refuse_intents(struct ledger *ledger)
{
    struct turn *turn = &ledger->turn;
    for (size_t i = 0; i < turn->intent_count; i++) {
        struct held *held = held_find(&ledger->held, turn->intents[i].id);
        held->intended = false;
        held->grant = GRANT_NO;
    }
    turn->intent_count = 0;
}

/*
 * An error that is not BUSY. The commit may have reached the disk or not, so nothing is assumed:
 * intents are not granted (at worst they are on disk and called unknown at the next start), results
 * are tried again where a row that has moved already is right.
 */
static void fail(struct ledger *ledger, enum fault fault, int64_t now_ms)
{
    struct error second;
    ledger->failed = ledger->again = true;
    if (fault == FAULT_WRITE)
        store_ballast_drop(ledger->store);
    if (ledger->turn.result_count > 0 &&
        turn_write(&ledger->turn, ledger->store, &ledger->held, now_ms, true, &second))
        accept_results(ledger);
}

bool ledger_commit(struct ledger *ledger, int64_t now_ms, struct error *err)
{
    ledger->skipped_count = 0;
    if (ledger->turn.gate != NULL)
        ledger->learned_ms = clock_steady_ms(ledger->turn.gate->clock);
    if (ledger->failed)
        refuse_intents(ledger);
    if (!ledger_pending(ledger))
        return true;
    if (turn_write(&ledger->turn, ledger->store, &ledger->held, now_ms, ledger->again, err)) {
        accept_intents(ledger);
        accept_results(ledger);
        return true;
    }
    refuse_intents(ledger);
    if (err->fault != FAULT_REMAINS)
        fail(ledger, err->fault, now_ms);
    return false;
}

static const struct noted_intent *find_skipped(const struct ledger *ledger, int64_t id)
{
    for (size_t i = 0; i < ledger->skipped_count; i++)
        if (ledger->skipped[i].id == id)
            return &ledger->skipped[i];
    return NULL;
}

enum grant ledger_grant(const struct ledger *ledger, int64_t id)
{
    const struct held *held = held_find(&ledger->held, id);
    if (held != NULL)
        return held->grant;
    return find_skipped(ledger, id) != NULL ? GRANT_SKIPPED : GRANT_NONE;
}

struct text ledger_veto(const struct ledger *ledger, int64_t id)
{
    static const char *const names[] = {
        [REASON_NONE] = "",
        [REASON_SUPPRESSED] = "suppressed",
        [REASON_UNSUBSCRIBED] = "unsubscribed",
        [REASON_ERASED] = "erased",
        [REASON_CANCELLED] = "cancelled",
    };
    const struct noted_intent *skipped = find_skipped(ledger, id);
    if (skipped != NULL)
        return text_of(names[skipped->veto <= REASON_CANCELLED ? skipped->veto : REASON_NONE]);
    if (ledger_grant(ledger, id) != GRANT_NO)
        return text_of("");
    return text_of(ledger->failed ? "the ledger cannot be written" : "paused");
}

bool ledger_failed(const struct ledger *ledger)
{
    return ledger->failed;
}
