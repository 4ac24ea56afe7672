/*
 * Tally: the counters beside an edition; for the store room only. Whoever moves a row notes it here
 * and flushes before the commit, so that rows and counters never part.
 */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include "store/edition.h"

/* The reasons the ledger itself gives, in table `reason`; the numbers stay. Others are added by
 * name as they are met. */
enum reason {
    REASON_NONE = 0,
    REASON_SUPPRESSED = 1,
    REASON_UNSUBSCRIBED = 2,
    REASON_ERASED = 3,
    REASON_CANCELLED = 4,
    REASON_INTERRUPTED = 5,
    REASON_RESEND = 6,
};

struct tally_move {
    int64_t edition_id, reason;
    int state;
    int64_t delta;
};

struct tally_moves {
    struct tally_move *moves;
    size_t count, capacity;
};

void tally_free(struct tally_moves *moves);
#define TALLY_MOVES(name) __attribute__((cleanup(tally_free))) struct tally_moves name = {0}

void tally_note(struct tally_moves *moves, int64_t edition_id, int state, int64_t reason,
                int64_t delta);

/* Inside a transaction: writes and forgets the moves, and sees to what follows from them: an
 * edition with nothing left to move is done. `sending`: a dispatcher moved them, so the edition
 * started. */
bool tally_flush(struct tally_moves *moves, struct store *store, int64_t now_ms, bool sending,
                 struct error *err);
/* Inside a transaction: everything in state `from` is counted in `to` for `reason`. */
bool tally_move_all(struct store *store, int64_t edition_id, int from, int to, int64_t reason,
                    struct error *err);
/* Inside a transaction: done or open, as the counters say. */
bool tally_conclude(struct store *store, int64_t edition_id, int64_t now_ms, bool sending,
                    struct error *err);

#endif
