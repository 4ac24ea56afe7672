/*
 * Run: what cron starts. Plans the editions of due slots, notes the missed ones, and dispatches
 * whatever is due of any edition.
 *
 * The order makes each slot one edition, wherever a crash falls: first the edition is planned, in
 * one transaction and unique by campaign and slot; then the slot is noted as handled. A run that
 * dies in between finds the edition and only notes it.
 */
#ifndef FLOW_RUN_H
#define FLOW_RUN_H

#include "flow/agenda.h"
#include "flow/dispatch.h"
#include "store/edition.h"

enum run_outcome {
    RUN_PLANNED, /* the edition is on its way */
    RUN_HELD,    /* planned, and waits for `approve` */
    RUN_SKIPPED, /* noted as missed, for a reason */
    RUN_REFUSED, /* not planned: outside `expect`, or the clock is in doubt; tried again next time
                  */
    RUN_FAILED,  /* not planned: the campaign has mistakes; tried again next time */
};

struct run_event {
    enum run_outcome outcome;
    struct text campaign; /* its id, or the path of its file */
    struct text slot;     /* empty when it is not about one */
    struct text reason;   /* one line; of RUN_PLANNED empty */
    enum fault fault;     /* FAULT_NONE when nobody needs to look */
    int64_t edition_id;   /* RUN_PLANNED, RUN_HELD */
    int64_t count;        /* … its members */
    bool repeated;        /* said a short while ago; see flow/said.h */
};

struct run_events {
    struct arena *arena;
    struct run_event *at;
    size_t count, capacity;
};

struct run_options {
    struct workspace *workspace; /* open for writing, configured */
    int64_t now_ms;
    bool trust_clock; /* forget slots that were handled in the future */
};

/* Plans what is due. Whatever concerns one campaign alone is an event; false is returned when
 * nothing more can be done at all (the store). */
bool run_plan(const struct run_options *options, const struct agenda *agenda,
              struct run_events *events, struct error *err);

/* For those who meet something worth telling on the way. */
void run_events_add(struct run_events *events, struct run_event event);

/* An edition that a run worked on, before and after; and whether it is another now. */
struct run_edition {
    struct edition before, after;
};
bool run_edition_moved(const struct run_edition *edition);

enum { RUN_HANDOVER_MS = 2000 };

/*
 * Dispatches if any edition is running. When another dispatcher is at work it takes over our rows;
 * as that one may be just about to end, it is watched for RUN_HANDOVER_MS, and followed if it ends.
 * `ret_dispatched` is false when there was nothing to do.
 */
bool run_dispatch(const struct dispatch_options *options, bool *ret_dispatched,
                  struct dispatch_report *ret_report, struct error *err);

#endif
