/* Meter: how fast it went of late, so that half of that is known when somebody asks for less. */
#ifndef PACING_METER_H
#define PACING_METER_H

#include <stdint.h>

enum { METER_MS = 5000 };

/* How many went in this stretch of METER_MS and in the one before. */
struct meter {
    int64_t stretch;
    unsigned now, before;
};

void meter_count(struct meter *meter, int64_t now_ms);
/* Messages a second. */
double meter_rate(const struct meter *meter, int64_t now_ms);

#endif
