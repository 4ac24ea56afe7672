/*
 * Errand: a few messages that no ledger knows, as tests and notices are.
 *
 * Each is tried until somebody has an answer to it, whichever it is: a connection or a relay that
 * ends before that costs nothing, the message goes through the next one. Nothing is waited for
 * beyond that, and nothing remembered.
 */
#ifndef FLOW_ERRAND_H
#define FLOW_ERRAND_H

#include "campaign/config.h"
#include "send/send.h"

struct errand {
    void *self;
    size_t count; /* messages */
    /* Renders the one of that index; its item has a time and nothing else. */
    bool (*merge)(void *self, size_t index, struct send_item *item, int64_t now_ms,
                  struct error *err);
    /* set by errand_run() */
    size_t sent;
    struct error end; /* fault 0: all of them were sent; else why the first of the others was not */
};

/* `how` has clock, random, log and stop. False when no relay could be prepared (err). */
bool errand_run(struct errand *errand, const struct relay_list *relays, const char *root,
                struct send_options *how, struct error *err);

#endif
