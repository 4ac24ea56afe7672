/*
 * Restraint: the settings that hold a sending back: a new relay's warm-up, the breaker, how often a
 * reader is written to, how long a sending waits.
 */
#ifndef CAMPAIGN_RESTRAINT_H
#define CAMPAIGN_RESTRAINT_H

#include "settings/schema.h"

struct warmup {
    struct place place;
    struct local_time start; /* a date; without it the warm-up began long ago */
    int64_t first_day;       /* messages; 0: no warm-up */
    struct text factor_text;
    double factor; /* at least 1 */
};

struct breaker_config {
    struct place place;
    struct text bounces_text, complaints_text;
    double bounces;    /* percent of the last `window` results; 0: off */
    double complaints; /* percent of what was sent; 0: off */
    int64_t window;
    int64_t refusals; /* policy refusals in a row; 0: off */
};

struct send_config {
    struct place place;
    int64_t wait_ms;       /* for deferred messages that come due within so long */
    int64_t limit_wait_ms; /* for room under a limit */
};

/* "2/week": so many in any stretch of that length. */
struct frequency {
    int64_t count; /* 0: no cap */
    int64_t window_ms;
};

enum { BREAKER_WINDOW = 1000 };

/* Reads the percentages, whether they were written or not. */
void breaker_config_settle(struct breaker_config *breaker);

extern const struct shape warmup_shape, breaker_shape, send_config_shape;

/* N/day, N/week or N/month (30 days). */
bool frequency_parse(struct text text, struct frequency *ret_frequency, struct error *err);
bool fit_frequency(struct text text, struct error *err);

#endif
