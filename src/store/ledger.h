/*
 * Ledger: who gets what, and what became of it. The only place where delivery states move.
 *
 *     READY ──intend──► INTENT ──settle──► SENT | READY (later) | FAILED | UNKNOWN
 *       └──settle (refused before the completing bytes)──► READY (later) | FAILED | SKIPPED
 *       └──veto──► SKIPPED (suppressed, unsubscribed, erased) or stays (paused)
 *     UNKNOWN ──policy, evidence, an operator's word──► READY | SENT | FAILED
 *
 * A dispatcher works in turns. During a turn it calls ledger_settle() for every message whose end
 * it learned, and ledger_intend() for every message it is ready to complete; both only note it
 * down. ledger_commit() then writes all of it in one durable transaction. After it, ledger_grant()
 * says for each intended row whether its completing bytes (CRLF.CRLF, BDAT … LAST) may be written.
 * So:
 *
 * 1. completing bytes are written only after ledger_grant() said GRANT_YES;
 * 2. on one connection, only after the result of the message before was committed, because results
 *    and intents of a turn share the transaction;
 * 3. the INTENT statement re-checks everything: still READY, edition running, address not
 *    suppressed, member there and still subscribed;
 * 4. a result moves only a row that this ledger itself put into INTENT (or took, when it was
 * refused before completion).
 *
 * Any error except a busy database makes the ledger refuse every further intent (GRANT_NO) until it
 * is opened anew; results that were noted stay noted, and each further ledger_commit() tries again
 * to write them, on a full disk with the ballast's room.
 */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include "mail/reply.h"
#include "store/edition.h"
#include "store/gate.h"
#include "store/lock.h"

/* On disk; the numbers stay. */
enum delivery_state {
    DELIVERY_READY = 0,
    DELIVERY_INTENT = 1,
    DELIVERY_SENT = 2,
    DELIVERY_FAILED = 3,
    DELIVERY_UNKNOWN = 4,
    DELIVERY_SKIPPED = 5,
};

enum {
    LEDGER_UNKNOWN_MS = 10 * 60 * 1000, /* how long an unknown row rests before it is sent again */
    LEDGER_HELD = 65536,                /* rows taken and not yet settled or released */
    LEDGER_REASON = 64,                 /* bytes of a reason's name */
    LEDGER_REPLY = 512,                 /* bytes of a reply that are kept */
    LEDGER_CACHE_KB = 2 * 1024,         /* page cache while dispatching */
};

/* "ready", "intent", "sent", "failed", "unknown", "skipped" */
const char *delivery_state_name(enum delivery_state state);

/* A row to send, with everything needed to merge it. */
struct delivery {
    int64_t id, edition_id;
    int64_t domain_id;        /* equal for equal recipient domains */
    struct text domain;       /* lower case, A-labels */
    unsigned attempts;        /* charged before this one */
    int64_t first_attempt_ms; /* the Date of the message; 0: never tried, so choose now and pass it
                                 to ledger_intend() */
    int64_t due_ms;
    int64_t not_before_ms; /* steady; when its limits should let it complete; past: at once */
    struct member member;  /* as it was at the first attempt */
};

struct ledger;

/* Opening recovers: rows that a dead dispatcher left in INTENT become UNKNOWN (`ret_recovered` of
 * them, may be NULL). `lock` must be held and outlive the ledger. */
bool ledger_open(struct store *store, const struct lock *lock, int64_t now_ms,
                 struct ledger **ret_ledger, int64_t *ret_recovered, struct error *err);
/* Rows taken and not intended stay READY. NULL is fine. */
void ledger_close(struct ledger *ledger);
/* From now on rows are handed out as the gate lets them, and what goes out is journalled. `gate`
 * outlives the ledger. Nothing may be held yet. */
void ledger_set_gate(struct ledger *ledger, const struct gate *gate);

/*
 * The next rows that are due, at most `limit`, into an array in `arena`: of running editions, by
 * priority, the older edition first, then by due time, domains interleaved; never one that is held
 * already. Each is held
 * until it is settled, vetoed or released. Also wakes UNKNOWN rows whose rest is over.
 */
bool ledger_take(struct ledger *ledger, struct arena *arena, int64_t now_ms, size_t limit,
                 struct delivery **ret_deliveries, size_t *ret_count, struct error *err);
/* Gives a row back that was neither intended nor settled: it is READY and may be taken again. */
void ledger_release(struct ledger *ledger, int64_t id);
/* Rows that are held now. */
size_t ledger_held(const struct ledger *ledger);

/* When the next row that is not held becomes due in a running edition (also an UNKNOWN one that
 * waits); INT64_MAX when there is none. */
bool ledger_next_due(struct ledger *ledger, int64_t *ret_due_ms, struct error *err);

