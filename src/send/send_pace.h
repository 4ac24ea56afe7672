/*
 * Pace: at most so many messages in any window of so long; several limits at once.
 *
 * Exact: in no window are there more than granted. A message is reserved before its envelope goes
 * out, so that a connection never waits inside DATA for its turn, and counted at its INTENT. Times
 * are kept in a fixed number of buckets, each as young as its youngest message: that can only make
 * us slower, by a hundredth of the window, never faster.
 */
#ifndef SEND_SEND_PACE_H
#define SEND_SEND_PACE_H

#include "settings/rate.h"

enum { PACE_LIMITS = 8, PACE_BUCKETS = 128, PACE_EXACT = 4096 };

struct pace_bucket {
    int64_t newest_ms;
    uint32_t count;
};

struct pace_window {
    struct rate rate;
    struct pace_bucket *buckets; /* a ring, oldest first */
    size_t capacity, first, used;
    int64_t grain_ms; /* messages within so long share a bucket */
    uint64_t spent;   /* in the buckets */
};

struct pace {
    struct pace_window windows[PACE_LIMITS];
    size_t count;
    uint64_t reserved;
};

void pace_open(struct pace *pace, const struct rate *limits, size_t count);
void pace_close(struct pace *pace);

/* How many more may be reserved now; UINT64_MAX without limits. */
uint64_t pace_room(struct pace *pace, int64_t now_ms);
void pace_reserve(struct pace *pace);
/* A reserved message was not completed after all; was counted at its INTENT. */
void pace_release(struct pace *pace);
void pace_spend(struct pace *pace, int64_t now_ms);
/* When pace_room() grows next; INT64_MAX when waiting does not help. */
int64_t pace_next_ms(const struct pace *pace);

#endif
