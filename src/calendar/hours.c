/* Hours: the daily window in which readers are written to, on their own clock. */
#include "calendar/hours.h"

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

bool hours_given(const struct schedule *schedule)
{
    return schedule->hours.from_minute != schedule->hours.to_minute ||
           schedule->days.weekdays != 0 || schedule->days.holiday_count > 0;
}

static bool is_day(const struct days *days, int64_t wall_ms)
{
    int64_t day = (wall_ms - (wall_ms % DAY_MS + DAY_MS) % DAY_MS) / DAY_MS;
    for (size_t i = 0; i < days->holiday_count; i++)
        if (days->holidays[i] == day)
            return false;
    return days->weekdays == 0 || (days->weekdays >> civil_of(wall_ms).weekday & 1) != 0;
}

/* The next midnight of that zone. */
static int64_t next_day(const struct zone *zone, int64_t at_ms)
{
    int64_t wall_ms = zone_wall(zone, at_ms);
    int64_t midnight_ms = wall_ms - (wall_ms % DAY_MS + DAY_MS) % DAY_MS;
    int64_t next_ms = zone_instant(zone, midnight_ms + DAY_MS);
    return next_ms > at_ms ? next_ms : at_ms + DAY_MS;
}

/* A list that forbids every day for so long is looked at again then. */
enum { DAYS_AHEAD = 1000 };

bool hours_allow(const struct schedule *schedule, const struct zone *zone, int64_t now_ms,
                 int64_t *ret_opens_ms)
{
    int64_t at_ms = now_ms;
    for (int tries = 0; tries < DAYS_AHEAD; tries++) {
        int64_t opens_ms = at_ms;
        if (!hours_open(schedule->hours, zone, at_ms, &opens_ms))
            at_ms = opens_ms;
        else if (!is_day(&schedule->days, zone_wall(zone, at_ms)))
            at_ms = next_day(zone, at_ms);
        else
            break;
    }
    *ret_opens_ms = at_ms;
    return at_ms == now_ms;
}
