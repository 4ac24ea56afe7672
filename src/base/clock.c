/* Clock: time, handed in. */
#include "base/clock.h"

#include "base/text.h"

#include "base/banned.h"

const char *const civil_weekdays[7] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
const char *const civil_months[12] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

enum { MS_PER_SECOND = 1000, SECONDS_PER_DAY = 86400 };

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * MS_PER_SECOND + now.tv_nsec / 1000000;
}

static int64_t system_wall(void *self)
{
    (void)self;
    return read_clock(CLOCK_REALTIME);
}

static int64_t system_steady(void *self)
{
    (void)self;
    return read_clock(CLOCK_MONOTONIC);
}

const struct clock clock_system = {system_wall, system_steady, NULL};

static int64_t fixed(void *self)
{
    return *(int64_t *)self;
}

struct clock clock_fixed(int64_t *wall_ms)
{
    return (struct clock){fixed, fixed, wall_ms};
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* Years begin in March, so that the leap day is the last of its year and needs no special case. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = year - (month <= 2);
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_of(int64_t days, struct civil *civil)
{
    int64_t shifted = days + 719468;
    int64_t era = floor_div(shifted, 146097);
    int64_t doe = shifted - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    civil->day = (int)(doy - (153 * mp + 2) / 5 + 1);
    civil->month = (int)(mp < 10 ? mp + 3 : mp - 9);
    civil->year = (int)(yoe + era * 400 + (civil->month <= 2));
    civil->weekday = (int)(((days + 4) % 7 + 7) % 7);
}

struct civil civil_of(int64_t wall_ms)
{
    struct civil civil = {0};
    int64_t seconds = floor_div(wall_ms, MS_PER_SECOND);
    int64_t days = floor_div(seconds, SECONDS_PER_DAY);
    int64_t rest = seconds - days * SECONDS_PER_DAY;
    date_of(days, &civil);
    civil.hour = (int)(rest / 3600);
    civil.minute = (int)(rest / 60 % 60);
    civil.second = (int)(rest % 60);
    civil.millisecond = (int)(wall_ms - seconds * MS_PER_SECOND);
    return civil;
}

int64_t civil_to_ms(struct civil civil)
{
    int64_t months = (int64_t)civil.year * 12 + (civil.month - 1);
    int64_t year = floor_div(months, 12);
    int64_t days = days_of(year, months - year * 12 + 1, 1) + civil.day - 1;
    int64_t seconds = days * SECONDS_PER_DAY + civil.hour * 3600 + civil.minute * 60 + civil.second;
    return seconds * MS_PER_SECOND + civil.millisecond;
}

const char *civil_iso(int64_t wall_ms, char iso[CIVIL_ISO])
{
    struct civil civil = civil_of(wall_ms);
    snprintf(iso, CIVIL_ISO, "%04d-%02d-%02dT%02d:%02d:%02dZ", civil.year % 10000, civil.month,
             civil.day, civil.hour, civil.minute, civil.second);
    return iso;
}

/* True when the calendar has this moment: no 31st of April, no 24:00. */
static bool exists(struct civil civil)
{
    if (civil.year < 1 || civil.month < 1 || civil.month > 12 || civil.day < 1 || civil.hour > 23 ||
        civil.minute > 59 || civil.second > 59)
        return false;
    struct civil again = civil_of(civil_to_ms(civil));
    return again.day == civil.day && again.month == civil.month;
}

/* Digits where the form has digits, the form's own bytes elsewhere. */
static bool fits_form(struct text text, const char *form)
{
    for (size_t i = 0; i < text.length; i++) {
        bool digit = text.at[i] >= '0' && text.at[i] <= '9';
        if (form[i] == '0' ? !digit : text.at[i] != form[i])
            return false;
    }
    return true;
}

static int digits(struct text text, size_t start, size_t length)
{
    int number = 0;
    for (size_t i = start; i < start + length && i < text.length; i++)
        number = number * 10 + (text.at[i] - '0');
    return number;
}

bool civil_parse(const char *string, struct civil *ret_civil)
{
    struct text text = text_of(string);
    if (text_ends(text, TEXT("Z")))
        text.length--;
    if (text.length != 10 && text.length != 16 && text.length != 19)
        return false;
    if (!fits_form(text, "0000-00-00T00:00:00"))
        return false;
    struct civil civil = {.year = digits(text, 0, 4),
                          .month = digits(text, 5, 2),
                          .day = digits(text, 8, 2),
                          .hour = digits(text, 11, 2),
                          .minute = digits(text, 14, 2),
                          .second = digits(text, 17, 2)};
    if (!exists(civil))
        return false;
    civil.weekday = civil_of(civil_to_ms(civil)).weekday;
    *ret_civil = civil;
    return true;
}
