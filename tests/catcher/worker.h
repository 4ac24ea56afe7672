/* Worker: one thread's event loop over its connections. */
#ifndef CATCHER_WORKER_H
#define CATCHER_WORKER_H

#include "intake.h"
#include "script.h"
#include "tls.h"

#include <stdatomic.h>

/* What all workers share. */
struct hall {
    struct options options;
    struct script script;
    struct tally tally;
    struct tls_identity *identity; /* NULL: no TLS */
    int listener;
    int64_t deadline_ns;  /* monotonic; OUTBOX_NEVER: none */
    atomic_bool stopping; /* SIGTERM, SIGINT or the deadline */
};

/* Serves until the hall stops or --exit-after messages were taken. Signals are let in only while it
 * waits. */
void worker_run(struct hall *hall);
int64_t worker_now_ns(void);
bool worker_is_satisfied(struct hall *hall);

#endif
