/* Meter: what it says of how fast it went. */
#include "pacing/meter.h"

#include "check.h"

static const struct reading {
    const char *promise;
    unsigned count; /* one every `every_ms`, from 0 on */
    int64_t every_ms, read_ms;
    long long rate;
} readings[] = {
    {"nothing is no speed", 0, 1, 0, 0},
    {"ten a second are ten a second", 100, 100, 9999, 10},
    {"also in the middle of a stretch", 75, 100, 7500, 10},
    {"what began a moment ago is no storm", 5, 1, 5, 5},
    {"a stretch without any counts", 50, 100, 9999, 5},
    {"two of them are forgotten", 50, 100, 10000, 0},
};

int main(void)
{
    for (size_t i = 0; i < COUNT_OF(readings); i++) {
        struct meter meter = {0};
        for (unsigned n = 0; n < readings[i].count; n++)
            meter_count(&meter, n * readings[i].every_ms);
        check_number(readings[i].promise,
                     (long long)(meter_rate(&meter, readings[i].read_ms) + 0.5), readings[i].rate);
    }
    return check_done();
}
