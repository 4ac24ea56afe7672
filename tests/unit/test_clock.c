/* Clock: the calendar. */
#include "base/clock.h"
#include "check.h"

static const struct {
    const char *promise, *string;
    bool reads;
    long long seconds;
} cases[] = {
    {"the epoch", "1970-01-01", true, 0},
    {"a leap day", "2024-02-29T12:00", true, 1709208000},
    {"no leap day in 2023", "2023-02-29", false, 0},
    {"a century that is no leap year", "2100-03-01", true, 4107542400},
    {"seconds and a Z", "2026-12-01T09:00:01Z", true, 1796115601},
    {"before the epoch", "1969-12-31T23:59:59", true, -1},
    {"no 24th hour", "2026-12-01T24:00", false, 0},
    {"no blanks", "2026-12-01 09:00", false, 0},
    {"no sign in a field", "2026-+1-01", false, 0},
};

int main(void)
{
    struct civil civil;
    char iso[CIVIL_ISO];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool reads = civil_parse(cases[i].string, &civil);
        check(cases[i].promise, reads == cases[i].reads);
        if (reads)
            check_number(cases[i].promise, civil_to_ms(civil), cases[i].seconds * 1000);
    }
    check_text("and back", text_of(civil_iso(1796115601000, iso)), TEXT("2026-12-01T09:00:01Z"));
    check_number("that is a Tuesday", civil_of(1796115601000).weekday, 2);
    check_number("month 13 is next January",
                 civil_of(civil_to_ms((struct civil){.year = 2026, .month = 13, .day = 1})).year,
                 2027);
    return check_done();
}
