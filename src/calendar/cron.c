/* Cron: the minutes that five fields mean, found day by day. */
#include "calendar/cron.h"

#include "base/clock.h"

#include "base/banned.h"

#define MINUTE_MS ((int64_t)60 * 1000)

enum { FIRST_YEAR = 1, LAST_YEAR = 9999 };

static bool is_day(const struct cron *cron, const struct civil *civil)
{
    bool day = cron->days >> civil->day & 1;
    bool weekday = cron->weekdays >> civil->weekday & 1;
    return cron->either_day ? day || weekday : day && weekday;
}

/* The lowest bit from `least` on, the highest up to `most`; -1 when there is none. */
static int bit_from(uint64_t bits, int least)
{
    bits &= least < 64 ? UINT64_MAX << least : 0;
    return bits != 0 ? __builtin_ctzll(bits) : -1;
}

static int bit_to(uint64_t bits, int most)
{
    bits &= most >= 63 ? UINT64_MAX : ((uint64_t)1 << (most + 1)) - 1;
    return bits != 0 ? 63 - __builtin_clzll(bits) : -1;
}

/* The first minute of the day from `from` (minutes after midnight) on; -1: none. */
static int minute_from(const struct cron *cron, int from)
{
    int hour = from / 60, minute = -1;
    if (hour < 24 && cron->hours >> hour & 1)
        minute = bit_from(cron->minutes, from % 60);
    if (minute < 0) {
        hour = bit_from(cron->hours, hour + 1);
        minute = bit_from(cron->minutes, 0);
    }
    return hour < 0 ? -1 : hour * 60 + minute;
}

static int minute_to(const struct cron *cron, int to)
{
    int hour = to / 60, minute = -1;
    if (cron->hours >> hour & 1)
        minute = bit_to(cron->minutes, to % 60);
    if (minute < 0) {
        hour = hour > 0 ? bit_to(cron->hours, hour - 1) : -1;
        minute = bit_to(cron->minutes, 59);
    }
    return hour < 0 ? -1 : hour * 60 + minute;
}

static struct civil midnight(struct civil civil)
{
    return (struct civil){.year = civil.year, .month = civil.month, .day = civil.day};
}

/* The midnight that begins the next day worth a look. */
static int64_t day_after(const struct cron *cron, struct civil civil)
{
    struct civil next = midnight(civil);
    if (cron->months >> civil.month & 1)
        next.day++;
    else
        next.month++, next.day = 1;
    return civil_to_ms(next);
}

/* The last minute of the day before that is worth a look. */
static int64_t day_before(const struct cron *cron, struct civil civil)
{
    struct civil first = midnight(civil);
    if (!(cron->months >> civil.month & 1))
        first.day = 1;
    return civil_to_ms(first) - MINUTE_MS;
}

bool cron_next(const struct cron *cron, int64_t local_ms, int64_t *ret_local_ms)
{
    /* Rounded up: a minute that has begun is over. */
    struct civil civil = civil_of(local_ms + MINUTE_MS - 1);
    while (civil.year <= LAST_YEAR) {
        int minute = -1;
        if ((cron->months >> civil.month & 1) && is_day(cron, &civil))
            minute = minute_from(cron, civil.hour * 60 + civil.minute);
        if (minute >= 0) {
            *ret_local_ms = civil_to_ms(midnight(civil)) + minute * MINUTE_MS;
            return true;
        }
        civil = civil_of(day_after(cron, civil));
    }
    return false;
}

bool cron_previous(const struct cron *cron, int64_t local_ms, int64_t *ret_local_ms)
{
    struct civil civil = civil_of(local_ms);
    while (civil.year >= FIRST_YEAR) {
        int minute = -1;
        if ((cron->months >> civil.month & 1) && is_day(cron, &civil))
            minute = minute_to(cron, civil.hour * 60 + civil.minute);
        if (minute >= 0) {
            *ret_local_ms = civil_to_ms(midnight(civil)) + minute * MINUTE_MS;
            return true;
        }
        civil = civil_of(day_before(cron, civil));
    }
    return false;
}
