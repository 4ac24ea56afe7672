/* Forecast: when an edition is done, by the slowest of all limits and by group. */
#include "check.h"
#include "pacing/forecast.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
#define DAY ((int64_t)24 * HOUR)

static struct rate second_14[] = {{14, SECOND}}, minute_10[] = {{10, MINUTE}};
static struct rate many[] = {{14, SECOND}, {500, DAY}};

static const struct {
    const char *promise;
    struct rate_list relay, campaign, group, others;
    int64_t warmup;
    int64_t in_group, alone; /* messages: to the group's two domains each, to each of 10 others */
    int64_t duration_ms;
    const char *last; /* the group that is done last */
} cases[] = {
    {"without limits nobody waits", .in_group = 50, .alone = 50, .last = "others"},
    {"the relay's limit: 600 are 43 windows", .relay = {second_14, 1}, .in_group = 50, .alone = 50,
     .duration_ms = 42 * SECOND, .last = "others"},
    {"the campaign's holds as well", .relay = {second_14, 1}, .campaign = {minute_10, 1},
     .in_group = 50, .alone = 50, .duration_ms = 59 * MINUTE, .last = "others"},
    {"of several the slowest: 600 are two days", .relay = {many, 2}, .in_group = 50, .alone = 50,
     .duration_ms = DAY, .last = "others"},
    {"a group shares its own: 100 at 10 a minute, the others do not wait for it",
     .relay = {second_14, 1}, .group = {minute_10, 1}, .in_group = 50, .alone = 50,
     .duration_ms = 9 * MINUTE, .last = "group"},
    {"by default each other domain has its own: 50 at 10 a minute", .others = {minute_10, 1},
     .in_group = 0, .alone = 50, .duration_ms = 4 * MINUTE, .last = "others"},
    {"a warm-up of 100 and half more each day: 600 are out on the fourth", .warmup = 100,
     .in_group = 50, .alone = 50, .duration_ms = 3 * DAY, .last = "others"},
};

static void each_case(void)
{
    const struct civil today = {.year = 2026, .month = 12, .day = 1};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ARENA(arena);
        struct forecast_domain domains[12] = {{TEXT("one.example"), cases[i].in_group},
                                              {TEXT("two.example"), cases[i].in_group}};
        for (int k = 0; k < 10; k++)
            domains[2 + k] =
                (struct forecast_domain){arena_printf(&arena, "d%d.example", k), cases[i].alone};
        struct text match[] = {TEXT("one.example"), TEXT("two.example")};
        struct domain_group groups[] = {
            {.name = TEXT("group"), .match = {match, 2}, .limits = cases[i].group},
            {.name = TEXT("default"), .limits = cases[i].others}};
        struct relay_config relay = {.limits = cases[i].relay,
                                     .warmup = {.start = {.given = true, .civil = today},
                                                .first_day = cases[i].warmup,
                                                .factor = 1.5}};
        const struct config config = {.relay = {&relay, 1}, .domains = {groups, 2}};
        const struct campaign campaign = {.send = {.limits = cases[i].campaign}};
        struct forecast forecast;
        forecast_of(&forecast, &arena, &config, &campaign, domains, 12, civil_to_ms(today));
        check_number(cases[i].promise, forecast.duration_ms, cases[i].duration_ms);
        check_text("the group that is done last comes first", forecast.groups[0].name,
                   text_of(cases[i].last));
        check_number("every message is in a group",
                     forecast.groups[0].count + forecast.groups[1].count,
                     2 * cases[i].in_group + 10 * cases[i].alone);
        check_number("the sparkline has its columns", (int64_t)strlen(forecast.spark),
                     FORECAST_SPARK - 1);
    }
}

int main(void)
{
    each_case();
    return check_done();
}
