/*
 * Gate: what a ledger asks before it hands a row out, so that limits count in its transactions.
 *
 * ask() lets a row through and holds a place for it under every limit that concerns it; each row
 * that was let through is told once more: drop() when nothing of it was completed, spend() when its
 * end is known and may have been. What is on its way and what ended is journalled (grants.h) in the
 * very transaction of its INTENT and its result.
 */
#ifndef STORE_GATE_H
#define STORE_GATE_H

#include "base/clock.h"
#include "base/text.h"

enum gate_answer {
    GATE_OPEN,    /* it may go; a place is held */
    GATE_DOMAIN,  /* not to this recipient domain now: a limit */
    GATE_RESTS,   /* … it asked for less itself */
    GATE_EDITION, /* nothing of this edition now */
    GATE_ALL,     /* nothing at all now */
};

struct gate {
    void *self;
    const struct clock *clock; /* steady; what `ret_opens_ms` means */
    struct text relay;         /* whom places are held with; names it in the journal */
    /* Closed: `*ret_opens_ms` is when to ask again, INT64_MAX when that is not known yet. */
    enum gate_answer (*ask)(void *self, int64_t edition_id, int64_t domain_id,
                            int64_t *ret_opens_ms);
    void (*drop)(void *self, int64_t edition_id, int64_t domain_id);
    /* `at_ms`: steady; its end was known by then. */
    void (*spend)(void *self, int64_t edition_id, int64_t domain_id, int64_t at_ms);
};

#endif
