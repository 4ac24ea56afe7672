/* Throttle: how fast a recipient domain, or a relay, is written to after it asked for less. */
#include "pacing/throttle.h"

#include "base/banned.h"

void throttle_wish(struct throttle *throttle, int64_t now_ms, double observed, int64_t rest_ms)
{
    if (throttle->active && now_ms < throttle->rests_until_ms)
        return;
    if (!throttle->active) {
        *throttle = (struct throttle){.active = true, .rate = observed};
        throttle->rate = observed > THROTTLE_FLOOR ? observed : THROTTLE_FLOOR;
        throttle->ceiling = throttle->rate;
    }
    throttle->halved++;
    throttle->rate = throttle->rate / 2 > THROTTLE_FLOOR ? throttle->rate / 2 : THROTTLE_FLOOR;
    throttle->rest_ms = throttle->rest_ms == 0 ? THROTTLE_REST_MS : throttle->rest_ms * 2;
    if (throttle->rest_ms > THROTTLE_REST_MAX_MS)
        throttle->rest_ms = THROTTLE_REST_MAX_MS;
    throttle->rests_until_ms = now_ms + (rest_ms > 0 ? rest_ms : throttle->rest_ms);
    throttle->step_ms = throttle->rests_until_ms;
    throttle->next_ms = throttle->rests_until_ms;
}

/* The rest shortens again as the rate recovers, so that an old grudge costs nothing. */
static void recover(struct throttle *throttle, int64_t now_ms)
{
    int64_t steps = (now_ms - throttle->step_ms) / THROTTLE_STEP_MS;
    if (steps <= 0)
        return;
    double step =
        throttle->ceiling / 20 > THROTTLE_FLOOR / 2 ? throttle->ceiling / 20 : THROTTLE_FLOOR / 2;
    throttle->rate += step * (double)steps;
    throttle->step_ms += steps * THROTTLE_STEP_MS;
    if (throttle->rate >= throttle->ceiling)
        throttle->rest_ms = 0;
    if (throttle->rate >= 2 * throttle->ceiling)
        *throttle = (struct throttle){0};
}

int64_t throttle_opens_ms(struct throttle *throttle, int64_t now_ms)
{
    if (throttle->active)
        recover(throttle, now_ms);
    return throttle->active ? throttle->next_ms : INT64_MIN;
}

void throttle_spend(struct throttle *throttle, int64_t now_ms)
{
    if (!throttle->active)
        return;
    int64_t from_ms = throttle->next_ms > now_ms ? throttle->next_ms : now_ms;
    throttle->next_ms = from_ms + (int64_t)(1000 / throttle->rate);
}
