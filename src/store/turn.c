/* Turn: what a ledger noted since its last commit, and how it is written. */
#include "store/turn.h"

#include "store/names.h"
#include "store/patience.h"
#include "store/statement.h"

#include "base/banned.h"

void turn_free(struct turn *turn)
{
    arena_free(&turn->arena);
    memory_free(turn->intents);
    memory_free(turn->results);
    tally_free(&turn->moves);
    grants_free(&turn->grants);
}

/* Room for one more element of `size` bytes. */
static void *make_room(void *at, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return at;
    *capacity = *capacity == 0 ? 64 : *capacity * 2;
    return memory_grow(at, *capacity * size);
}

void turn_note_intent(struct turn *turn, int64_t id, int64_t first_attempt_ms)
{
    turn->intents = make_room(turn->intents, turn->intent_count, &turn->intent_capacity,
                              sizeof(*turn->intents));
    turn->intents[turn->intent_count++] =
        (struct noted_intent){.id = id, .first_attempt_ms = first_attempt_ms};
}

struct noted_result noted_result_of(struct arena *arena, const struct settlement *settlement)
{
    struct noted_result result = {.settlement = *settlement};
    const struct reply *reply = settlement->reply;
    char enhanced[ENHANCED_STRING];
    result.settlement.reason = arena_text(arena, text_slice(settlement->reason, 0, LEDGER_REASON));
    result.settlement.suppress_class =
        arena_text(arena, text_slice(settlement->suppress_class, 0, LEDGER_REASON));
    result.settlement.reply = NULL;
    if (reply == NULL)
        return result;
    result.reply_code = reply->code;
    result.reply = arena_text(arena, text_slice(reply->text, 0, LEDGER_REPLY));
    if (reply->enhanced.class != 0)
        result.enhanced = arena_text(arena, text_of(enhanced_string(reply->enhanced, enhanced)));
    return result;
}

void turn_note_result(struct turn *turn, const struct settlement *settlement)
{
    turn->results = make_room(turn->results, turn->result_count, &turn->result_capacity,
                              sizeof(*turn->results));
    turn->results[turn->result_count++] = noted_result_of(&turn->arena, settlement);
}

bool row_move(struct store *store, const struct noted_result *result, struct row_move how,
              int64_t now_ms, bool *ret_moved, struct error *err)
{
    const struct settlement *settlement = &result->settlement;
    int64_t changed, next_ms = settlement->next_ms;
    if (settlement->state == DELIVERY_UNKNOWN && next_ms == 0)
        next_ms = now_ms + LEDGER_UNKNOWN_MS;
    struct statement *s = statement_of(store, QUERY_LEDGER_MOVE);
    statement_int(s, 1, settlement->id);
    statement_int(s, 2, how.from);
    statement_int(s, 3, settlement->state);
    statement_int(s, 4, how.reason);
    statement_int(s, 5, how.attempts);
    statement_int(s, 6, next_ms);
    statement_int(s, 7, now_ms);
    statement_int(s, 8, result->reply_code);
    if (result->enhanced.length > 0)
        statement_text(s, 9, result->enhanced);
    if (result->reply.length > 0)
        statement_text(s, 10, result->reply);
    statement_int(s, 11, how.keep_date);
    if (!statement_run(s, &changed, err))
        return false;
    *ret_moved = changed == 1;
    return true;
}

bool row_suppress(struct store *store, const struct noted_result *result, int64_t now_ms,
                  struct error *err)
{
    const struct settlement *settlement = &result->settlement;
    if (settlement->suppress_class.length == 0)
        return true;
    struct patience patience = {.is_over = true};
    if (settlement->is_soft &&
        !patience_after(store, settlement->id, settlement->suppress_class, now_ms, &patience, err))
        return false;
    if (!patience.is_over)
        return true;
    struct statement *s = statement_of(store, QUERY_SUPPRESSION_OF_DELIVERY);
    statement_int(s, 1, settlement->id);
    statement_text(s, 2, settlement->suppress_class);
    statement_text(s, 3, result->reply.length > 0 ? result->reply : settlement->reason);
    statement_int(s, 4, now_ms);
    statement_int(s, 5, patience.until_ms);
    return statement_run(s, NULL, err);
}

/*
 * What an end without completing bytes (a refused RCPT) changes in the number of attempts, and what
 * one with them. An INTENT was charged when it was made.
 */
static int attempts_of(const struct settlement *settlement, bool from_intent)
{
    if (settlement->state == DELIVERY_SKIPPED)
        return from_intent ? -1 : 0;
    bool uncharged = settlement->state == DELIVERY_READY && settlement->uncharged;
    return (uncharged ? 0 : 1) - (from_intent ? 1 : 0);
}

