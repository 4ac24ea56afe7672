/*
 * Clock: time, handed in.
 *
 * Nothing below the command line asks the system for the time; it is given a clock. So golden files
 * are exact, no test sleeps, and the simulator owns time. All times are int64 milliseconds, the
 * unit in the name. `wall` is UTC since 1970 and may jump; `steady` never does and means nothing by
 * itself.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock {
    int64_t (*wall_ms)(void *self);
    int64_t (*steady_ms)(void *self);
    void *self;
};

extern const struct clock clock_system;

static inline int64_t clock_wall_ms(const struct clock *clock)
{
    return clock->wall_ms(clock->self);
}

static inline int64_t clock_steady_ms(const struct clock *clock)
{
    return clock->steady_ms(clock->self);
}

/* A clock that stands where it was put, for --now and tests. `self` is the wall_ms it shows. */
struct clock clock_fixed(int64_t *wall_ms);

/* The proleptic Gregorian calendar, UTC, years 1 to 9999. */
struct civil {
    int year, month, day;     /* month and day from 1 */
    int hour, minute, second; /* no leap seconds */
    int millisecond;
    int weekday; /* 0 = Sunday */
};

struct civil civil_of(int64_t wall_ms);
/* `weekday` is not read. Values out of range are carried over (month 13 is next January). */
int64_t civil_to_ms(struct civil civil);

/* "2026-12-01T09:00:00Z" */
enum { CIVIL_ISO = 32 };
const char *civil_iso(int64_t wall_ms, char iso[CIVIL_ISO]);
/* Reads "2026-12-01", "2026-12-01T09:00", "…:05", each with an optional "Z"; anything else is
 * false. */
bool civil_parse(const char *string, struct civil *ret_civil);

extern const char *const civil_weekdays[7]; /* Sun … */
extern const char *const civil_months[12];  /* Jan … */

#endif
