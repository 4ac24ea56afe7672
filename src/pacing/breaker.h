/*
 * Breaker: pauses an edition that does harm. It looks at the last results of the edition and at the
 * complaints about it, trips when one of the limits of the configuration is passed, and forgets
 * what it saw when it trips: `resume` begins anew.
 */
#ifndef PACING_BREAKER_H
#define PACING_BREAKER_H

#include "campaign/restraint.h"

enum breaker_result {
    BREAKER_FINE,    /* taken */
    BREAKER_OTHER,   /* failed for the reader's own reasons (a full mailbox) */
    BREAKER_BOUNCED, /* the address is dead */
    BREAKER_REFUSED, /* policy: our reputation, our authentication, our content */
};

struct breaker {
    unsigned char results[BREAKER_WINDOW]; /* a ring */
    size_t count, next;
    int64_t complaints_forgiven; /* those there were when it last tripped */
};

enum { BREAKER_WHY = 300 };

/* What the reason of an edition that it paused begins with. */
#define BREAKER_TRIPPED "breaker: "

void breaker_note(struct breaker *breaker, const struct breaker_config *config,
                  enum breaker_result result);
/* True when it trips; then `why` says in one line what was seen, and it has forgotten. */
bool breaker_trips(struct breaker *breaker, const struct breaker_config *config, int64_t sent,
                   int64_t complaints, char why[BREAKER_WHY]);

/* What a person should look at, as a paragraph; empty for other reasons. */
const char *breaker_advice(struct text pause_reason);

#endif