static bool write_result(struct turn *turn, struct store *store, const struct noted_result *result,
                         const struct held *held, int64_t now_ms, bool again, struct error *err)
{
    const struct settlement *settlement = &result->settlement;
    bool from_intent = held->phase == HELD_INTENT, moved;
    struct row_move how = {.from = from_intent ? DELIVERY_INTENT : DELIVERY_READY,
                           .attempts = attempts_of(settlement, from_intent)};
    /* An answer is an answer, charged or not: from the first one on waiting has an end. */
    how.keep_date = how.attempts > 0 || result->reply_code != 0;
    if (!reason_number(store, settlement->reason, &how.reason, err) ||
        !row_move(store, result, how, now_ms, &moved, err) ||
        !row_suppress(store, result, now_ms, err))
        return false;
    if (moved) {
        tally_note(&turn->moves, held->edition_id, (int)how.from, held->reason, -1);
        tally_note(&turn->moves, held->edition_id, (int)settlement->state, how.reason, +1);
    }
    if (from_intent)
        grants_note(&turn->grants.ended, held->edition_id, held->domain_id, 1);
    /* Nobody but us moves an INTENT. A READY row may have been cancelled under our hands. */
    if (!moved && from_intent && !again)
        return error_set(err, FAULT_BUG, "delivery %lld is no longer where this dispatcher put it",
                         (long long)settlement->id);
    return true;
}

static bool read_veto(struct store *store, struct noted_intent *intent, int64_t now_ms,
                      struct error *err)
{
    struct statement *s = statement_of(store, QUERY_LEDGER_VETO);
    statement_int(s, 1, intent->id);
    statement_int(s, 2, now_ms);
    intent->grant = GRANT_SKIPPED;
    intent->veto = REASON_ERASED;
    if (statement_row(s)) {
        bool ready = statement_get_int(s, 0) == DELIVERY_READY;
        bool running = statement_get_int(s, 2) == EDITION_RUNNING;
        bool there = statement_get_int(s, 3), suppressed = statement_get_int(s, 4);
        if (!ready)
            intent->veto = (enum reason)statement_get_int(s, 1);
        else if (!running)
            intent->grant = GRANT_NO;
        else if (there)
            intent->veto = suppressed ? REASON_SUPPRESSED : REASON_UNSUBSCRIBED;
    }
    return statement_done(s, err);
}

bool row_skip(struct tally_moves *moves, struct store *store, const struct noted_intent *intent,
              int64_t edition_id, int64_t reason, int64_t now_ms, struct error *err)
{
    int64_t changed;
    struct statement *s = statement_of(store, QUERY_LEDGER_SKIP);
    statement_int(s, 1, intent->id);
    statement_int(s, 2, intent->veto);
    statement_int(s, 3, now_ms);
    if (!statement_run(s, &changed, err))
        return false;
    if (changed == 1) {
        tally_note(moves, edition_id, DELIVERY_READY, reason, -1);
        tally_note(moves, edition_id, DELIVERY_SKIPPED, intent->veto, +1);
    }
    return true;
}

static bool write_intent(struct turn *turn, struct store *store, struct noted_intent *intent,
                         const struct held *held, int64_t now_ms, struct error *err)
{
    int64_t changed;
    struct statement *s = statement_of(store, QUERY_LEDGER_INTEND);
    statement_int(s, 1, intent->id);
    statement_int(s, 2, intent->first_attempt_ms);
    statement_int(s, 3, now_ms);
    if (!statement_run(s, &changed, err))
        return false;
    if (changed == 1) {
        intent->grant = GRANT_YES;
        intent->veto = REASON_NONE;
        tally_note(&turn->moves, held->edition_id, DELIVERY_READY, held->reason, -1);
        tally_note(&turn->moves, held->edition_id, DELIVERY_INTENT, REASON_NONE, +1);
        grants_note(&turn->grants.began, held->edition_id, held->domain_id, 1);
        return true;
    }
    return read_veto(store, intent, now_ms, err) &&
           (intent->grant == GRANT_NO ||
            row_skip(&turn->moves, store, intent, held->edition_id, held->reason, now_ms, err));
}

bool turn_write(struct turn *turn, struct store *store, const struct held_set *held, int64_t now_ms,
                bool again, struct error *err)
{
    turn->moves.count = 0;
    buffer_clear(&turn->grants.began);
    buffer_clear(&turn->grants.ended);
    if (!store_begin(store, err))
        return false;
    bool good = true;
    /* Results first: what they suppress already holds for the intents of the same turn. */
    for (size_t i = 0; good && i < turn->result_count; i++)
        good = write_result(turn, store, &turn->results[i],
                            held_find(held, turn->results[i].settlement.id), now_ms, again, err);
    for (size_t i = 0; good && i < turn->intent_count; i++)
        good = write_intent(turn, store, &turn->intents[i], held_find(held, turn->intents[i].id),
                            now_ms, err);
    good = good && tally_flush(&turn->moves, store, now_ms, true, err);
    if (turn->gate != NULL)
        good =
            good && grants_write(&turn->grants, store, turn->gate->clock, turn->gate->relay, err);
    return store_end(store, good, err);
}
