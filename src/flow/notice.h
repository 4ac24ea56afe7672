/*
 * Notice: a mail to the owner about what a run did: what waits for a person, what was paused, what
 * failed, what is finished. It goes through the same relays, is tried once (errand.h), and is no
 * delivery: the ledger never hears of it.
 */
#ifndef FLOW_NOTICE_H
#define FLOW_NOTICE_H

#include "flow/run.h"
#include "store/route.h"

struct notice_options {
    const struct workspace *workspace; /* configured */
    const struct clock *clock;
    struct random *random;
    struct log *log;
};

enum { NOTICE_TEXT = 64 * 1024 };

/* What a run did. */
struct notice_facts {
    int64_t began_ms; /* a relay that failed before was told of before */
    const struct run_events *events;
    const struct run_edition *editions;
    size_t edition_count;
    const struct route *routes;
    size_t route_count;
    const struct error *end;
};

/* What of a run is worth a notice under `notify.on`: a subject and a text in `arena`; false when
 * there is nothing to say, or nobody to say it to. */
bool notice_compose(struct arena *arena, const struct notify_config *notify,
                    const struct notice_facts *facts, struct text *ret_subject,
                    struct text *ret_text);

/* Sends it to everyone in `notify.to`. False when any of them was not reached. */
bool notice_send(const struct notice_options *options, struct text subject, struct text text,
                 struct error *err);

#endif
