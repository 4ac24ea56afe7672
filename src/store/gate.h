/*
 * Gate: what a ledger asks before it hands a row out, so that limits count in its transactions.
 *
 * ask() lets a row through and promises it a place under every limit that concerns it, by
 * GATE_AHEAD_MS before the place is free, so that all is prepared by then. begin() takes the place,
 * in the turn of the INTENT. Each row that was let through is told once
 * more: drop() when nothing of it was completed, spend() when its end is known and may have been.
 * What is on its way and what ended is journalled (grants.h) in the very transaction of its INTENT
 * and its result.
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

enum { GATE_AHEAD_MS = 250 };

/* What may be promised before it is free. Whoever waits for his own domain's place would stand in
 * the way of those who only wait for one that all share, so he comes last. */
enum gate_when { GATE_NOW, GATE_SOON_SHARED, GATE_SOON };

struct gate {
    void *self;
    const struct clock *clock; /* steady; what `ret_opens_ms` means */
    struct text relay;         /* whom places are held with; names it in the journal */
    /* `*ret_opens_ms`: open, when it may begin; closed, when there is a place not promised yet,
     * INT64_MAX when that is not known yet. */
    enum gate_answer (*ask)(void *self, int64_t edition_id, int64_t domain_id, enum gate_when when,
                            int64_t *ret_opens_ms);
    /* `*ret_opens_ms`: steady; not to be completed before. False: that is not within `lead_ms`. */
    bool (*begin)(void *self, int64_t edition_id, int64_t domain_id, int64_t lead_ms,
                  int64_t *ret_opens_ms);
    void (*drop)(void *self, int64_t edition_id, int64_t domain_id, bool begun);
    /* `at_ms`: steady; its end was known by then. */
    void (*spend)(void *self, int64_t edition_id, int64_t domain_id, int64_t at_ms);
};

#endif
