/* Schedule: when the editions of a campaign are due. Written times are kept as written; the zone
 * gives them meaning. */
#ifndef CAMPAIGN_SCHEDULE_H
#define CAMPAIGN_SCHEDULE_H

#include "settings/schema.h"

struct schedule {
    struct place place;            /* path is empty when the campaign has no schedule */
    struct text cron;              /* five fields, or a word such as @weekly; or empty */
    struct local_time at;          /* not given when there is a cron */
    struct text timezone;          /* IANA name; "UTC" by default */
    int64_t max_late_ms;           /* a slot missed for longer is skipped */
    struct local_time from, until; /* slots are due between them only */
    struct hours hours;            /* in the member's zone, else in `timezone` */
};

extern const struct shape schedule_shape;

#endif
