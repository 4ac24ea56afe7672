/* Breaker's memory: the last results of an edition, so that restarts do not blind it. */
#ifndef STORE_BREAKER_H
#define STORE_BREAKER_H

#include "base/arena.h"
#include "base/error.h"
#include "store/store.h"

/* `ret_results`: a byte each, the oldest first; empty when there is none. */
bool breaker_read(struct store *store, struct arena *arena, int64_t edition_id,
                  struct text *ret_results, int64_t *ret_forgiven, struct error *err);
bool breaker_write(struct store *store, int64_t edition_id, struct text results, int64_t forgiven,
                   struct error *err);
/* Complaints that came home about an edition. */
bool breaker_complaints(struct store *store, int64_t edition_id, int64_t *ret_count,
                        struct error *err);

#endif
