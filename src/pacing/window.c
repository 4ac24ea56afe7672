/* Window: at most so many messages in any stretch of time of one length. */
#include "pacing/window.h"

#include <string.h>

#include "base/banned.h"
#include "base/memory.h"

enum { FIRST_CAPACITY = 16 };

void window_close(struct window *window)
{
    memory_free(window->buckets);
    *window = (struct window){0};
}

static struct window_bucket *bucket_at(const struct window *window, size_t index)
{
    return &window->buckets[(window->first + index) % window->capacity];
}

static int64_t freed_ms(const struct window *window, const struct window_bucket *bucket)
{
    return bucket->newest_ms + window->rate.window_ms + WINDOW_CUT;
}

static void forget_old(struct window *window, int64_t now_ms)
{
    while (window->used > 0) {
        const struct window_bucket *oldest = bucket_at(window, 0);
        if (freed_ms(window, oldest) > now_ms)
            return;
        window->spent -= oldest->count;
        window->first = (window->first + 1) % window->capacity;
        window->used--;
    }
}

/* With `left` places taken: when there is one more. */
static int64_t place_ms(const struct window *window, uint64_t left)
{
    if (left < window->rate.count)
        return INT64_MIN;
    for (size_t i = 0; i < window->used; i++) {
        const struct window_bucket *bucket = bucket_at(window, i);
        left -= bucket->count;
        if (left < window->rate.count)
            return freed_ms(window, bucket);
    }
    return INT64_MAX;
}

int64_t window_opens_ms(struct window *window, int64_t now_ms)
{
    forget_old(window, now_ms);
    return place_ms(window, window->spent + window->flying);
}

int64_t window_promises_ms(struct window *window, int64_t now_ms)
{
    forget_old(window, now_ms);
    return place_ms(window, window->spent + window->flying + window->promised);
}

void window_promise(struct window *window)
{
    window->promised++;
}

void window_unpromise(struct window *window)
{
    must(window->promised > 0);
    window->promised--;
}

void window_begin(struct window *window)
{
    window_unpromise(window);
    window->flying++;
}

void window_drop(struct window *window)
{
    must(window->flying > 0);
    window->flying--;
}

static void grow(struct window *window)
{
    size_t capacity = window->capacity > 0 ? window->capacity * 2 : FIRST_CAPACITY;
    struct window_bucket *more = memory_take(capacity * sizeof(*more));
    for (size_t i = 0; i < window->used; i++)
        more[i] = *bucket_at(window, i);
    memory_free(window->buckets);
    window->buckets = more;
    window->capacity = capacity;
    window->first = 0;
}

/* Small counts keep every message's own time. */
static int64_t grain_of(struct rate rate)
{
    return rate.count <= WINDOW_EXACT ? 0 : rate.window_ms / WINDOW_BUCKETS;
}

static void add(struct window *window, int64_t at_ms, uint32_t count)
{
    int64_t grain_ms = grain_of(window->rate);
    struct window_bucket *youngest = NULL;
    if (window->used > 0)
        youngest = bucket_at(window, window->used - 1);
    if (youngest != NULL && youngest->newest_ms > at_ms)
        at_ms = youngest->newest_ms; /* the ring stays in order, and nobody grows older */
    window->spent += count;
    if (youngest != NULL &&
        (youngest->newest_ms == at_ms ||
         (grain_ms > 0 && youngest->newest_ms / grain_ms == at_ms / grain_ms))) {
        youngest->newest_ms = at_ms;
        youngest->count += count;
        return;
    }
    if (window->used == window->capacity)
        grow(window);
    window->used++;
    *bucket_at(window, window->used - 1) = (struct window_bucket){at_ms, count};
}

void window_spend(struct window *window, int64_t now_ms)
{
    window_drop(window);
    forget_old(window, now_ms);
    add(window, now_ms, 1);
}

void window_recall(struct window *window, int64_t at_ms, uint32_t count)
{
    add(window, at_ms, count);
}
