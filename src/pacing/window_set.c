/* Window set: each of the windows in turn. */
#include "pacing/window_set.h"

#include "base/banned.h"
#include "base/memory.h"

void window_set_fill(struct window_set *set, const struct rate *rates, size_t count, size_t room)
{
    set->windows = memory_take((count + room) * sizeof(*set->windows));
    set->count = count;
    for (size_t i = 0; i < count; i++)
        set->windows[i].rate = rates[i];
}

void window_set_close(struct window_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        window_close(&set->windows[i]);
    memory_free(set->windows);
}

int64_t window_set_ask(struct window_set *set, int64_t (*place_ms)(struct window *, int64_t),
                       int64_t now_ms)
{
    int64_t latest_ms = INT64_MIN;
    for (size_t i = 0; set != NULL && i < set->count; i++) {
        int64_t opens_ms = place_ms(&set->windows[i], now_ms);
        latest_ms = opens_ms > latest_ms ? opens_ms : latest_ms;
    }
    return latest_ms;
}

void window_set_each(struct window_set *set, void (*act)(struct window *))
{
    for (size_t i = 0; set != NULL && i < set->count; i++)
        act(&set->windows[i]);
}

void window_set_spend(struct window_set *set, int64_t now_ms)
{
    for (size_t i = 0; set != NULL && i < set->count; i++)
        window_spend(&set->windows[i], now_ms);
}

void window_set_recall(struct window_set *set, int64_t at_ms, uint32_t count)
{
    for (size_t i = 0; set != NULL && i < set->count; i++)
        window_recall(&set->windows[i], at_ms, count);
}
