/*
 * Filter date: an ISO time as the reader's language writes it, by a format as strftime(3) has it.
 *
 * The time is shown as it is written: a campaign's "2026-12-01T18:00" is six in the evening for
 * whoever reads it.
 */
#include "base/banned.h"
#include "base/clock.h"
#include "template/filter_kinds.h"

struct moment {
    struct civil civil;
    const struct filter_language *language;
    bool bare; /* "%-d": without the leading zero */
};

static void add_padded(const struct moment *moment, struct buffer *out, int number, int width)
{
    buffer_printf(out, "%0*d", moment->bare ? 0 : width, number);
}

static void say_day(const struct moment *moment, struct buffer *out)
{
    add_padded(moment, out, moment->civil.day, 2);
}

static void say_day_with_space(const struct moment *moment, struct buffer *out)
{
    buffer_printf(out, "%*d", moment->bare ? 0 : 2, moment->civil.day);
}

static void say_month(const struct moment *moment, struct buffer *out)
{
    add_padded(moment, out, moment->civil.month, 2);
}

static void say_month_name(const struct moment *moment, struct buffer *out)
{
    buffer_add_string(out, moment->language->months[moment->civil.month - 1]);
}

static void say_month_short(const struct moment *moment, struct buffer *out)
{
    buffer_add_string(out, moment->language->months_short[moment->civil.month - 1]);
}

static void say_weekday_name(const struct moment *moment, struct buffer *out)
{
    buffer_add_string(out, moment->language->weekdays[moment->civil.weekday]);
}

static void say_weekday_short(const struct moment *moment, struct buffer *out)
{
    buffer_add_string(out, moment->language->weekdays_short[moment->civil.weekday]);
}

static void say_year(const struct moment *moment, struct buffer *out)
{
    add_padded(moment, out, moment->civil.year, 4);
}

static void say_year_short(const struct moment *moment, struct buffer *out)
{
    add_padded(moment, out, moment->civil.year % 100, 2);
}

static void say_hour(const struct moment *moment, struct buffer *out)
{
    add_padded(moment, out, moment->civil.hour, 2);
}

static void say_hour_of_12(const struct moment *moment, struct buffer *out)
{
    add_padded(moment, out, (moment->civil.hour + 11) % 12 + 1, 2);
}

static void say_minute(const struct moment *moment, struct buffer *out)
{
    add_padded(moment, out, moment->civil.minute, 2);
}

static void say_second(const struct moment *moment, struct buffer *out)
{
    add_padded(moment, out, moment->civil.second, 2);
}

static void say_half(const struct moment *moment, struct buffer *out)
{
    buffer_add_string(out, moment->civil.hour < 12 ? moment->language->am : moment->language->pm);
}

static void say_iso_date(const struct moment *moment, struct buffer *out)
{
    buffer_printf(out, "%04d-%02d-%02d", moment->civil.year, moment->civil.month,
                  moment->civil.day);
}

static void say_clock(const struct moment *moment, struct buffer *out)
{
    buffer_printf(out, "%02d:%02d", moment->civil.hour, moment->civil.minute);
}

static void say_percent(const struct moment *moment, struct buffer *out)
{
    (void)moment;
    buffer_add_byte(out, '%');
}

static const struct {
    char letter;
    void (*say)(const struct moment *, struct buffer *);
} letters[] = {
    {'d', say_day},           {'e', say_day_with_space}, {'m', say_month},
    {'B', say_month_name},    {'b', say_month_short},    {'A', say_weekday_name},
    {'a', say_weekday_short}, {'Y', say_year},           {'y', say_year_short},
    {'H', say_hour},          {'I', say_hour_of_12},     {'M', say_minute},
    {'S', say_second},        {'p', say_half},           {'F', say_iso_date},
    {'R', say_clock},         {'%', say_percent},
};

/* Writes `format`; with `moment` NULL it is only checked. False at a letter nobody knows. */
static bool write_format(struct text format, struct moment *moment, struct buffer *out,
                         char *ret_unknown)
{
    for (size_t i = 0; i < format.length; i++) {
        if (format.at[i] != '%') {
            buffer_add_byte(out, format.at[i]);
            continue;
        }
        bool bare = i + 1 < format.length && format.at[i + 1] == '-';
        i += bare ? 2 : 1;
        *ret_unknown = i < format.length ? format.at[i] : '%';
        size_t known = 0, count = sizeof(letters) / sizeof(letters[0]);
        while (known < count && (i >= format.length || letters[known].letter != format.at[i]))
            known++;
        if (known == count)
            return false;
        if (moment == NULL)
            continue;
        moment->bare = bare;
        letters[known].say(moment, out);
    }
    return true;
}

bool filter_date_format(struct text format, struct error *err)
{
    BUFFER(nowhere, FILTER_OUTPUT);
    char unknown = '\0';
    if (format.length > FILTER_DATE)
        return error_set(err, FAULT_FILE, "a date's format has at most %d bytes", FILTER_DATE);
    if (write_format(format, NULL, &nowhere, &unknown))
        return true;
    return error_set(
        err, FAULT_FILE,
        "a date's format cannot have \"%%%c\"; it has %%d %%-d %%e %%m %%B %%b %%A %%a "
        "%%Y %%y %%H %%I %%M %%S %%p %%F %%R %%%%",
        unknown);
}

/* Without fractions of seconds and the offset from UTC: the time is shown as it is written. */
static struct text without_zone(struct text time)
{
    size_t end = 0;
    while (end < time.length && time.at[end] != '.' && time.at[end] != '+' && time.at[end] != 'Z')
        end++;
    /* A minus sign is an offset only behind the time of day. */
    size_t minus = text_find_last_byte(text_slice(time, 0, end), '-');
    if (minus != TEXT_NONE && minus > sizeof("2026-12-01T") - 1)
        end = minus;
    return text_slice(time, 0, end);
}

bool filter_date(const struct filter_run *run, struct value *value, struct buffer *out,
                 struct error *err)
{
    if (value->type == VALUE_NULL || value->text.length == 0)
        return true;
    struct moment moment = {.language = run->language};
    struct text time = without_zone(text_trim(value->text));
    char string[32], unknown = '\0';
    snprintf(string, sizeof(string), "%.*s", TEXT_ARGS(time));
    if (time.length > 10 && time.length < sizeof(string) && string[10] == ' ')
        string[10] = 'T';
    if (time.length >= sizeof(string) || !civil_parse(string, &moment.civil))
        return error_set(err, FAULT_FILE,
                         "\"%.*s\" is not a date; dates are written 2026-12-01 or 2026-12-01T09:00",
                         (int)(value->text.length < 64 ? value->text.length : 64), value->text.at);
    moment.civil.weekday = civil_of(civil_to_ms(moment.civil)).weekday;
    struct text format = run->use->has_argument ? run->use->argument : text_of(run->language->date);
    if (write_format(format, &moment, out, &unknown))
        *value = value_string(buffer_text(out));
    return true;
}
