/*
 * Collect: fetches what came home and lets each mail have its effect, once.
 *
 * A mail is read in a capped way, found to be about a delivery or not, judged, and its effect is
 * written in the transaction that notes it as taken; only then is it marked in its mailbox. Who
 * writes the mail is never believed: only a signature of ours (return path, X-Broadside,
 * Message-ID, unsubscribe token) lets a mail change anything. What proves nothing is noted, shown,
 * and left where it is.
 *
 * Strangers' bytes are read by a child process without key, database and mailbox, whose death costs
 * only the mail that it was reading. It reads the next batch while the parent makes the last one
 * durable.
 */
#ifndef FLOW_COLLECT_H
#define FLOW_COLLECT_H

#include "base/log.h"
#include "flow/workspace.h"
#include "store/bounce.h"

enum {
    COLLECT_BATCH = 1024,                   /* mails of one transaction */
    COLLECT_BATCH_BYTES = 16 * 1024 * 1024, /* … and their bytes, about */
};

/* What became of one mail. Texts live until the visitor returns. */
struct collect_event {
    struct bounce bounce;
    struct text campaign, slot; /* of its delivery; empty: nobody's */
    struct text uid;            /* its name in the mailbox, or empty */
    struct text advice;         /* EFFECT_OURS: what to mend; else empty */
    bool judged_anew;           /* by --rejudge, and it came out otherwise */
};

struct collect_counts {
    uint64_t taken;  /* mails seen for the first time */
    uint64_t copies; /* … whose bytes were taken before, under another name */
    uint64_t by_effect[BOUNCE_EFFECTS];
    uint64_t suppressed_softly; /* of those that counted: the threshold was reached */
    uint64_t resolved;          /* deliveries that were unknown */
    uint64_t paused;            /* editions */
    uint64_t changed;           /* rejudged: came out otherwise */
    bool remains;               /* the limit or a signal ended it before the mailbox did */
};

struct collect_options {
    struct workspace *workspace; /* open for writing */
    const struct clock *clock;
    struct log *log;
    uint64_t limit;           /* mails at most; 0: all */
    const volatile int *stop; /* not 0: end after the batch; may be NULL */
    /* Called for every mail after its effect is durable; may be NULL. */
    void (*visit)(void *self, const struct collect_event *event);
    void *self;
};

/* The configured mailbox. FAULT_REMAINS when another `collect` is at it, FAULT_CONFIG when none is
 * configured. Counts are true even when false is returned. */
bool collect_mailbox(const struct collect_options *options, struct collect_counts *ret_counts,
                     struct error *err);

/* One mail from a descriptor, as a mail server pipes it. Several may run at once. */
bool collect_one(const struct collect_options *options, int fd, struct collect_counts *ret_counts,
                 struct error *err);

/* Judges all that is kept again. A suppression that a mail brought and would not bring now is taken
 * off; one that it would bring now is added. */
bool collect_rejudge(const struct collect_options *options, struct collect_counts *ret_counts,
                     struct error *err);

#endif
