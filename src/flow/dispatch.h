/*
 * Dispatch: the ledger as the source of work. One dispatcher a workspace takes whatever is due of
 * any running edition, alerts first, and settles each row.
 */
#ifndef FLOW_DISPATCH_H
#define FLOW_DISPATCH_H

#include "flow/workspace.h"
#include "send/send.h"
#include "store/lock.h"

struct dispatch_options {
    struct workspace *workspace; /* open for writing, configured */
    const struct clock *clock;
    struct random *random;
    struct log *log;
    uint64_t limit;      /* messages tried at most in this run; 0: no limit */
    int64_t patience_ms; /* deferred rows that come due within so long are waited for */
    void (*progress)(void *self, const struct send_progress *progress); /* may be NULL */
    void *progress_self;
    const volatile int *stop; /* see struct send_options */
    int wake;
};

struct dispatch_report {
    struct send_report send;
    bool busy; /* another dispatcher runs; it was left to it, nothing was done here */
    struct lock_holder holder; /* when busy */
    int64_t recovered;         /* rows a dead dispatcher left behind, now unknown */
};

/*
 * Runs until nothing is due, a signal, or something that stops everything (ret_report->send.end).
 * False when it could not begin: lock, ledger, credentials, relay settings.
 */
bool dispatch_run(const struct dispatch_options *options, struct dispatch_report *ret_report,
                  struct error *err);

#endif
