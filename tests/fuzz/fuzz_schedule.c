/* Schedules: any five fields, any zone's file; what comes out is in order and the same both ways.
 */
#include <stdint.h>

#include "base/memory.h"
#include "calendar/cron.h"
#include "calendar/zone.h"

enum { STEPS = 20 };

/* 2026-12-01 */
static const int64_t now_ms = 1796083200000;

static void walk_cron(struct text input)
{
    struct cron cron;
    struct error err;
    int64_t wall_ms = now_ms, next_ms, back_ms;
    if (!cron_parse(input, &cron, &err))
        return;
    for (int i = 0; i < STEPS && cron_next(&cron, wall_ms, &next_ms); i++) {
        must(next_ms >= wall_ms && next_ms % 60000 == 0);
        must(cron_previous(&cron, next_ms, &back_ms) && back_ms == next_ms);
        must(!cron_previous(&cron, next_ms - 1, &back_ms) || back_ms < next_ms);
        wall_ms = next_ms + 1;
    }
}

static void walk_zone(struct text input)
{
    ARENA(arena);
    struct error err;
    const struct zone *zone = zone_parse(&arena, input, &err);
    if (zone == NULL)
        return;
    int64_t before_ms = INT64_MIN;
    for (int i = 0; i < STEPS; i++) {
        int64_t wall_ms = now_ms + i * (int64_t)17 * 3600 * 1000;
        int64_t instant_ms = zone_instant(zone, wall_ms);
        must(instant_ms >= before_ms);
        must(zone_wall(zone, instant_ms) >= wall_ms);
        must(zone_furthest(zone, instant_ms - 1) < wall_ms);
        before_ms = instant_ms;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text input = text_from((const char *)data, size);
    walk_cron(input);
    walk_zone(input);
    return 0;
}
