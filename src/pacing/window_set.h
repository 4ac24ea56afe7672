/* Window set: windows that a message has to pass together. */
#ifndef PACING_WINDOW_SET_H
#define PACING_WINDOW_SET_H

#include "base/text.h"
#include "pacing/window.h"

struct window_set {
    struct text name; /* of a campaign or a group; else empty */
    struct window *windows;
    size_t count;
};

/* A window for each rate, and `room` for more behind them. */
void window_set_fill(struct window_set *set, const struct rate *rates, size_t count, size_t room);
void window_set_close(struct window_set *set);

/* Of these, NULL is a set without windows, through which everything goes. */

/* When all windows have a place, each by `place_ms`; INT64_MIN: always. */
int64_t window_set_ask(struct window_set *set, int64_t (*place_ms)(struct window *, int64_t),
                       int64_t now_ms);
void window_set_each(struct window_set *set, void (*act)(struct window *));
void window_set_spend(struct window_set *set, int64_t now_ms);
void window_set_recall(struct window_set *set, int64_t at_ms, uint32_t count);

#endif
