/* Hours: the daily window in which readers are written to, on their own clock. */
#ifndef CALENDAR_HOURS_H
#define CALENDAR_HOURS_H

#include "calendar/schedule.h"
#include "calendar/zone.h"
#include "settings/setting.h"

/* True when the window is open, or there is none; else `ret_opens_ms` is the next instant at which
 * it opens. */
bool hours_open(struct hours hours, const struct zone *zone, int64_t now_ms, int64_t *ret_opens_ms);

/* The same with weekdays and holidays: open only when the day is one for messages as well. */
bool hours_allow(const struct schedule *schedule, const struct zone *zone, int64_t now_ms,
                 int64_t *ret_opens_ms);
/* Is anything of it written? */
bool hours_given(const struct schedule *schedule);

#endif
