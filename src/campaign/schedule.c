/* Schedule: when the editions of a campaign are due. */
#include "campaign/schedule.h"

#include "base/banned.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

enum { CRON_FIELDS = 5 };

static bool is_cron_byte(char byte)
{
    return (byte >= '0' && byte <= '9') ||
           (text_lower_byte(byte) >= 'a' && text_lower_byte(byte) <= 'z') ||
           (byte != '\0' && strchr("*,/-", byte) != NULL);
}

/* How many runs of such bytes there are between blanks; 0 when any other byte stands there. */
static size_t count_fields(struct text text)
{
    size_t count = 0;
    bool inside = false;
    for (size_t i = 0; i < text.length; i++) {
        bool blank = text.at[i] == ' ';
        if (!blank && !is_cron_byte(text.at[i]))
            return 0;
        count += !blank && !inside;
        inside = !blank;
    }
    return count;
}

/* The shape alone; what the fields mean is read when editions are due. */
static bool fit_cron(struct text text, struct error *err)
{
    static const char *const words[] = {"@hourly",  "@daily",  "@midnight", "@weekly",
                                        "@monthly", "@yearly", "@annually"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (text_equal(text, text_of(words[i])))
            return true;
    return (text.length <= SCHEDULE_CRON && count_fields(text) == CRON_FIELDS) ||
           error_set(err, FAULT_FILE,
                     "must be five fields (minute hour day month weekday) such as \"0 9 * * TUE\", "
                     "or a word such as @weekly");
}

/* The shape of a name in the tz database: it becomes a path below /usr/share/zoneinfo. */
static bool fit_zone(struct text text, struct error *err)
{
    bool fits = text.length <= SCHEDULE_ZONE && text.at[0] != '/' && !text_ends(text, TEXT("/"));
    for (size_t i = 0; fits && i < text.length; i++) {
        char byte = text_lower_byte(text.at[i]);
        fits = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
               (byte != '\0' && strchr("/_+-", byte) != NULL);
    }
    return (fits && !text_contains(text, TEXT("//"))) ||
           error_set(err, FAULT_FILE, "must be a zone such as America/Los_Angeles or UTC");
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
}

const struct shape schedule_shape =
    SHAPE_WITH(struct schedule, schedule_keys, .check = check_schedule);
