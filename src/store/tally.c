/* Tally: the counters beside an edition. */
#include "store/tally.h"

#include "base/memory.h"
#include "store/statement.h"

#include "base/banned.h"

void tally_free(struct tally_moves *moves)
{
    memory_free(moves->moves);
    *moves = (struct tally_moves){0};
}

static struct tally_move *add(struct tally_moves *moves)
{
    if (moves->count == moves->capacity) {
        moves->capacity = moves->capacity == 0 ? 16 : moves->capacity * 2;
        moves->moves = memory_grow(moves->moves, moves->capacity * sizeof(*moves->moves));
    }
    return &moves->moves[moves->count++];
}

/* A turn knows few editions and few reasons, so a plain search is the fastest. */
void tally_note(struct tally_moves *moves, int64_t edition_id, int state, int64_t reason,
                int64_t delta)
{
    for (size_t i = 0; i < moves->count; i++) {
        struct tally_move *move = &moves->moves[i];
        if (move->edition_id == edition_id && move->state == state && move->reason == reason) {
            move->delta += delta;
            return;
        }
    }
    *add(moves) = (struct tally_move){edition_id, reason, state, delta};
}

static bool write_move(struct store *store, const struct tally_move *move, struct error *err)
{
    static const enum query_name in_turn[] = {QUERY_TALLY_ADD, QUERY_TALLY_BEGIN};
    int64_t changed = 0;
    /* A counter that is not there yet begins at the move; below zero it fails its CHECK. */
    for (size_t i = 0; i < 2 && changed == 0; i++) {
        struct statement *s = statement_of(store, in_turn[i]);
        statement_int(s, 1, move->edition_id);
        statement_int(s, 2, move->state);
        statement_int(s, 3, move->reason);
        statement_int(s, 4, move->delta);
        if (!statement_run(s, &changed, err))
            return false;
    }
    return true;
}

bool tally_conclude(struct store *store, int64_t edition_id, int64_t now_ms, bool sending,
                    struct error *err)
{
    struct statement *s = statement_of(store, QUERY_EDITION_CONCLUDE);
    statement_int(s, 1, edition_id);
    statement_int(s, 2, now_ms);
    statement_int(s, 3, sending);
    return statement_run(s, NULL, err);
}

static bool was_met_before(const struct tally_moves *moves, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (moves->moves[i].edition_id == moves->moves[at].edition_id)
            return true;
    return false;
}

bool tally_flush(struct tally_moves *moves, struct store *store, int64_t now_ms, bool sending,
                 struct error *err)
{
    bool good = true;
    for (size_t i = 0; good && i < moves->count; i++)
        if (moves->moves[i].delta != 0)
            good = write_move(store, &moves->moves[i], err);
    for (size_t i = 0; good && i < moves->count; i++)
        if (!was_met_before(moves, i))
            good = tally_conclude(store, moves->moves[i].edition_id, now_ms, sending, err);
    moves->count = 0;
    return good;
}

bool tally_move_all(struct store *store, int64_t edition_id, int from, int to, int64_t reason,
                    struct error *err)
{
    int64_t count;
    struct statement *s = statement_of(store, QUERY_TALLY_SUM);
    statement_int(s, 1, edition_id);
    statement_int(s, 2, from);
    if (!statement_read_int(s, 0, &count, err))
        return false;
    s = statement_of(store, QUERY_TALLY_CLEAR);
    statement_int(s, 1, edition_id);
    statement_int(s, 2, from);
    if (!statement_run(s, NULL, err))
        return false;
    struct tally_move move = {edition_id, reason, to, count};
    return count == 0 || write_move(store, &move, err);
}
