/*
 * Previewing: the local page of a campaign, kept up to date while its files change.
 */
#ifndef PROOF_PREVIEWING_H
#define PROOF_PREVIEWING_H

#include "desk/session.h"

struct previewing_options {
    uint16_t port;   /* 0: a free one */
    bool no_browser; /* else it is opened, on a desktop */
    const char *as;  /* a member's key, or NULL */
};

/* Serves until SIGINT or SIGTERM. Prints the address to stdout. */
bool previewing_run(struct session *session, const char *campaign,
                    const struct previewing_options *options, struct error *err);

#endif
