/*
 * Limits: whether a message may go now, by everything that bounds it: the relay's limits and
 * warm-up, its campaign's, its recipient domain's (or group's, or the default for all others), and
 * what a domain or the relay itself asked for (pacing/throttle.h).
 *
 * It stands behind the ledger's gate, so that a place is held before a row is handed out, and what
 * went out before a restart is read from the ledger's journal. Time within a process is steady.
 */
#ifndef PACING_LIMITS_H
#define PACING_LIMITS_H

#include "base/log.h"
#include "campaign/config.h"
#include "mail/reply.h"
#include "store/gate.h"
#include "store/store.h"

struct limits;

/* The campaign of an edition, and unless `ret_limits` is NULL its own limits; false when there is
 * nothing to tell. */
typedef bool limits_campaign(void *self, int64_t edition_id, struct text *ret_campaign,
                             const struct rate **ret_limits, size_t *ret_count);

struct limits_options {
    const struct config *config;
    const struct relay_config *relay; /* the one in use */
    struct store *store;
    const struct clock *clock;
    struct log *log;
    limits_campaign *campaign;
    void *self;
};

/* Reads the journal and the paces that earlier runs left. With the dispatcher's lock. */
bool limits_open(const struct limits_options *options, struct limits **ret_limits,
                 struct error *err);
/* NULL is fine. */
void limits_close(struct limits *limits);

/* For ledger_set_gate(); lives as long as the limits. */
const struct gate *limits_gate(const struct limits *limits);

/* The domain, or with domain_id 0 the relay, asked for less. `rest_ms` 0: as usual. */
void limits_slow_down(struct limits *limits, int64_t domain_id, const struct reply *reply,
                      int64_t rest_ms);

/* Writes the paces that changed, at most once a second unless `now`. */
bool limits_save(struct limits *limits, bool now, struct error *err);

/* The relay as journal and paces name it: user@host:port. */
struct text limits_relay_name(struct arena *arena, const struct relay_config *relay);

/* The limits that hold for a recipient domain: its group's, else the default's; NULL: none.
 * `ret_shared`: with the other domains of the group. */
const struct domain_group *limits_group_of(const struct config *config, struct text domain,
                                           bool *ret_shared);

/* So many in the day of `wall_ms`; 0: not bounded. */
int64_t limits_warmup_cap(const struct warmup *warmup, int64_t wall_ms);

#endif
