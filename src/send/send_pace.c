/* Pace: at most so many messages in any window of so long. */
#include "send/send_pace.h"

#include "base/banned.h"
#include "base/memory.h"

/* Small limits keep every message's own time. */
static size_t buckets_of(struct rate rate)
{
    return rate.count <= PACE_EXACT ? rate.count : PACE_BUCKETS;
}

void pace_open(struct pace *pace, const struct rate *limits, size_t count)
{
    *pace = (struct pace){.count = count};
    must(count <= PACE_LIMITS);
    for (size_t i = 0; i < count; i++) {
        struct pace_window *window = &pace->windows[i];
        window->rate = limits[i];
        window->capacity = buckets_of(limits[i]);
        window->grain_ms =
            limits[i].count <= PACE_EXACT ? 0 : limits[i].window_ms / (PACE_BUCKETS - 2) + 1;
        window->buckets = memory_take(window->capacity * sizeof(*window->buckets));
    }
}

void pace_close(struct pace *pace)
{
    for (size_t i = 0; i < pace->count; i++)
        memory_free(pace->windows[i].buckets);
    pace->count = 0;
}

static void forget_old(struct pace_window *window, int64_t now_ms)
{
    while (window->used > 0) {
        struct pace_bucket *oldest = &window->buckets[window->first];
        if (oldest->newest_ms + window->rate.window_ms > now_ms)
            return;
        window->spent -= oldest->count;
        window->first = (window->first + 1) % window->capacity;
        window->used--;
    }
}

uint64_t pace_room(struct pace *pace, int64_t now_ms)
{
    uint64_t room = UINT64_MAX;
    for (size_t i = 0; i < pace->count; i++) {
        struct pace_window *window = &pace->windows[i];
        forget_old(window, now_ms);
        uint64_t busy = window->spent + pace->reserved;
        uint64_t here = window->rate.count > busy ? window->rate.count - busy : 0;
        room = here < room ? here : room;
    }
    return room;
}

void pace_reserve(struct pace *pace)
{
    pace->reserved++;
}

void pace_release(struct pace *pace)
{
    must(pace->reserved > 0);
    pace->reserved--;
}

static void spend_in(struct pace_window *window, int64_t now_ms)
{
    forget_old(window, now_ms);
    must(window->spent < window->rate.count);
    window->spent++;
    if (window->used > 0) {
        size_t last = (window->first + window->used - 1) % window->capacity;
        struct pace_bucket *youngest = &window->buckets[last];
        int64_t grain_ms = window->grain_ms;
        if (grain_ms > 0 && youngest->newest_ms / grain_ms == now_ms / grain_ms) {
            youngest->newest_ms = now_ms;
            youngest->count++;
            return;
        }
    }
    must(window->used < window->capacity);
    size_t next = (window->first + window->used++) % window->capacity;
    window->buckets[next] = (struct pace_bucket){now_ms, 1};
}

void pace_spend(struct pace *pace, int64_t now_ms)
{
    pace_release(pace);
    for (size_t i = 0; i < pace->count; i++)
        spend_in(&pace->windows[i], now_ms);
}

int64_t pace_next_ms(const struct pace *pace)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < pace->count; i++) {
        const struct pace_window *window = &pace->windows[i];
        if (window->used == 0 || window->spent + pace->reserved < window->rate.count)
            continue;
        int64_t freed = window->buckets[window->first].newest_ms + window->rate.window_ms;
        next = freed < next ? freed : next;
    }
    return next;
}
