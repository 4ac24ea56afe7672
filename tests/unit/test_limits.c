/* Limits: no window holds more than granted, whatever the schedule; little is lost to caution; a
 * domain that asks for less gets less; the breaker trips when it should. */
#include "base/random.h"
#include "check.h"
#include "pacing/breaker.h"
#include "pacing/limits.h"
#include "pacing/throttle.h"
#include "pacing/window.h"

enum { SCHEDULES = 1000, SENT = 40000, AIRBORNE = 16 };

/* One message as the server sees it: taken at some moment between its INTENT and its end. */
struct trip {
    int64_t ends_ms;
    bool lost; /* its process died; nobody will tell its end */
};

struct world {
    struct random random;
    struct rate rate;
    struct window window;
    struct trip trips[AIRBORNE];
    size_t airborne;
    int64_t taken_ms[SENT]; /* by the server */
    int64_t ended_ms[SENT]; /* as the journal has it */
    size_t taken, ended;
};

static void take_one(struct world *world, int64_t now_ms, int64_t longest_ms)
{
    int64_t trip_ms = (int64_t)random_below(&world->random, (uint64_t)longest_ms + 1);
    world->trips[world->airborne++] = (struct trip){.ends_ms = now_ms + trip_ms};
    world->taken_ms[world->taken++] =
        now_ms + (int64_t)random_below(&world->random, (uint64_t)trip_ms + 1);
    window_promise(&world->window);
    window_begin(&world->window);
}

static void land(struct world *world, int64_t now_ms)
{
    for (size_t i = 0; i < world->airborne;) {
        if (world->trips[i].ends_ms > now_ms) {
            i++;
            continue;
        }
        window_spend(&world->window, now_ms);
        world->ended_ms[world->ended++] = now_ms;
        world->trips[i] = world->trips[--world->airborne];
    }
}

/* A kill: what was on its way ends, for the journal, when the next process opens. */
static void restart(struct world *world, int64_t now_ms)
{
    for (; world->airborne > 0; world->airborne--)
        world->ended_ms[world->ended++] = now_ms;
    window_close(&world->window);
    world->window = (struct window){.rate = world->rate};
    for (size_t i = 0; i < world->ended; i++)
        if (world->ended_ms[i] + world->rate.window_ms >= now_ms - 1)
            window_recall(&world->window, world->ended_ms[i], 1);
}

static int by_time(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return one < other ? -1 : one > other;
}

/* The most that any window holds, by another way of counting than the window's own. */
static size_t most_in(int64_t *times_ms, size_t count, int64_t window_ms)
{
    size_t most = 0, first = 0;
    qsort(times_ms, count, sizeof(*times_ms), by_time);
    for (size_t last = 0; last < count; last++) {
        while (times_ms[first] <= times_ms[last] - window_ms)
            first++;
        most = last - first + 1 > most ? last - first + 1 : most;
    }
    return most;
}

/* True when no window held too many. */
static bool run_schedule(uint64_t seed, double *ret_rate)
{
    static struct world world;
    static const int64_t lengths_ms[] = {1000, 60000, 3600000};
    memset(&world, 0, sizeof(world));
    world.random = random_seeded(seed);
    size_t kind = random_below(&world.random, 3);
    world.rate = (struct rate){(uint32_t)random_below(&world.random, kind == 0 ? 40 : 3000) + 1,
                               lengths_ms[kind]};
    world.window.rate = world.rate;
    int64_t step_ms = world.rate.window_ms / 500, span_ms = 6 * world.rate.window_ms;
    int64_t longest_ms = (int64_t)random_below(&world.random, (uint64_t)step_ms + 1);
    unsigned kills = (unsigned)random_below(&world.random, 4);
    for (int64_t now_ms = 0; now_ms < span_ms; now_ms += step_ms) {
        land(&world, now_ms);
        if (kills > 0 && random_below(&world.random, 1000) == 0)
            restart(&world, now_ms);
        while (world.airborne < AIRBORNE && world.taken < SENT &&
               window_opens_ms(&world.window, now_ms) <= now_ms)
            take_one(&world, now_ms, longest_ms);
    }
    size_t most = most_in(world.taken_ms, world.taken, world.rate.window_ms);
    *ret_rate = (double)world.taken / ((double)world.rate.count * 6);
    window_close(&world.window);
    return most <= world.rate.count;
}

static void a_thousand_schedules(void)
{
    unsigned exceeded = 0;
    double rate, sum = 0;
    for (uint64_t seed = 1; seed <= SCHEDULES; seed++) {
        exceeded += !run_schedule(seed, &rate);
        sum += rate;
    }
    check_number("of a thousand schedules with kills, no window is exceeded", exceeded, 0);
    check("and they send nearly what is granted", sum / SCHEDULES > 0.95);
    printf("mean share of the granted: %.3f\n", sum / SCHEDULES);
}

/* One message after another, at once when there is a place. */
static double steady_rate(struct rate rate, int64_t trip_ms, int64_t span_ms)
{
    struct window window = {.rate = rate};
    int64_t ends_ms[4096];
    size_t count = 0, landed = 0;
    uint64_t sent = 0;
    for (int64_t now_ms = 0; now_ms < span_ms; now_ms++) {
        for (; landed < count && ends_ms[landed % 4096] <= now_ms; landed++)
            window_spend(&window, now_ms);
        while (count - landed < 4096 && window_opens_ms(&window, now_ms) <= now_ms) {
            window_promise(&window);
            window_begin(&window);
            ends_ms[count++ % 4096] = now_ms + trip_ms;
            sent++;
        }
    }
    window_close(&window);
    return (double)sent * 1000 / (double)span_ms;
}

