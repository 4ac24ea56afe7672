/*
 * Turn: what a ledger noted since its last commit, and how it is written; for the store room only.
 */
#ifndef STORE_TURN_H
#define STORE_TURN_H

#include "store/backlog.h"
#include "store/grants.h"
#include "store/held.h"
#include "store/sql.h"
#include "store/tally.h"

struct noted_intent {
    int64_t id, first_attempt_ms;
    enum grant grant; /* set by turn_write() */
    enum reason veto; /* … with it */
};

struct noted_result {
    struct settlement settlement; /* its texts are in the turn's arena; reply is not used */
    unsigned reply_code;
    struct text reply, enhanced;
};

struct turn {
    struct arena arena;
    struct noted_intent *intents;
    size_t intent_count, intent_capacity;
    struct noted_result *results;
    size_t result_count, result_capacity;
    struct tally_moves moves;
    struct grants grants;
    const struct gate *gate; /* may be NULL */
};

void turn_free(struct turn *turn);
void turn_note_intent(struct turn *turn, int64_t id, int64_t first_attempt_ms);
void turn_note_result(struct turn *turn, const struct settlement *settlement);

/*
 * Writes all that is noted in one transaction and forgets nothing: the caller does, when true is
 * returned. `again`: results were tried before and may have reached the disk although the commit
 * failed, so a row that has moved already is as it should be.
 */
bool turn_write(struct turn *turn, struct store *store, const struct held_set *held, int64_t now_ms,
                bool again, struct error *err);

/* The one statement by which a result moves a row. `ret_moved` is false when it was not in `from`.
 * Inside a transaction; the tally is the caller's. */
struct row_move {
    enum delivery_state from;
    int attempts; /* added */
    int64_t reason;
    bool keep_date; /* the time of the first attempt is now, unless it was set */
};
bool row_move(struct store *store, const struct noted_result *result, struct row_move how,
              int64_t now_ms, bool *ret_moved, struct error *err);
/* Inside a transaction: suppresses the address of the row as the settlement asks. */
bool row_suppress(struct store *store, const struct noted_result *result, int64_t now_ms,
                  struct error *err);
/* Inside a transaction: a veto that stays. The row, READY for `reason`, will not be tried again. */
bool row_skip(struct tally_moves *moves, struct store *store, const struct noted_intent *intent,
              int64_t edition_id, int64_t reason, int64_t now_ms, struct error *err);
/* Where a row is now. */
struct whose {
    int64_t edition_id, reason;
    enum delivery_state state;
};
bool ledger_whose(struct store *store, int64_t id, struct whose *ret_whose, bool *ret_there,
                  struct error *err);
/* Copies what must outlive the caller into `arena`. */
struct noted_result noted_result_of(struct arena *arena, const struct settlement *settlement);

struct ledger {
    struct store *store;
    struct held_set held;
    struct turn turn;
    struct backlog backlog;
    int64_t learned_ms; /* steady; the results of the turn were known by then */
    int64_t reopens_ms; /* what ledger_next_open() says of the gate as a whole */
    bool given_back;    /* a place, since the gate was asked: what it said may be overtaken */
    bool failed;        /* no further intents */
    bool again;         /* the noted results were tried before */
    /* Rows that the last commit skipped: no longer held, but ledger_grant() still knows them. */
    struct noted_intent *skipped;
    size_t skipped_count, skipped_capacity;
};

/* Rows that the gate lets through, the most urgent first; their places are promised. In `arena`. */
struct choice {
    int64_t id, edition_id, domain_id;
    int64_t not_before_ms; /* steady */
    bool begun;            /* it has taken its place */
};
bool ledger_choose(struct ledger *ledger, struct arena *arena, int64_t now_ms, size_t limit,
                   struct choice **ret_choices, size_t *ret_count, struct error *err);
/* It did not go after all: its place is free; when it shall go again, it is the first of its
 * domain. */
void ledger_unchoose(struct ledger *ledger, const struct choice *choice, bool again);
/* Whatever a gate said until now, and of whom. */
void ledger_forget_gate(struct ledger *ledger);

/* The ids that a query without parameters gives, in `arena`. */
bool ledger_ids(struct store *store, enum query_name name, struct arena *arena, int64_t **ret_ids,
                size_t *ret_count, struct error *err);

#endif
