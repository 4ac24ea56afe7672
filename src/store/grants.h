/*
 * Grants: the journal of what went out, by edition and recipient domain, so that no restart forgets
 * a limit. One row a turn, written in the ledger's transaction: the messages whose INTENT it made,
 * and those whose end it learned. Kept for GRANTS_KEPT_MS, the longest window there is.
 *
 * How long ago something was is the shorter of what the wall clock and the steady clock say: a wall
 * clock that was set forward frees nothing, and one that was set back makes nobody wait for longer
 * than a window. (The steady clock of an earlier boot may lie ahead; then the wall clock alone
 * counts.) What was on its way when its process died counts from the moment that was noticed; a
 * server that reads it only later sees it later.
 */
#ifndef STORE_GRANTS_H
#define STORE_GRANTS_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "store/store.h"

enum { GRANTS_KEPT_MS = 24 * 60 * 60 * 1000, GRANTS_ROW = 4 * 1024 * 1024 };

/* `count` messages that ended at `at_ms` (steady, of this process), the oldest first; `ours`:
 * through this relay. */
typedef void grants_visit(void *self, int64_t edition_id, int64_t domain_id, uint32_t count,
                          int64_t at_ms, bool ours);

/* Ends in the journal what a dead process left on its way, each with the relay it began with, and
 * forgets what is too old. Only for who holds the dispatcher lock. */
bool grants_settle(struct store *store, const struct clock *clock, struct error *err);
bool grants_read(struct store *store, const struct clock *clock, struct text relay,
                 grants_visit *visit, void *self, struct error *err);

/* What a turn adds. */
struct grants {
    struct buffer began, ended;
};
void grants_note(struct buffer *list, int64_t edition_id, int64_t domain_id, uint32_t count);
/* Inside a transaction; forgets what was noted only when true is returned. */
bool grants_write(struct grants *grants, struct store *store, const struct clock *clock,
                  struct text relay, struct error *err);
void grants_free(struct grants *grants);

/* The name of a recipient domain; empty when there is none of that number. */
bool grants_domain(struct store *store, struct arena *arena, int64_t domain_id,
                   struct text *ret_name, struct error *err);

#endif
