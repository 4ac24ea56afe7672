/*
 * Route: the relays of the last sending in order of preference, which of them the mail goes
 * through, and since when and why not the others. For people to read; it decides nothing.
 */
#ifndef STORE_ROUTE_H
#define STORE_ROUTE_H

#include "base/arena.h"
#include "base/error.h"
#include "store/store.h"

struct route {
    struct text relay; /* as the journal names it */
    struct text url;
    int64_t used_ms;    /* in use since; 0: it is not */
    int64_t failing_ms; /* since when; 0: it does not */
    int64_t tried_ms;   /* when it last failed */
    struct text why;
};

/* These and no others from now on (relay and url count), the preferred first; what is known of them
 * stays. */
bool route_put(struct store *store, const struct route *routes, size_t count, struct error *err);
bool route_use(struct store *store, struct text relay, int64_t now_ms, struct error *err);
bool route_fail(struct store *store, struct text relay, struct text why, int64_t now_ms,
                struct error *err);
/* It took a message. */
bool route_answer(struct store *store, struct text relay, struct error *err);

enum { ROUTES = 64 };
bool route_list(struct store *store, struct arena *arena, struct route routes[ROUTES],
                size_t *ret_count, struct error *err);

#endif
