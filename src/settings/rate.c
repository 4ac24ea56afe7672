/* Rate: so many in any window of that length. */
#include "settings/rate.h"

#include "base/banned.h"

struct unit {
    const char *name;
    int64_t ms;
};

static const struct unit windows[] = {
    {"s", 1000},
    {"min", 60 * 1000},
    {"h", 60 * 60 * 1000},
    {"day", 24 * 60 * 60 * 1000},
};

static const struct unit durations[] = {
    {"d", 24 * 60 * 60 * 1000},
    {"h", 60 * 60 * 1000},
    {"m", 60 * 1000},
    {"s", 1000},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct unit *find_unit(const struct unit *units, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(text_of(units[i].name), name))
            return &units[i];
    return NULL;
}

/* Plain digits that do not begin with a zero, except for 0 itself: "010" is octal to some. */
static bool read_count(struct text text, uint64_t *ret_number)
{
    return text_to_number(text, ret_number) && (text.length == 1 || text.at[0] != '0');
}

bool rate_parse(struct text text, struct rate *ret_rate, struct error *err)
{
    struct text rest = text, count;
    uint64_t number = 0;
    const struct unit *window = NULL;
    if (text_take_until(&rest, '/', &count) && read_count(count, &number))
        window = find_unit(windows, COUNT(windows), rest);
    if (window == NULL || number == 0 || number > RATE_COUNT)
        return error_set(err, FAULT_FILE,
                         "must be a rate such as 14/s, 30/min, 500/h or 50000/day, not \"%.*s\"",
                         TEXT_ARGS(text_slice(text, 0, 64)));
    *ret_rate = (struct rate){(uint32_t)number, window->ms};
    return true;
}

const char *rate_format(struct rate rate, char text[RATE_TEXT])
{
    const char *name = "?";
    for (size_t i = 0; i < COUNT(windows); i++)
        if (windows[i].ms == rate.window_ms)
            name = windows[i].name;
    snprintf(text, RATE_TEXT, "%u/%s", (unsigned)rate.count, name);
    return text;
}

bool duration_parse(struct text text, int64_t *ret_ms, struct error *err)
{
    const int64_t longest = (int64_t)10 * 366 * 24 * 60 * 60 * 1000;
    uint64_t number = 0;
    const struct unit *unit = NULL;
    if (text.length > 1 && read_count(text_slice(text, 0, text.length - 1), &number))
        unit = find_unit(durations, COUNT(durations), text_after(text, text.length - 1));
    if (unit == NULL || number > (uint64_t)(longest / unit->ms))
        return error_set(err, FAULT_FILE,
                         "must be a length of time such as 30s, 15m, 24h or 3d, not \"%.*s\"",
                         TEXT_ARGS(text_slice(text, 0, 64)));
    *ret_ms = (int64_t)number * unit->ms;
    return true;
}

const char *duration_format(int64_t ms, char text[RATE_TEXT])
{
    size_t i = 0;
    while (i + 1 < COUNT(durations) && (ms == 0 || ms % durations[i].ms != 0))
        i++;
    snprintf(text, RATE_TEXT, "%lld%s", (long long)(ms / durations[i].ms), durations[i].name);
    return text;
}
