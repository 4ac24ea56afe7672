/*
 * Edition: one sending of one campaign. (campaign, slot) is unique; the slot is the scheduled time
 * or a given name. Planning freezes who gets it and what it says; planning again adds nobody.
 *
 * Counters stand beside the edition, one per state and reason, and move in the transaction that
 * moves the rows, so reading them costs nothing however many members there are.
 */
#ifndef STORE_EDITION_H
#define STORE_EDITION_H

#include "store/selection.h"

/* On disk; the numbers stay. */
enum edition_state {
    EDITION_RUNNING = 0,
    EDITION_PAUSED = 1,
    EDITION_DONE = 2, /* nothing is left that moves by itself */
    EDITION_CANCELLED = 3,
};

/* What becomes of a row nobody knows the end of. On disk; the numbers stay. */
enum on_unknown {
    ON_UNKNOWN_RESEND = 0, /* after LEDGER_UNKNOWN_MS, with the same Message-ID */
    ON_UNKNOWN_HOLD = 1,   /* listed, until an operator decides */
};

/* A higher priority is taken first. */
enum edition_priority { PRIORITY_NEWSLETTER = 0, PRIORITY_ALERT = 10 };

struct edition {
    int64_t id;
    struct text campaign, slot, topic;
    enum edition_priority priority;
    enum edition_state state;
    struct text pause_reason; /* while paused */
    struct text content_hash; /* names the content, see edition_content() */
    struct text commit;       /* of the workspace's git, or empty */
    bool commit_dirty;
    enum on_unknown on_unknown;
    int64_t planned_ms, started_ms, finished_ms; /* 0: not yet */
    int64_t moved_ms;                            /* the last time a row moved */
    /* Counters. ready + intent + sent + failed + unknown + skipped = planned. */
    int64_t planned, ready, intent, sent, failed, unknown, skipped;
    int64_t deferred; /* of ready: those that wait after an attempt */
};

/* "running", "paused", "done", "cancelled" */
const char *edition_state_name(enum edition_state state);

struct edition_order {
    struct text campaign, slot; /* both needed */
    const struct selection *selection;
    enum edition_priority priority;
    enum on_unknown on_unknown;
    struct text content_hash, content; /* content is stored once per hash */
    struct text commit;
    bool commit_dirty;
    int64_t expect_min, expect_max; /* 0: no guard; outside it FAULT_REFUSED, nothing planned */
    int64_t start_ms;               /* rows are due from then on; 0: at once */
    struct text hold;               /* not empty: why it waits for a person when more than … */
    int64_t hold_above; /* … so many are selected; it is paused from the beginning then */
    int64_t now_ms;
};

/* What the reason of an edition that waits for `approve` begins with. */
#define EDITION_HELD "waits for approval: "

/* Does it wait for a person's approval, rather than being paused? */
bool edition_is_held(const struct edition *edition);

struct edition_planned {
    int64_t edition_id;
    bool held;    /* paused for order->hold */
    bool existed; /* it was planned before: nobody was added, the counts are empty */
    struct selection_counts counts;
};

/* Selects, and writes the edition with one READY row per member, in one transaction. Rows are laid
 * out so that recipient domains interleave. */
bool edition_plan(struct store *store, const struct edition_order *order,
                  struct edition_planned *ret_planned, struct error *err);

/* NULL when there is none; else in `arena`. */
bool edition_find(struct store *store, struct arena *arena, struct text campaign, struct text slot,
                  struct edition **ret_edition, struct error *err);
bool edition_read(struct store *store, struct arena *arena, int64_t id,
                  struct edition **ret_edition, struct error *err);

/* All editions, newest first; of one campaign unless it is empty. */
bool edition_list(struct store *store, struct arena *arena, struct text campaign,
                  struct edition **ret_editions, size_t *ret_count, struct error *err);

/* How many got the newest edition of a campaign that was not cancelled, other than `slot`;
 * `ret_any` is false when there was none. */
bool edition_last_planned(struct store *store, struct text campaign, struct text slot,
                          bool *ret_any, int64_t *ret_planned, struct error *err);

/* Is any edition running that is not finished? Costs nothing, whatever its size. */
bool edition_any_running(struct store *store, bool *ret_any, struct error *err);

/* The content an edition was planned with. */
bool edition_content(struct store *store, struct arena *arena, struct text content_hash,
                     struct text *ret_content, struct error *err);

/* One counter: so many deliveries are in this state for this reason ("" for none). */
struct tally {
    struct text state, reason;
    int64_t count;
};
bool edition_tally(struct store *store, struct arena *arena, int64_t id, struct tally **ret_tallies,
                   size_t *ret_count, struct error *err);

/* Each acts by rows that a running dispatcher sees at its next INTENT. `ret_changed` is false when
 * the edition was not in a state for it (a done edition is not paused). */
bool edition_pause(struct store *store, int64_t id, struct text reason, bool *ret_changed,
                   struct error *err);
bool edition_resume(struct store *store, int64_t id, bool *ret_changed, struct error *err);
/* What is still READY is skipped ("cancelled"); what is on its way is settled as it ends. */
bool edition_cancel(struct store *store, int64_t id, int64_t now_ms, bool *ret_changed,
                    struct error *err);

#endif
