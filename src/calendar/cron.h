/*
 * Cron: five fields that say which minutes of the calendar are meant.
 *
 * Fields and their meaning are cron's: minute 0-59, hour 0-23, day of month 1-31, month 1-12 or
 * JAN-DEC, weekday 0-7 or SUN-SAT (0 and 7 are Sunday); each a list of `*`, numbers and ranges, `*`
 * and ranges with a step. When neither the day of month nor the weekday begins with `*`, a day that
 * fits either of them is meant, as in cron; else it must fit both. Everything here is the calendar
 * on the wall: no zone, no clock change.
 */
#ifndef CALENDAR_CRON_H
#define CALENDAR_CRON_H

#include "base/error.h"

enum { CRON_LENGTH = 128 }; /* bytes of an expression */

struct cron {
    uint64_t minutes;  /* bit n: minute n */
    uint32_t hours;    /* bit n: hour n */
    uint32_t days;     /* bit n: day n, from 1 */
    uint32_t months;   /* bit n: month n, from 1 */
    uint32_t weekdays; /* bit n: 0 is Sunday */
    bool either_day;   /* days or weekdays, not both */
};

/* Reads five fields or @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually. The
 * message names the field and what it allows; one that is never due (31st of February) is a mistake
 * too. */
bool cron_parse(struct text text, struct cron *ret_cron, struct error *err);

/*
 * The first minute meant that is not before, the last one that is not after `local_ms`:
 * milliseconds on the wall, as civil_to_ms() counts them. False when the calendar ends (year 1 or
 * 9999) without one.
 */
bool cron_next(const struct cron *cron, int64_t local_ms, int64_t *ret_local_ms);
bool cron_previous(const struct cron *cron, int64_t local_ms, int64_t *ret_local_ms);

#endif