/* When the gate may let a row through that is due and was not at the last ledger_take(): steady
 * time; INT64_MAX when none waits for that, INT64_MIN when it depends on what is on its way.
 * `rests`: of the domains that asked for less themselves; else of all others. */
int64_t ledger_next_open(struct ledger *ledger, bool rests);

/* The gate's last word on a held row, whose envelope is out: it is to be completed no sooner than
 * `*ret_opens_ms` (steady; INT64_MAX: that depends on what is on its way). True when that is within
 * `lead_ms`: it may be intended now. Without a gate always. */
bool ledger_begin(struct ledger *ledger, int64_t id, int64_t lead_ms, int64_t *ret_opens_ms);
/* Notes that the completing bytes of a held row, which has begun, are ready. `first_attempt_ms` is
 * the Date that the message carries. The attempt is charged. */
void ledger_intend(struct ledger *ledger, int64_t id, int64_t first_attempt_ms);

/* How a delivery went. */
struct settlement {
    int64_t id;
    enum delivery_state state;  /* SENT, READY, FAILED, UNKNOWN, SKIPPED */
    struct text reason;         /* a short stable word ("user-unknown"), at most LEDGER_REASON */
    int64_t next_ms;            /* READY: not before */
    bool uncharged;             /* READY: this attempt does not count (throttled, 452, 421) */
    const struct reply *reply;  /* NULL: there was none */
    struct text suppress_class; /* not empty: the address is suppressed in the same transaction */
    bool is_soft;               /* … for a while, and only when patience.h says it is enough */
    int64_t known_ms;           /* steady; its end was known by then; 0: by the commit */
};

/* Notes a result. Texts are copied. The row must be held; after the commit it no longer is. */
void ledger_settle(struct ledger *ledger, const struct settlement *settlement);

/* True when something was noted that is not yet durable. */
bool ledger_pending(const struct ledger *ledger);

/*
 * Writes the turn durably. When false is returned no intent of the turn is granted; the results
 * stay noted (FAULT_REMAINS: the database is busy, try again; else the ledger has failed and only
 * results will still be written).
 */
bool ledger_commit(struct ledger *ledger, int64_t now_ms, struct error *err);

enum grant {
    GRANT_NONE = 0, /* not intended, or no longer held */
    GRANT_YES,      /* INTENT is durable: complete the message */
    GRANT_NO,       /* not now: the edition is paused or the ledger failed; the row stays READY */
    GRANT_SKIPPED,  /* never: suppressed, unsubscribed, erased, cancelled; no longer held */
};

/* What became of a row intended in the turn that was last committed. */
enum grant ledger_grant(const struct ledger *ledger, int64_t id);

/* Why a row was not granted ("suppressed", "paused" …), for the log; empty when it was. Lives as
 * long as the program. */
struct text ledger_veto(const struct ledger *ledger, int64_t id);

/* True once the ledger refuses intents. */
bool ledger_failed(const struct ledger *ledger);

/* ---- From any process, without the lock ---- */

/* Late evidence about an UNKNOWN row: SENT, FAILED or READY. `ret_moved` is false when it was not
 * UNKNOWN. Texts as in a settlement. */
bool ledger_resolve(struct store *store, const struct settlement *settlement, int64_t now_ms,
                    bool *ret_moved, struct error *err);

/* All FAILED or all UNKNOWN rows of an edition become READY, and a done edition runs again. */
bool ledger_resend(struct store *store, int64_t edition_id, enum delivery_state from,
                   int64_t now_ms, int64_t *ret_moved, struct error *err);

/* The row of a member in an edition; 0 when there is none. */
bool ledger_find(struct store *store, int64_t edition_id, int64_t member_id, int64_t *ret_id,
                 struct error *err);

/* One line of `status --failed`. Texts live until the visitor returns. */
struct delivery_line {
    int64_t id, member_id;
    struct text key, email; /* empty once the member is erased */
    enum delivery_state state;
    struct text reason, enhanced, reply;
    unsigned reply_code, attempts;
    int64_t next_ms, settled_ms; /* 0: none */
};
typedef bool delivery_visit(void *self, const struct delivery_line *line, struct error *err);
bool ledger_list(struct store *store, int64_t edition_id, enum delivery_state state,
                 delivery_visit *visit, void *self, struct error *err);

/* Recounts an edition's rows and compares. */
struct audit {
    int64_t rows, planned;
    int64_t counted[DELIVERY_SKIPPED + 1]; /* by state */
    int64_t kept[DELIVERY_SKIPPED + 1];    /* what the counters say */
    bool holds; /* counted = kept for every state and reason, and their sum = planned = rows */
};
bool ledger_audit(struct store *store, int64_t edition_id, struct audit *ret_audit,
                  struct error *err);

#endif
