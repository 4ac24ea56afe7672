/*
 * Window: at most so many messages in any stretch of time of one length.
 *
 * A message takes its place before its envelope goes out (held), and its time begins to run when
 * its end is known (spent): the server took it at some moment before that, so its place is free
 * again one whole window later, whoever's watch is looked at. A message that was never completed is
 * dropped without a trace. So in no window, half open or closed, are more completed than granted.
 *
 * Times are steady milliseconds. They are cut off, not rounded, hence the one more in WINDOW_CUT.
 * Large counts share buckets, each as young as its youngest message: that makes us slower by less
 * than a hundredth of the window, never faster.
 */
#ifndef FLOW_WINDOW_H
#define FLOW_WINDOW_H

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
    uint64_t spent; /* in the buckets */
    uint64_t held;  /* places of messages whose end is not known */
};

void window_close(struct window *window);

/* Is there a place? */
bool window_is_open(struct window *window, int64_t now_ms);
void window_hold(struct window *window);
/* What was held was not completed. */
void window_drop(struct window *window);
/* What was held is at its end now. */
void window_spend(struct window *window, int64_t now_ms);
/* Messages of an earlier process that ended at `at_ms`, not before those that were told already. */
void window_recall(struct window *window, int64_t at_ms, uint32_t count);

/* When a place will be free: now or earlier when one is; INT64_MAX while that depends on messages
 * whose end is not known. */
int64_t window_opens_ms(const struct window *window);

#endif
