/* Pace: what a recipient domain, or a relay, asked for, so that `status` can tell and the next
 * dispatcher begins there. */
#ifndef STORE_PACE_H
#define STORE_PACE_H

#include "base/error.h"
#include "store/store.h"

struct pace_line {
    struct text relay, domain; /* domain empty: the relay itself */
    double rate, ceiling;      /* messages a second, now and when it first complained */
    int64_t rests_until_ms, rest_ms;
    unsigned halved;
    int64_t since_ms, moved_ms;
    struct text why; /* the reply */
};

bool pace_put(struct store *store, const struct pace_line *line, struct error *err);
bool pace_drop(struct store *store, struct text relay, struct text domain, struct error *err);

/* Texts live until the visitor returns. `domain_id` is 0 for the relay. */
typedef bool pace_visit(void *self, const struct pace_line *line, int64_t domain_id,
                        struct error *err);
bool pace_list(struct store *store, pace_visit *visit, void *self, struct error *err);

#endif
