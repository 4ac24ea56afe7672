/* Schedule: when the editions of a campaign are due. */
#include "campaign/schedule.h"

#include "campaign/cron.h"
#include "campaign/zone.h"

#include "base/banned.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static bool fit_cron(struct text text, struct error *err)
{
    struct cron ignored;
    return cron_parse(text, &ignored, err);
}

static bool fit_zone(struct text text, struct error *err)
{
    return zone_exists(text, err);
}

static const struct key schedule_keys[] = {
    {"cron", KEY_TEXT_AS(struct schedule, cron, fit_cron), 0, NULL, "\"0 9 * * TUE\"",
     "When editions are due: minute, hour, day, month, weekday, as in cron; or @weekly and the "
     "like."},
    {"at", KEY_TIME(struct schedule, at), 0, NULL, "2026-12-01T09:00",
     "Instead of cron: the one moment it is due, such as 2026-12-01T09:00."},
    {"timezone", KEY_TEXT_AS(struct schedule, timezone, fit_zone), 0, "UTC", "America/Los_Angeles",
     "The zone in which these times are meant."},
    {"max_late", KEY_DURATION(struct schedule, max_late_ms, 60 * 1000, 366 * DAY_MS), 0, "6h", NULL,
     "A slot missed for longer than this is skipped, and said so."},
    {"from", KEY_TIME(struct schedule, from), 0, NULL, "2026-12-01",
     "No slot is due before this; a date alone counts from its beginning."},
    {"until", KEY_TIME(struct schedule, until), 0, NULL, "2027-06-30",
     "No slot is due after this; a date alone counts to its end."},
    {"hours", KEY_HOURS(struct schedule, hours), 0, NULL, "\"08:00-20:00\"",
     "Only within these hours of the reader's own day."},
};

static void check_schedule(struct schema *schema, void *at)
{
    struct schedule *schedule = at;
    bool cron = schedule->cron.length > 0;
    if (cron == schedule->at.given)
        schema_mistake(schema, schedule->place, "schedule: needs one of cron and at, not %s",
                       cron ? "both" : "neither");
    if (schedule->at.whole_day)
        schema_mistake(schema, schedule->place,
                       "at: needs a time of day, such as 2026-12-01T09:00");
    if (schedule->from.given && schedule->until.given &&
        civil_to_ms(schedule->until.civil) < civil_to_ms(schedule->from.civil))
        schema_mistake(schema, schedule->place, "until: is before from, so no slot is ever due");
}

const struct shape schedule_shape =
    SHAPE_WITH(struct schedule, schedule_keys, .check = check_schedule);
