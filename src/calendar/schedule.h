/* Schedule: when the editions of a campaign are due. Written times are kept as written; the zone
 * gives them meaning. */
#ifndef CALENDAR_SCHEDULE_H
#define CALENDAR_SCHEDULE_H

#include "settings/schema.h"

/* On which of the reader's days messages go out. */
struct days {
    unsigned weekdays;       /* bit n: 0 is Sunday; 0: on any */
    const int64_t *holidays; /* days since 1970 on which none do */
    size_t holiday_count;
};

struct schedule {
    struct place place;            /* path is empty when the campaign has no schedule */
    struct text cron;              /* five fields, or a word such as @weekly; or empty */
    struct local_time at;          /* not given when there is a cron */
    struct text timezone;          /* IANA name; "UTC" by default */
    int64_t max_late_ms;           /* a slot missed for longer is skipped */
    struct local_time from, until; /* slots are due between them only */
    struct hours hours;            /* in the member's zone, else in `timezone` */
    struct text_list weekday_names, holiday_dates;
    struct days days; /* in the same zone */
};

extern const struct shape schedule_shape;

#endif
