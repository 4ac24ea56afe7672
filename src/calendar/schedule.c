/* Schedule: when the editions of a campaign are due. */
#include "calendar/schedule.h"

#include "calendar/cron.h"
#include "calendar/zone.h"

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

static bool weekday_find(struct text name, unsigned *ret_day)
{
    for (unsigned day = 0; day < 7; day++)
        if (text_equal_nocase(name, text_of(civil_weekdays[day]))) {
            *ret_day = day;
            return true;
        }
    return false;
}

static bool fit_weekday(struct text text, struct error *err)
{
    unsigned ignored;
    return weekday_find(text, &ignored) ||
           error_set(err, FAULT_FILE, "must be one of Mon, Tue, Wed, Thu, Fri, Sat and Sun");
}

static bool day_parse(struct text text, int64_t *ret_day)
{
    char date[16];
    struct civil civil;
    if (text.length != 10)
        return false;
    snprintf(date, sizeof(date), "%.*s", TEXT_ARGS(text));
    if (!civil_parse(date, &civil))
        return false;
    *ret_day = civil_to_ms(civil) / DAY_MS;
    return true;
}

static bool fit_day(struct text text, struct error *err)
{
    int64_t ignored;
    return day_parse(text, &ignored) ||
           error_set(err, FAULT_FILE, "must be a date such as 2026-12-25");
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
    {"weekdays", KEY_TEXTS(struct schedule, weekday_names, fit_weekday), 0, NULL,
     "[Mon, Tue, Wed, Thu, Fri]", "Only on these days of the reader's own calendar."},
    {"holidays", KEY_TEXTS(struct schedule, holiday_dates, fit_day), 0, NULL,
     "[2026-12-25, 2027-01-01]", "Not on these days of the reader's own calendar."},
};

static void settle_days(struct schema *schema, struct schedule *schedule)
{
    const struct text_list *names = &schedule->weekday_names, *dates = &schedule->holiday_dates;
    int64_t *holidays = arena_array(schema->arena, int64_t, dates->count + 1);
    unsigned day = 0;
    for (size_t i = 0; i < names->count; i++)
        if (weekday_find(names->at[i], &day))
            schedule->days.weekdays |= 1U << day;
    for (size_t i = 0; i < dates->count; i++)
        must(day_parse(dates->at[i], &holidays[i]));
    schedule->days.holidays = holidays;
    schedule->days.holiday_count = dates->count;
}

static void check_schedule(struct schema *schema, void *at)
{
    struct schedule *schedule = at;
    settle_days(schema, schedule);
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
