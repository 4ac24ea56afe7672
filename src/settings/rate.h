/* Rate: so many in any window of that length. "14/s", "30/min", "500/h", "50000/day". */
#ifndef SETTINGS_RATE_H
#define SETTINGS_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum { RATE_COUNT = 1000 * 1000 * 1000, RATE_TEXT = 24 };

struct rate {
    uint32_t count;    /* 1 … RATE_COUNT */
    int64_t window_ms; /* a second, a minute, an hour or a day */
};

/* The place of a mistake is the caller's business. */
bool rate_parse(struct text text, struct rate *ret_rate, struct error *err);
const char *rate_format(struct rate rate, char text[RATE_TEXT]);

/* A length of time with one unit: "30s", "15m", "24h", "3d"; up to ten years. */
bool duration_parse(struct text text, int64_t *ret_ms, struct error *err);
/* With the largest unit that leaves no rest: 86400000 is "1d", 90000 is "90s". */
const char *duration_format(int64_t ms, char text[RATE_TEXT]);

#endif
