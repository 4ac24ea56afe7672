/* Cron: what five fields mean, and what is said about those that mean nothing. */
#include "base/clock.h"
#include "calendar/cron.h"
#include "check.h"

static int64_t wall(const char *string)
{
    struct civil civil;
    if (!civil_parse(string, &civil))
        abort();
    return civil_to_ms(civil);
}

static const struct {
    const char *promise, *cron, *from, *next;
} nexts[] = {
    {"a minute that is meant is its own next", "0 9 * * *", "2026-12-01T09:00", "2026-12-01T09:00"},
    {"a minute that has begun is over", "0 9 * * *", "2026-12-01T09:00:01", "2026-12-02T09:00"},
    {"weekdays have names", "0 9 * * TUE", "2026-11-26T00:00", "2026-12-01T09:00"},
    {"names in any case", "0 9 * dec tue", "2026-11-26T00:00", "2026-12-01T09:00"},
    {"7 is Sunday as 0 is", "0 0 * * 7", "2026-12-01T00:00", "2026-12-06T00:00"},
    {"a weekend", "0 0 * * FRI-SUN", "2026-12-05T01:00", "2026-12-06T00:00"},
    {"a range of names", "0 0 * * MON-FRI", "2026-12-05T00:00", "2026-12-07T00:00"},
    {"steps begin at the least", "*/20 * * * *", "2026-12-01T09:41", "2026-12-01T10:00"},
    {"steps in a range", "5-35/15 * * * *", "2026-12-01T09:21", "2026-12-01T09:35"},
    {"steps of days begin at 1", "0 0 */10 * *", "2026-12-02T00:00", "2026-12-11T00:00"},
    {"a list", "0 8,12,17 * * *", "2026-12-01T12:01", "2026-12-01T17:00"},
    {"day or weekday when both are given", "0 0 13 * FRI", "2026-12-05T00:00", "2026-12-11T00:00"},
    {"… the day as well", "0 0 13 * FRI", "2026-12-12T00:00", "2026-12-13T00:00"},
    {"day and weekday when one begins with a star", "0 0 */2 * MON", "2026-12-01T00:00",
     "2026-12-07T00:00"},
    {"a leap day", "0 0 29 2 *", "2026-12-01T00:00", "2028-02-29T00:00"},
    {"a leap day across a century", "0 0 29 2 *", "2096-03-01T00:00", "2104-02-29T00:00"},
    {"the 31st skips short months", "0 0 31 * *", "2026-02-01T00:00", "2026-03-31T00:00"},
    {"into the next year", "59 23 1 1 *", "2026-01-02T00:00", "2027-01-01T23:59"},
    {"@weekly is Sunday's midnight", "@weekly", "2026-12-01T00:00", "2026-12-06T00:00"},
    {"@monthly", "@monthly", "2026-12-01T00:01", "2027-01-01T00:00"},
    {"@yearly", "@annually", "2026-12-01T00:01", "2027-01-01T00:00"},
    {"@hourly", "@Hourly", "2026-12-01T00:01", "2026-12-01T01:00"},
    {"several blanks", " 0  9 * *   * ", "2026-12-01T00:00", "2026-12-01T09:00"},
};

static const struct {
    const char *promise, *cron, *from, *previous;
} previouses[] = {
    {"a minute that is meant is its own last", "0 9 * * *", "2026-12-01T09:00", "2026-12-01T09:00"},
    {"seconds do not end it", "0 9 * * *", "2026-12-01T09:00:59", "2026-12-01T09:00"},
    {"the day before", "0 9 * * *", "2026-12-01T08:59", "2026-11-30T09:00"},
    {"the hour before", "45 * * * *", "2026-12-01T09:30", "2026-12-01T08:45"},
    {"the month before", "0 0 31 * *", "2026-12-30T00:00", "2026-10-31T00:00"},
    {"the year before", "30 5 * 6 *", "2026-05-31T00:00", "2025-06-30T05:30"},
    {"minute 59 and hour 23", "59 23 * * *", "2026-12-01T23:58", "2026-11-30T23:59"},
};

