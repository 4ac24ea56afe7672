/*
 * Occasion: a slot of a campaign's schedule that has come, and what was made of it.
 *
 * It lets `run` tell which slots were missed while nothing ran, and lets people read why one was
 * not sent. What keeps a slot from being sent twice is its edition, not this.
 */
#ifndef STORE_OCCASION_H
#define STORE_OCCASION_H

#include "base/arena.h"
#include "store/store.h"

/* On disk; the numbers stay. */
enum occasion_outcome {
    OCCASION_PLANNED = 0, /* as the edition of the same name */
    OCCASION_SKIPPED = 1, /* not sent, for a reason */
};

struct occasion {
    struct text campaign, slot;
    int64_t due_ms;
    enum occasion_outcome outcome;
    struct text reason; /* when skipped */
    int64_t noted_ms;
};

/* Remembers one. A skipped one that is known already, or planned, stays as it is (`ret_new` is
 * false); a planned one is planned from now on. */
bool occasion_note(struct store *store, const struct occasion *occasion, bool *ret_new,
                   struct error *err);

/* When the newest remembered one of a campaign was due; `ret_any` is false when there is none. */
bool occasion_newest(struct store *store, struct text campaign, bool *ret_any, int64_t *ret_due_ms,
                     struct error *err);

/* Forgets those of a campaign that were due after `after_ms`: of a clock that ran ahead. */
bool occasion_forget(struct store *store, struct text campaign, int64_t after_ms,
                     struct error *err);

/* Is it remembered, or an edition of that name there? */
bool occasion_is_known(struct store *store, struct text campaign, struct text slot, bool *ret_known,
                       struct error *err);

/* The skipped ones, newest first, at most `limit`; of one campaign unless it is empty. */
bool occasion_skipped(struct store *store, struct arena *arena, struct text campaign, size_t limit,
                      struct occasion **ret_occasions, size_t *ret_count, struct error *err);

#endif
