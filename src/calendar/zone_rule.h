/* Zone rule: the line at the end of a TZif file that says how clocks change from then on (RFC
 * 8536 3.3, POSIX TZ): "PST8PDT,M3.2.0,M11.1.0". For zone.c only. */
#ifndef CALENDAR_ZONE_RULE_H
#define CALENDAR_ZONE_RULE_H

#include "base/text.h"

enum zone_day_form {
    ZONE_DAY_JULIAN,  /* Jn: 1-365, the 29th of February is never counted */
    ZONE_DAY_OF_YEAR, /* n: 0-365 */
    ZONE_DAY_WEEKDAY, /* Mm.w.d: weekday d of week w (5: the last) of month m */
};

struct zone_day {
    enum zone_day_form form;
    int day, month, week;
    int64_t seconds; /* after midnight on the wall; may be negative or beyond the day */
};

struct zone_rule {
    int64_t offset; /* seconds east of UTC */
    bool changes;   /* the rest is set */
    int64_t summer_offset;
    struct zone_day summer, winter; /* when each begins */
};

/* False when it is none; nothing says more, as no person wrote it. */
bool zone_rule_parse(struct text text, struct zone_rule *ret_rule);

/* The instant of that day's change in a year, in seconds UTC; `offset` was valid before it. */
int64_t zone_rule_change(const struct zone_day *day, int year, int64_t offset);

#endif
