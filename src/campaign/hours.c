/* Hours: the daily window in which readers are written to, on their own clock. */
#include "campaign/hours.h"

#include "base/banned.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS (24 * 60 * MINUTE_MS)

static bool is_within(struct hours hours, int minute)
{
    if (hours.from_minute < hours.to_minute)
        return minute >= hours.from_minute && minute < hours.to_minute;
    return minute >= hours.from_minute || minute < hours.to_minute; /* over midnight */
}

bool hours_open(struct hours hours, const struct zone *zone, int64_t now_ms, int64_t *ret_opens_ms)
{
    if (hours.from_minute == hours.to_minute)
        return true;
    int64_t wall_ms = zone_wall(zone, now_ms);
    struct civil civil = civil_of(wall_ms);
    int minute = civil.hour * 60 + civil.minute;
    if (is_within(hours, minute))
        return true;
    int64_t midnight_ms = wall_ms - (wall_ms % DAY_MS + DAY_MS) % DAY_MS;
    int64_t opens_ms = midnight_ms + hours.from_minute * MINUTE_MS;
    *ret_opens_ms = zone_instant(zone, minute < hours.from_minute ? opens_ms : opens_ms + DAY_MS);
    /* Behind a clock that went back, the window of this day may have been open before. */
    if (*ret_opens_ms <= now_ms)
        *ret_opens_ms = now_ms + MINUTE_MS;
    return false;
}
