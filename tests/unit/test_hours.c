/* Hours: when a reader may be written to. */
#include "calendar/hours.h"
#include "check.h"

static int64_t ms(const char *string)
{
    struct civil civil;
    if (!civil_parse(string, &civil))
        abort();
    return civil_to_ms(civil);
}

static const struct {
    const char *promise;
    struct hours hours;
    const char *zone, *now, *opens; /* opens NULL: it is open */
} cases[] = {
    {"no window is always open", {0, 0}, "UTC", "2026-12-01T03:00", NULL},
    {"within", {480, 1200}, "UTC", "2026-12-01T08:00", NULL},
    {"the end is outside", {480, 1200}, "UTC", "2026-12-01T20:00", "2026-12-02T08:00"},
    {"before it opens", {480, 1200}, "UTC", "2026-12-01T07:59", "2026-12-01T08:00"},
    {"on the reader's clock",
     {480, 1200},
     "America/Los_Angeles",
     "2026-12-01T15:00",
     "2026-12-01T16:00"},
    {"… which is another day there",
     {480, 1200},
     "Australia/Sydney",
     "2026-12-01T20:00",
     "2026-12-01T21:00"},
    {"over midnight, in the evening", {1320, 360}, "UTC", "2026-12-01T23:00", NULL},
    {"over midnight, in the morning", {1320, 360}, "UTC", "2026-12-01T05:59", NULL},
    {"over midnight, at noon", {1320, 360}, "UTC", "2026-12-01T12:00", "2026-12-01T22:00"},
    {"a window that opens in a gap opens at its end",
     {150, 600},
     "America/Los_Angeles",
     "2026-03-08T09:00",
     "2026-03-08T10:00"},
    {"the summer's window after the change",
     {480, 1200},
     "America/Los_Angeles",
     "2026-03-08T05:00",
     "2026-03-08T15:00"},
};

/* Weekdays Mon-Fri, a holiday on Friday the 25th. */
static const struct {
    const char *promise, *zone, *now, *opens;
} days[] = {
    {"a weekday", "UTC", "2026-12-01T09:00", NULL},
    {"a Saturday waits for Monday", "UTC", "2026-12-05T09:00", "2026-12-07T08:00"},
    {"a holiday and the weekend behind it", "UTC", "2026-12-25T09:00", "2026-12-28T08:00"},
    {"the evening before the weekend", "UTC", "2026-12-04T20:00", "2026-12-07T08:00"},
    {"a Sunday in Sydney is a Saturday evening in UTC", "Australia/Sydney", "2026-12-05T22:00",
     "2026-12-06T21:00"},
};

static void on_days(void)
{
    const int64_t holiday = ms("2026-12-25T00:00") / 86400000;
    const struct schedule schedule = {
        .hours = {480, 1200}, .days = {.weekdays = 0x3e, .holidays = &holiday, .holiday_count = 1}};
    for (size_t i = 0; i < COUNT_OF(days); i++) {
        ARENA(arena);
        struct error err;
        int64_t opens_ms = 0;
        const struct zone *zone = zone_read(&arena, text_of(days[i].zone), &err);
        bool open = hours_allow(&schedule, zone, ms(days[i].now), &opens_ms);
        check(days[i].promise, open == (days[i].opens == NULL));
        if (days[i].opens != NULL)
            check_number(days[i].promise, opens_ms, ms(days[i].opens));
    }
}

int main(void)
{
    on_days();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ARENA(arena);
        struct error err;
        int64_t opens_ms = 0;
        const struct zone *zone = zone_read(&arena, text_of(cases[i].zone), &err);
        if (!check(cases[i].promise, zone != NULL))
            continue;
        bool open = hours_open(cases[i].hours, zone, ms(cases[i].now), &opens_ms);
        check(cases[i].promise, open == (cases[i].opens == NULL));
        if (!open && cases[i].opens != NULL)
            check_number(cases[i].promise, opens_ms, ms(cases[i].opens));
    }
    return check_done();
}
