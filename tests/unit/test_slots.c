/* Slots: when editions are due, across changed clocks and outages. */
#include "calendar/slots.h"
#include "check.h"

enum { HOUR_MS = 60 * 60 * 1000 };

static struct civil civil(const char *string)
{
    struct civil read;
    if (!civil_parse(string, &read))
        abort();
    return read;
}

static int64_t ms(const char *string)
{
    return civil_to_ms(civil(string));
}

static struct local_time time_of(const char *string)
{
    if (string == NULL)
        return (struct local_time){0};
    return (struct local_time){
        .given = true, .whole_day = strlen(string) == 10, .civil = civil(string)};
}

static struct schedule schedule_of(const char *cron, const char *zone)
{
    return (struct schedule){
        .cron = text_of(cron), .timezone = text_of(zone), .max_late_ms = 6 * HOUR_MS};
}

/* In California, from one instant on: the names and instants of what follows. */
static const struct {
    const char *promise, *cron, *from, *names[3], *last_due;
} rows[] = {
    {"a slot in the gap is due once, at its end",
     "30 2 * * *",
     "2026-03-07T12:00",
     {"2026-03-08T03:00", "2026-03-09T02:30", "2026-03-10T02:30"},
     "2026-03-10T09:30"},
    {"several slots in the gap are one",
     "*/20 2 * * *",
     "2026-03-08T09:00",
     {"2026-03-08T03:00", "2026-03-09T02:00", "2026-03-09T02:20"},
     "2026-03-09T09:20"},
    {"the gap and the hour behind it are one",
     "0 2,3,4 * * *",
     "2026-03-08T09:00",
     {"2026-03-08T03:00", "2026-03-08T04:00", "2026-03-09T02:00"},
     "2026-03-09T09:00"},
    {"a slot in the overlap is due once, the first time",
     "30 1 * * *",
     "2026-10-31T12:00",
     {"2026-11-01T01:30", "2026-11-02T01:30", "2026-11-03T01:30"},
     "2026-11-03T09:30"},
    {"every half hour, too",
     "*/30 * * * *",
     "2026-11-01T08:10",
     {"2026-11-01T01:30", "2026-11-01T02:00", "2026-11-01T02:30"},
     "2026-11-01T10:30"},
    {"seen from the second hour of the overlap",
     "*/30 * * * *",
     "2026-11-01T09:10",
     {"2026-11-01T02:00", "2026-11-01T02:30", "2026-11-01T03:00"},
     "2026-11-01T11:00"},
};

static void check_changes(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ARENA(arena);
        struct slots slots;
        struct slot slot = {.due_ms = ms(rows[i].from)}, back;
        struct schedule schedule = schedule_of(rows[i].cron, "America/Los_Angeles");
        struct error err;
        if (!check(rows[i].promise, slots_of(&arena, &schedule, &slots, &err)))
            continue;
        for (size_t k = 0; k < 3; k++) {
            check(rows[i].promise, slots_next(&slots, slot.due_ms, &slot));
            check_text(rows[i].promise, text_of(slot.name), text_of(rows[i].names[k]));
            check("found again from behind",
                  slots_newest(&slots, slot.due_ms, &back) && back.due_ms == slot.due_ms);
            check("and not a moment before",
                  !slots_newest(&slots, slot.due_ms - 1, &back) || back.due_ms < slot.due_ms);
        }
        check_number(rows[i].promise, slot.due_ms, ms(rows[i].last_due));
    }
}

/* Hourly, max_late 6h, in UTC. */
static const struct {
    const char *promise, *at, *from, *until, *since, *now, *due;
    size_t missed;
} dues[] = {
    {"nothing before its time", NULL, NULL, NULL, "2026-12-01T09:00", "2026-12-01T09:59", NULL, 0},
    {"due on the minute", NULL, NULL, NULL, "2026-12-01T09:00", "2026-12-01T10:00",
     "2026-12-01T10:00", 0},
    {"only the newest of several", NULL, NULL, NULL, "2026-12-01T09:00", "2026-12-01T12:30",
     "2026-12-01T12:00", 2},
    {"never what was handled, though the clock went back", NULL, NULL, NULL, "2026-12-01T12:00",
     "2026-12-01T10:30", NULL, 0},
    {"an hour that is not too late", "2026-12-01T09:00", NULL, NULL, "2026-11-01",
     "2026-12-01T15:00", "2026-12-01T09:00", 0},
    {"too late is missed", "2026-12-01T09:00", NULL, NULL, "2026-11-01", "2026-12-01T15:01", NULL,
     1},
    {"a moment that was handled is over", "2026-12-01T09:00", NULL, NULL, "2026-12-01T09:00",
     "2026-12-01T15:00", NULL, 0},
    {"a moment to come", "2026-12-01T09:00", NULL, NULL, "2026-11-01", "2026-12-01T08:59", NULL, 0},
    {"the last before until", NULL, NULL, "2026-12-01T10:00", "2026-12-01T09:00",
     "2026-12-01T12:00", "2026-12-01T10:00", 0},
    {"until a date counts to its end", NULL, NULL, "2026-12-01", "2026-12-01T22:00",
     "2026-12-02T01:00", "2026-12-01T23:00", 0},
    {"long behind until there is nothing new", NULL, NULL, "2026-12-01", "2026-12-01T23:00",
     "2027-12-02T01:00", NULL, 0},
    {"none before from", NULL, "2026-12-01T11:00", NULL, "2026-12-01T09:00", "2026-12-01T10:30",
     NULL, 0},
    {"missed ones only from there on", NULL, "2026-12-01T11:00", NULL, "2026-12-01T09:00",
     "2026-12-01T12:30", "2026-12-01T12:00", 1},
};

static void check_dues(void)
{
    for (size_t i = 0; i < COUNT_OF(dues); i++) {
        ARENA(arena);
        struct slots slots;
        struct slots_due due;
        struct error err;
        struct schedule schedule = schedule_of("@hourly", "UTC");
        schedule.at = time_of(dues[i].at);
        schedule.from = time_of(dues[i].from);
        schedule.until = time_of(dues[i].until);
        if (!check(dues[i].promise, slots_of(&arena, &schedule, &slots, &err)))
            continue;
        slots_due(&slots, ms(dues[i].since), ms(dues[i].now), &due);
        check(dues[i].promise, due.due == (dues[i].due != NULL));
        if (due.due)
            check_text(dues[i].promise, text_of(due.slot.name), text_of(dues[i].due));
        check_number(dues[i].promise, (long long)due.missed_count, (long long)dues[i].missed);
    }
}

static void check_many_missed(void)
{
    ARENA(arena);
    struct slots slots;
    struct slots_due due;
    struct error err;
    struct schedule schedule = schedule_of("* * * * *", "UTC");
    slots_of(&arena, &schedule, &slots, &err);
    slots_due(&slots, ms("2025-12-01"), ms("2026-12-01"), &due);
    check("a year of minutes is listed by its newest", due.missed_count == SLOTS_MISSED);
    check("and said to be more", due.more_missed);
}

int main(void)
{
    check_changes();
    check_dues();
    check_many_missed();
    return check_done();
}
