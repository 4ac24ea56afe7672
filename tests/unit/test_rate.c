/* Rate: so many in a window, and lengths of time. */
#include "check.h"

#include "settings/rate.h"

static const struct {
    const char *promise, *text;
    long long count, window_ms; /* 0: refused */
} rates[] = {
    {"so many a second", "14/s", 14, 1000},
    {"a minute", "30/min", 30, 60000},
    {"an hour", "500/h", 500, 3600000},
    {"a day", "50000/day", 50000, 86400000},
    {"the most there may be", "1000000000/day", 1000000000, 86400000},
    {"one more is refused", "1000000001/day", 0, 0},
    {"none is refused: pause instead", "0/s", 0, 0},
    {"a number alone is refused", "14", 0, 0},
    {"a unit alone is refused", "/s", 0, 0},
    {"another unit is refused", "14/m", 0, 0},
    {"blanks are refused", "14 /s", 0, 0},
    {"a sign is refused", "-1/s", 0, 0},
    {"a fraction is refused", "0.5/s", 0, 0},
    {"zeros in front are refused", "010/s", 0, 0},
    {"more behind it is refused", "14/s/s", 0, 0},
    {"a number beyond all bounds is refused", "99999999999999999999/s", 0, 0},
    {"nothing is refused", "", 0, 0},
};

static const struct {
    const char *promise, *text;
    long long ms; /* -1: refused */
} durations[] = {
    {"seconds", "30s", 30000},
    {"minutes", "15m", 900000},
    {"hours", "24h", 86400000},
    {"days", "3d", 259200000},
    {"nothing is a length too", "0s", 0},
    {"ten years", "3660d", 316224000000},
    {"more is refused", "3661d", -1},
    {"what overflows is refused", "99999999999999999d", -1},
    {"a number alone is refused", "24", -1},
    {"a unit alone is refused", "h", -1},
    {"two units are refused", "1h30m", -1},
    {"a fraction is refused", "1.5h", -1},
    {"zeros in front are refused", "01h", -1},
};

static const struct {
    const char *promise, *text;
    long long ms;
} formats[] = {
    {"a day is a day", "1d", 86400000},
    {"ninety seconds have no larger unit", "90s", 90000},
    {"ninety minutes", "90m", 5400000},
    {"nothing", "0s", 0},
};

int main(void)
{
    char text[RATE_TEXT];
    struct error err;
    for (size_t i = 0; i < COUNT_OF(rates); i++) {
        struct rate rate = {0};
        bool read = rate_parse(text_of(rates[i].text), &rate, &err);
        check(rates[i].promise, read == (rates[i].count > 0));
        check_number(rates[i].promise, rate.count, rates[i].count);
        check_number(rates[i].promise, rate.window_ms, rates[i].window_ms);
        if (read)
            check_text("is written as it was read", text_of(rate_format(rate, text)),
                       text_of(rates[i].text));
    }
    for (size_t i = 0; i < COUNT_OF(durations); i++) {
        int64_t ms = -1;
        bool read = duration_parse(text_of(durations[i].text), &ms, &err);
        check(durations[i].promise, read == (durations[i].ms >= 0));
        check_number(durations[i].promise, ms, durations[i].ms);
    }
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        check_text(formats[i].promise, text_of(duration_format(formats[i].ms, text)),
                   text_of(formats[i].text));
    return check_done();
}
