/*
 * Window: at most so many messages in any stretch of time of one length.
 *
 * A message takes its place at its INTENT (flying) and is completed no sooner than that place is
 * free; its time begins to run when its end is known (spent). The server took it at some moment
 * between the two, so its place is free again one whole window later, whoever's watch is looked at.
 * A message that was never completed is dropped without a trace. So in no window, half open or
 * closed, are more completed than granted: of one more than that, the last to take its place found
 * all others in the ring, and waited until one of them was a window old.
 *
 * Before that a place may be promised, so that the message is merged and its envelope is out when
 * it is free. A promise is no more than that: the INTENT asks again.
 *
 * Times are steady milliseconds. They are cut off, not rounded, hence the one more in WINDOW_CUT.
 * Large counts share buckets, each as young as its youngest message: that makes us slower by less
 * than a hundredth of the window, never faster.
 */
#ifndef PACING_WINDOW_H
#define PACING_WINDOW_H

#include "settings/rate.h"

enum { WINDOW_BUCKETS = 256, WINDOW_EXACT = 2048, WINDOW_CUT = 1 };

struct window_bucket {
    int64_t newest_ms;
    uint32_t count;
};

struct window {
    struct rate rate;              /* its count may change at any time */
    struct window_bucket *buckets; /* a ring, oldest first; grows as it is used */
    size_t capacity, first, used;
    uint64_t spent;    /* in the buckets */
    uint64_t flying;   /* messages whose end is not known */
    uint64_t promised; /* messages without INTENT */
};

void window_close(struct window *window);

/* When the next place is free for an INTENT, whatever is promised: now or earlier when one is;
 * INT64_MAX while that depends on messages whose end is not known. */
int64_t window_opens_ms(struct window *window, int64_t now_ms);
/* … and for one more promise, behind those that were given. */
int64_t window_promises_ms(struct window *window, int64_t now_ms);

void window_promise(struct window *window);
void window_unpromise(struct window *window);
/* What was promised is taken; not to be completed before window_opens_ms() said. */
void window_begin(struct window *window);
/* What was begun was not completed. */
void window_drop(struct window *window);
/* What was begun is at its end now. */
void window_spend(struct window *window, int64_t now_ms);
/* Messages of an earlier process that ended at `at_ms`, not before those that were told already. */
void window_recall(struct window *window, int64_t at_ms, uint32_t count);

#endif
