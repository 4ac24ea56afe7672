/* Meter: two stretches of time, of which the older is whole. */
#include "pacing/meter.h"

#include "base/banned.h"

void meter_count(struct meter *meter, int64_t now_ms)
{
    int64_t stretch = now_ms / METER_MS;
    if (stretch != meter->stretch) {
        meter->before = stretch == meter->stretch + 1 ? meter->now : 0;
        meter->now = 0;
        meter->stretch = stretch;
    }
    meter->now++;
}

double meter_rate(const struct meter *meter, int64_t now_ms)
{
    int64_t stretch = now_ms / METER_MS;
    unsigned before = stretch == meter->stretch ? meter->before : meter->now;
    unsigned now = stretch == meter->stretch ? meter->now : 0;
    if (stretch > meter->stretch + 1)
        return 0;
    int64_t span_ms = now_ms % METER_MS + (before > 0 ? METER_MS : 0);
    return (double)(before + now) * 1000 / (double)(span_ms > 1000 ? span_ms : 1000);
}
