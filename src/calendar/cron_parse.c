/* Cron: its five fields as they are written, by a table of what each allows. */
#include "calendar/cron.h"

#include "base/banned.h"

enum { FIELDS = 5, WEEKDAY = 4, DAY = 2, MONTH = 3 };

static const char *const month_names[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL",
                                          "AUG", "SEP", "OCT", "NOV", "DEC", NULL};
static const char *const weekday_names[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", NULL};

static const struct field {
    const char *name;
    unsigned least, most;
    const char *const *names; /* of `least` and those that follow; NULL: numbers only */
    const char *allowed;
} fields[FIELDS] = {
    {"minute", 0, 59, NULL, "0-59"},
    {"hour", 0, 23, NULL, "0-23"},
    {"day of month", 1, 31, NULL, "1-31"},
    {"month", 1, 12, month_names, "1-12 or JAN-DEC"},
    {"weekday", 0, 7, weekday_names, "0-7 or SUN-SAT, 0 and 7 being Sunday"},
};

static const struct {
    const char *word, *meaning;
} words[] = {
    {"@hourly", "0 * * * *"},   {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},   {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
};

static bool wrong(const struct field *field, struct text piece, const char *why, struct error *err)
{
    return error_set(err, FAULT_FILE, "%s \"%.*s\": %s; allowed are %s, with * , - and /",
                     field->name, TEXT_ARGS(piece), why, field->allowed);
}

static bool name_of(const struct field *field, struct text text, unsigned *ret_number)
{
    for (unsigned i = 0; field->names != NULL && field->names[i] != NULL; i++)
        if (text_equal_nocase(text, text_of(field->names[i]))) {
            *ret_number = field->least + i;
            return true;
        }
    return false;
}

/* A number or a name. */
static bool parse_value(const struct field *field, struct text text, struct text piece,
                        unsigned *ret_number, struct error *err)
{
    uint64_t number;
    if (name_of(field, text, ret_number))
        return true;
    if (!text_to_number(text, &number))
        return wrong(field, piece,
                     field->names != NULL ? "is no number and no name of one" : "is no number",
                     err);
    if (number < field->least || number > field->most)
        return wrong(field, piece, "is out of range", err);
    *ret_number = (unsigned)number;
    return true;
}

/* "A-B"; SUN at the end of a range is the Sunday that follows, so that FRI-SUN is a weekend. */
static bool parse_range(const struct field *field, struct text text, struct text piece,
                        unsigned *ret_first, unsigned *ret_last, struct error *err)
{
    size_t dash = text_find_byte(text, '-');
    struct text last = dash == TEXT_NONE ? text : text_after(text, dash + 1);
    if (!parse_value(field, text_slice(text, 0, dash), piece, ret_first, err) ||
        !parse_value(field, last, piece, ret_last, err))
        return false;
    if (field == &fields[WEEKDAY] && *ret_last == 0 && *ret_first > 0)
        *ret_last = 7;
    if (*ret_last < *ret_first)
        return wrong(field, piece, "runs backwards; write it as two ranges", err);
    return true;
}

static bool parse_step(const struct field *field, struct text text, struct text piece,
                       unsigned *ret_step, struct error *err)
{
    uint64_t step;
    if (!text_to_number(text, &step) || step == 0 || step > field->most)
        return wrong(field, piece, "has no such step", err);
    *ret_step = (unsigned)step;
    return true;
}

/* One piece of a list: "*", "5", "1-5", each but the number alone with a step. */
static bool parse_piece(const struct field *field, struct text piece, uint64_t *bits,
                        struct error *err)
{
    size_t slash = text_find_byte(piece, '/');
    struct text range = text_slice(piece, 0, slash);
    unsigned first = field->least, last = field->most, step = 1;
    bool all = text_equal(range, TEXT("*"));
    if (!all && !parse_range(field, range, piece, &first, &last, err))
        return false;
    if (slash != TEXT_NONE) {
        if (!all && text_find_byte(range, '-') == TEXT_NONE)
            return wrong(field, piece, "needs a range before its step, such as 5-59/15", err);
        if (!parse_step(field, text_after(piece, slash + 1), piece, &step, err))
            return false;
    }
    for (unsigned n = first; n <= last; n += step)
        *bits |= (uint64_t)1 << n;
    return true;
}

static bool parse_field(const struct field *field, struct text text, uint64_t *ret_bits,
                        struct error *err)
{
    struct text rest = text, piece;
    *ret_bits = 0;
    if (text_ends(text, TEXT(",")))
        return wrong(field, text, "ends in a comma", err);
    while (text_take_until(&rest, ',', &piece))
        if (!parse_piece(field, piece, ret_bits, err))
            return false;
    return true;
}

/* Cuts at blanks; the number of fields, at most FIELDS + 1. */
static size_t cut_fields(struct text text, struct text pieces[FIELDS])
{
    size_t count = 0;
    struct text rest = text, piece;
    while (text_take_until(&rest, ' ', &piece)) {
        if (piece.length == 0)
            continue;
        if (count == FIELDS)
            return FIELDS + 1;
        pieces[count++] = piece;
    }
    return count;
}

/* A month that has none of the days is no reason to wait for ever. */
static bool check_possible(const struct cron *cron, struct error *err)
{
    static const int longest[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (cron->either_day)
        return true;
    for (int month = 1; month <= 12; month++)
        if (cron->months >> month & 1)
            for (int day = 1; day <= longest[month]; day++)
                if (cron->days >> day & 1)
                    return true;
    return error_set(err, FAULT_FILE,
                     "day of month: no month that is allowed has such a day, so it "
                     "is never due");
}

static bool parse_fields(struct text text, struct cron *ret_cron, struct error *err)
{
    struct text pieces[FIELDS];
    uint64_t bits[FIELDS];
    size_t count = cut_fields(text, pieces);
    if (count != FIELDS)
        return error_set(err, FAULT_FILE,
                         "has %s than five fields (minute hour day month weekday), such as "
                         "\"0 9 * * TUE\"",
                         count < FIELDS ? "fewer" : "more");
    for (size_t i = 0; i < FIELDS; i++)
        if (!parse_field(&fields[i], pieces[i], &bits[i], err))
            return false;
    *ret_cron = (struct cron){
        .minutes = bits[0],
        .hours = (uint32_t)bits[1],
        .days = (uint32_t)bits[DAY],
        .months = (uint32_t)bits[MONTH],
        .weekdays = (uint32_t)((bits[WEEKDAY] | bits[WEEKDAY] >> 7) & 0x7f),
        .either_day =
            !text_starts(pieces[DAY], TEXT("*")) && !text_starts(pieces[WEEKDAY], TEXT("*")),
    };
    return check_possible(ret_cron, err);
}

bool cron_parse(struct text text, struct cron *ret_cron, struct error *err)
{
    if (text.length > CRON_LENGTH)
        return error_set(err, FAULT_FILE, "is longer than %d bytes", CRON_LENGTH);
    if (!text_starts(text, TEXT("@")))
        return parse_fields(text, ret_cron, err);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (text_equal_nocase(text, text_of(words[i].word)))
            return parse_fields(text_of(words[i].meaning), ret_cron, err);
    return error_set(err, FAULT_FILE,
                     "\"%.*s\" is none of @hourly, @daily, @weekly, @monthly and @yearly",
                     TEXT_ARGS(text));
}
