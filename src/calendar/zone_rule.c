/* Zone rule: "PST8PDT,M3.2.0,M11.1.0" read, and the instants it means. */
#include "calendar/zone_rule.h"

#include "base/clock.h"

#include "base/banned.h"

enum { HOUR = 3600, DEFAULT_CHANGE = 2 * HOUR, MOST_HOURS = 167, LAST_WEEK = 5 };

static bool take_byte(struct text *rest, char byte)
{
    if (rest->length == 0 || rest->at[0] != byte)
        return false;
    *rest = text_after(*rest, 1);
    return true;
}

static bool take_number(struct text *rest, int most, int *ret_number)
{
    size_t length = 0;
    uint64_t number;
    while (length < rest->length && rest->at[length] >= '0' && rest->at[length] <= '9')
        length++;
    if (!text_to_number(text_slice(*rest, 0, length), &number) || number > (uint64_t)most)
        return false;
    *ret_number = (int)number;
    *rest = text_after(*rest, length);
    return true;
}

/* "<+0330>" or letters: only skipped, the abbreviation is never shown. */
static bool skip_name(struct text *rest)
{
    size_t length = 0;
    if (take_byte(rest, '<')) {
        size_t end = text_find_byte(*rest, '>');
        *rest = text_after(*rest, end == TEXT_NONE ? rest->length : end + 1);
        return end != TEXT_NONE;
    }
    while (length < rest->length && text_lower_byte(rest->at[length]) >= 'a' &&
           text_lower_byte(rest->at[length]) <= 'z')
        length++;
    *rest = text_after(*rest, length);
    return length > 0;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(struct text *rest, int64_t *ret_seconds)
{
    int hours, minutes = 0, seconds = 0;
    bool negative = take_byte(rest, '-');
    if (!negative)
        take_byte(rest, '+');
    if (!take_number(rest, MOST_HOURS, &hours))
        return false;
    if (take_byte(rest, ':')) {
        if (!take_number(rest, 59, &minutes))
            return false;
        if (take_byte(rest, ':') && !take_number(rest, 59, &seconds))
            return false;
    }
    int64_t all = hours * HOUR + minutes * 60 + seconds;
    *ret_seconds = negative ? -all : all;
    return true;
}

static bool take_form(struct text *rest, struct zone_day *day)
{
    if (take_byte(rest, 'J')) {
        day->form = ZONE_DAY_JULIAN;
        return take_number(rest, 365, &day->day) && day->day >= 1;
    }
    if (take_byte(rest, 'M')) {
        day->form = ZONE_DAY_WEEKDAY;
        return take_number(rest, 12, &day->month) && day->month >= 1 && take_byte(rest, '.') &&
               take_number(rest, LAST_WEEK, &day->week) && day->week >= 1 && take_byte(rest, '.') &&
               take_number(rest, 6, &day->day);
    }
    day->form = ZONE_DAY_OF_YEAR;
    return take_number(rest, 365, &day->day);
}

/* ",date[/time]" */
static bool take_day(struct text *rest, struct zone_day *day)
{
    day->seconds = DEFAULT_CHANGE;
    if (!take_byte(rest, ',') || !take_form(rest, day))
        return false;
    return !take_byte(rest, '/') || take_time(rest, &day->seconds);
}

bool zone_rule_parse(struct text text, struct zone_rule *ret_rule)
{
    struct zone_rule rule = {0};
    int64_t west;
    if (!skip_name(&text) || !take_time(&text, &west))
        return false;
    rule.offset = -west;
    rule.changes = text.length > 0;
    if (rule.changes) {
        rule.summer_offset = rule.offset + HOUR;
        if (!skip_name(&text))
            return false;
        if (text.length > 0 && text.at[0] != ',') {
            if (!take_time(&text, &west))
                return false;
            rule.summer_offset = -west;
        }
        if (!take_day(&text, &rule.summer) || !take_day(&text, &rule.winter))
            return false;
    }
    *ret_rule = rule;
    return text.length == 0;
}

static int64_t seconds_of(struct civil civil)
{
    return civil_to_ms(civil) / 1000;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Midnight of weekday `day` of week `week` of the month; the fifth is the last there is. */
static int64_t weekday_of(const struct zone_day *day, int year)
{
    static const int days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct civil first = {.year = year, .month = day->month, .day = 1};
    int64_t midnight = seconds_of(first);
    int begins = civil_of(midnight * 1000).weekday;
    int last = days[day->month] + (day->month == 2 && is_leap(year));
    int date = 1 + (day->day - begins + 7) % 7 + (day->week - 1) * 7;
    if (date > last)
        date -= 7;
    return midnight + (date - 1) * (int64_t)24 * HOUR;
}

static int64_t midnight_of(const struct zone_day *day, int year)
{
    struct civil first = {.year = year, .month = 1, .day = 1};
    if (day->form == ZONE_DAY_WEEKDAY)
        return weekday_of(day, year);
    if (day->form == ZONE_DAY_OF_YEAR)
        first.day += day->day;
    else
        first.day += day->day - 1 + (is_leap(year) && day->day >= 60);
    return seconds_of(first);
}

int64_t zone_rule_change(const struct zone_day *day, int year, int64_t offset)
{
    return midnight_of(day, year) + day->seconds - offset;
}
