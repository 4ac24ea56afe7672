/*
 * Said: what cron's mail has said already, so that a mistake that lasts is not mailed every five
 * minutes.
 *
 * A small file in var/, a line a complaint: its hash and when it was said. Losing it only repeats a
 * complaint.
 */
#ifndef FLOW_SAID_H
#define FLOW_SAID_H

#include "flow/run.h"

enum {
    SAID_AGAIN_MS = 6 * 60 * 60 * 1000, /* after that long it is said again */
    SAID_KEPT = 256,
};

/* Marks the events that were said a short while ago (`repeated`), and remembers the others as said
 * now. Only refusals and failures: whatever else there is happens once. */
void said_mark(struct arena *arena, const char *var, struct run_events *events, int64_t now_ms);

#endif
