/*
 * Throttle: how fast a recipient domain, or a relay, is written to after it asked for less.
 *
 * Additive increase, multiplicative decrease: each wish halves the rate and begins a rest, which
 * doubles from wish to wish; afterwards the rate grows by a twentieth of the old one every
 * THROTTLE_STEP_MS. At twice the rate at which it complained the throttle is forgotten. Replies
 * that come in while it rests belong to the same wish. Steady time; rates in messages a second.
 */
#ifndef PACING_THROTTLE_H
#define PACING_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    THROTTLE_REST_MS = 5000,
    THROTTLE_REST_MAX_MS = 5 * 60000,
    THROTTLE_STEP_MS = 10000,
    THROTTLE_WHY = 200,
};

#define THROTTLE_FLOOR (1.0 / 60)

struct throttle {
    bool active;
    double rate, ceiling;
    int64_t rests_until_ms, rest_ms;
    int64_t next_ms; /* the next message, at this rate */
    int64_t step_ms; /* when the rate last grew */
    unsigned halved;
    char why[THROTTLE_WHY]; /* the reply */
};

/* It asked for less; `observed` is how fast it was written to until now. `rest_ms` 0: as usual. */
void throttle_wish(struct throttle *throttle, int64_t now_ms, double observed, int64_t rest_ms);
/* When a message may go; INT64_MIN when at any time. Lets the rate grow. */
int64_t throttle_opens_ms(struct throttle *throttle, int64_t now_ms);
/* One goes. */
void throttle_spend(struct throttle *throttle, int64_t now_ms);

#endif