static void little_is_lost(void)
{
    static const struct {
        const char *promise;
        struct rate rate;
        int64_t trip_ms, span_ms;
        double least;
    } cases[] = {
        {"14/s over a minute", {14, 1000}, 2, 60000, 13.8},
        {"14/s, ten milliseconds away", {14, 1000}, 10, 60000, 13.8},
        {"30/min over an hour", {30, 60000}, 200, 3600000, 0.49},
        {"50,000/day over a day", {50000, 86400000}, 20, 86400000, 0.57},
        {"5,000/s, in buckets", {5000, 1000}, 1, 20000, 4900},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check(cases[i].promise,
              steady_rate(cases[i].rate, cases[i].trip_ms, cases[i].span_ms) >= cases[i].least);
}

/* Promises are given for places that open; the INTENT asks again. */
static void a_promise(void)
{
    struct window window = {.rate = {2, 1000}};
    for (int64_t at_ms = 0; at_ms < 2; at_ms++) {
        window_promise(&window);
        window_begin(&window);
    }
    check("while the end of both is open nobody knows",
          window_promises_ms(&window, 5) == INT64_MAX);
    window_spend(&window, 10);
    window_spend(&window, 30);
    check_number("a place opens one window behind an end", window_promises_ms(&window, 40), 1011);
    window_promise(&window);
    check_number("the next promise is for the next place", window_promises_ms(&window, 40), 1031);
    check_number("whatever is promised, an INTENT may take the first", window_opens_ms(&window, 40),
                 1011);
    check("which is not free a moment before, but then",
          window_opens_ms(&window, 1010) > 1010 && window_opens_ms(&window, 1011) <= 1011);
    window_begin(&window);
    check_number("it is taken", window_opens_ms(&window, 1011), 1031);
    window_drop(&window);
    check("until it was not completed", window_opens_ms(&window, 1011) <= 1011);
    window_close(&window);
}

static void a_wish_halves(void)
{
    struct throttle throttle = {0};
    check("without a wish anything goes", throttle_opens_ms(&throttle, 0) == INT64_MIN);
    throttle_wish(&throttle, 1000, 8, 0);
    check("a wish halves", throttle.rate > 3.99 && throttle.rate < 4.01);
    check_number("and rests", throttle_opens_ms(&throttle, 1000), 6000);
    throttle_wish(&throttle, 2000, 8, 0);
    check_number("what is said meanwhile is the same wish", throttle.halved, 1);
    throttle_wish(&throttle, 7000, 8, 0);
    check("another halves again", throttle.rate > 1.99 && throttle.rate < 2.01);
    check_number("and rests twice as long", throttle_opens_ms(&throttle, 7000), 17000);
    throttle_spend(&throttle, 17000);
    check_number("then one after another", throttle_opens_ms(&throttle, 17000), 17500);
    throttle_opens_ms(&throttle, 27000);
    check("a step recovers a twentieth", throttle.rate > 2.39 && throttle.rate < 2.41);
    check("in the end it is forgotten", throttle_opens_ms(&throttle, 10000000) == INT64_MIN);
}

static void the_breaker(void)
{
    static const struct {
        const char *promise;
        enum breaker_result result;
        unsigned count;
        int64_t sent, complaints;
        bool trips;
    } cases[] = {
        {"a full mailbox is no harm", BREAKER_OTHER, 200, 0, 0, false},
        {"ten hard bounces of two hundred are five percent", BREAKER_BOUNCED, 10, 0, 0, false},
        {"eleven are more", BREAKER_BOUNCED, 11, 0, 0, true},
        {"four refusals may be chance", BREAKER_REFUSED, 4, 0, 0, false},
        {"five in a row are not", BREAKER_REFUSED, 5, 0, 0, true},
        {"one complaint is a reader", BREAKER_FINE, 1, 100, 1, false},
        {"two about a hundred are too many", BREAKER_FINE, 1, 100, 2, true},
        {"two about ten thousand are few", BREAKER_FINE, 1, 10000, 2, false},
    };
    static const struct breaker_config config = {
        .bounces = 5, .complaints = 0.1, .window = 200, .refusals = 5};
    char why[BREAKER_WHY];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct breaker breaker = {0};
        for (unsigned k = 0; k < cases[i].count; k++)
            breaker_note(&breaker, &config, cases[i].result);
        bool trips = breaker_trips(&breaker, &config, cases[i].sent, cases[i].complaints, why);
        check(cases[i].promise, trips == cases[i].trips);
        check("once it tripped it begins anew",
              !breaker_trips(&breaker, &config, cases[i].sent, cases[i].complaints, why));
    }
}

static void the_warm_up(void)
{
    const int64_t start_ms = civil_to_ms((struct civil){.year = 2026, .month = 12, .day = 1});
    const int64_t day_ms = 86400000;
    const struct warmup warmup = {
        .start = {.given = true, .civil = {.year = 2026, .month = 12, .day = 1}},
        .first_day = 200,
        .factor = 1.5};
    check_number("before it nothing is bounded", limits_warmup_cap(&warmup, start_ms - 1), 0);
    check_number("the first day", limits_warmup_cap(&warmup, start_ms), 200);
    check_number("to its end", limits_warmup_cap(&warmup, start_ms + day_ms - 1), 200);
    check_number("the second", limits_warmup_cap(&warmup, start_ms + day_ms), 300);
    check_number("the third", limits_warmup_cap(&warmup, start_ms + 2 * day_ms), 450);
    check_number("one day it is over", limits_warmup_cap(&warmup, start_ms + 100 * day_ms), 0);
}

int main(void)
{
    a_thousand_schedules();
    little_is_lost();
    a_promise();
    a_wish_halves();
    the_breaker();
    the_warm_up();
    return check_done();
}