static const struct {
    const char *cron, *said;
} mistakes[] = {
    {"0 9 * *",
     "has fewer than five fields (minute hour day month weekday), such as \"0 9 * * TUE\""},
    {"0 9 * * * *", "has more than five fields (minute hour day month weekday), such as \"0 9 * * "
                    "TUE\""},
    {"60 9 * * *", "minute \"60\": is out of range; allowed are 0-59, with * , - and /"},
    {"0 24 * * *", "hour \"24\": is out of range; allowed are 0-23, with * , - and /"},
    {"0 9 0 * *", "day of month \"0\": is out of range; allowed are 1-31, with * , - and /"},
    {"0 9 * 13 *", "month \"13\": is out of range; allowed are 1-12 or JAN-DEC, with * , - and /"},
    {"0 9 * * 8",
     "weekday \"8\": is out of range; allowed are 0-7 or SUN-SAT, 0 and 7 being Sunday, "
     "with * , - and /"},
    {"0 9 * * TUES",
     "weekday \"TUES\": is no number and no name of one; allowed are 0-7 or SUN-SAT, 0 "
     "and 7 being Sunday, with * , - and /"},
    {"TUE 9 * * *", "minute \"TUE\": is no number; allowed are 0-59, with * , - and /"},
    {"0 22-2 * * *",
     "hour \"22-2\": runs backwards; write it as two ranges; allowed are 0-23, with * , - and /"},
    {"5/15 * * * *",
     "minute \"5/15\": needs a range before its step, such as 5-59/15; allowed are 0-59, "
     "with * , - and /"},
    {"*/0 * * * *", "minute \"*/0\": has no such step; allowed are 0-59, with * , - and /"},
    {"*/ * * * *", "minute \"*/\": has no such step; allowed are 0-59, with * , - and /"},
    {"1, * * * *", "minute \"1,\": ends in a comma; allowed are 0-59, with * , - and /"},
    {"1,,2 * * * *", "minute \"\": is no number; allowed are 0-59, with * , - and /"},
    {"-5 * * * *", "minute \"-5\": is no number; allowed are 0-59, with * , - and /"},
    {"0 9 L * *", "day of month \"L\": is no number; allowed are 1-31, with * , - and /"},
    {"0 9 31 2,4 *", "day of month: no month that is allowed has such a day, so it is never due"},
    {"@reboot", "\"@reboot\" is none of @hourly, @daily, @weekly, @monthly and @yearly"},
    {"", "has fewer than five fields (minute hour day month weekday), such as \"0 9 * * TUE\""},
    {"18446744073709551616 * * * *",
     "minute \"18446744073709551616\": is no number; allowed are 0-59, "
     "with * , - and /"},
};

static void check_both_ways(void)
{
    struct cron cron;
    struct error err;
    int64_t found;
    for (size_t i = 0; i < COUNT_OF(nexts); i++)
        check(nexts[i].promise, cron_parse(text_of(nexts[i].cron), &cron, &err) &&
                                    cron_next(&cron, wall(nexts[i].from), &found) &&
                                    found == wall(nexts[i].next));
    for (size_t i = 0; i < COUNT_OF(previouses); i++)
        check(previouses[i].promise, cron_parse(text_of(previouses[i].cron), &cron, &err) &&
                                         cron_previous(&cron, wall(previouses[i].from), &found) &&
                                         found == wall(previouses[i].previous));
}

static void check_mistakes(void)
{
    struct cron cron;
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        struct error err = {0};
        check("it is refused", !cron_parse(text_of(mistakes[i].cron), &cron, &err));
        check_text("and says why", text_of(err.message), text_of(mistakes[i].said));
    }
}

static void check_ends(void)
{
    struct cron cron;
    struct error err;
    int64_t found;
    cron_parse(TEXT("0 0 1 1 *"), &cron, &err);
    check("the calendar ends", !cron_next(&cron, wall("9999-01-01T00:01"), &found));
    check("and begins", !cron_previous(&cron, wall("0001-01-01") - 1, &found));
}

int main(void)
{
    check_both_ways();
    check_mistakes();
    check_ends();
    return check_done();
}
