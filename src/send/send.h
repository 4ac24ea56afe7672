/*
 * Send: the event loop that moves due messages through a relay and settles each of them.
 *
 * It knows neither ledger nor campaign: it draws from a struct work. `dispatch` puts the ledger
 * behind it, `--test-to` a short list. A turn of the loop is: read replies; hand all results and
 * intents to the clerk, who commits them in one transaction and takes more rows; merge those he
 * took before; write the completing bytes of what he granted. Memory is bounded by connections ×
 * (depth + 2) messages, whatever the edition's size.
 */
#ifndef SEND_SEND_H
#define SEND_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/random.h"
#include "send/send_pace.h"
#include "verdict/verdict.h"
#include "wire/relay.h"

enum { SEND_ADDRESS = 320, SEND_MESSAGE = 40 * 1024 * 1024 };

/* One message on its way. `key` is filled by take(), the rest by merge(). */
struct send_item {
    int64_t key;              /* of the delivery; unique among those in flight */
    int64_t edition;          /* whose; for pausing */
    int64_t domain;           /* of the recipient, as the work numbers them */
    int64_t not_before_ms;    /* steady; no INTENT until then. Its envelope may go out before */
    int64_t completes_ms;     /* steady; no completing byte until then; set by commit() */
    uint32_t attempts;        /* charged before this one */
    int64_t first_attempt_ms; /* wall; the Date that its bytes carry */
    int64_t retry_for_ms;     /* deferred no longer than so long behind the first attempt */
    char to[SEND_ADDRESS], from[SEND_ADDRESS]; /* NUL-terminated, clean */
    bool smtputf8;
    struct buffer bytes; /* the merged message; owned by send */
    void *self;          /* of the work, from take() to merge() */
};

/* What becomes of a delivery. READY is "again at next_at_ms". */
enum send_fate { SEND_SENT, SEND_READY, SEND_FAILED, SEND_UNKNOWN };

struct send_result {
    struct send_item *item;
    enum send_fate fate;
    const char *reason; /* a short stable word: the verdict's class, "lost", "cannot-merge" … */
    bool intended;      /* its INTENT was committed; false: refused before */
    bool charged;       /* the attempt counts */
    int64_t next_at_ms; /* SEND_READY; wall time */
    int64_t known_ms;   /* steady; behind the reading of its reply */
    enum facts_stage stage;     /* where the reply came */
    struct reply reply;         /* code 0: none */
    enum verdict_action action; /* SUPPRESS and COUNT are the work's to do */
};

struct send_intent {
    struct send_item *item;
    /* set by commit() */
    bool granted;
    int64_t again_ms; /* steady; not granted, still in the loop's hands, to be asked again then; 0:
                         the work has it back */
};

/*
 * Where messages come from and where results go. Calls never overlap, with one exception: merge()
 * may run, in the loop's thread, while the other functions take and commit other items.
 */
struct send_work {
    void *self;
    /* Fills at most `room` items that are due at `now_ms` (wall), the most urgent first; fewer mean
     * that no more are due, and `*ret_next_ms` is when there will be (INT64_MAX: never). With
     * `room` 0 only that is asked. An item is not given again until it was settled or put back. */
    bool (*take)(void *self, struct send_item **items, size_t room, int64_t now_ms,
                 size_t *ret_count, int64_t *ret_next_ms, struct error *err);
    /* Renders into item->bytes, before the take() after the next one. False: this message cannot be
     * made; it fails, the others go on. */
    bool (*merge)(void *self, struct send_item *item, int64_t now_ms, struct error *err);
    /* Not tried after all; as if never taken. */
    void (*put_back)(void *self, struct send_item *item);
    /* All of it in one durable transaction; `granted` tells which intents held; those that did not
     * are the work's again, unless it says when to ask again. False: nothing may be completed from
     * here on (err says why); results are kept, and an empty commit tries once more to save them.
     */
    bool (*commit)(void *self, const struct send_result *results, size_t result_count,
                   struct send_intent *intents, size_t intent_count, int64_t now_ms,
                   struct error *err);
    /* The work sees to it when a recipient's domain asks for less; the loop itself only rests when
     * the relay does, before RCPT. */
    bool paces_domains;
    /* The relay's own limits stand behind take(); the loop keeps none. */
    bool keeps_limits;
    /* The edition cannot go on as it is: our content or our configuration. NULL: it goes on. */
    void (*pause)(void *self, int64_t edition, const char *why);
};

struct send_progress {
    uint64_t sent, failed, deferred, unknown;
    unsigned connections;
    double rate; /* messages a second, over the last seconds */
};

/* A relay preferred to the one in use. It failed, and is tried again now and then beside the
 * sending, each time later. */
struct send_absent {
    const struct relay_target *target;
    unsigned tries;        /* in vain, since messages last went through it */
    int64_t not_before_ms; /* steady */
};

void send_absent_failed(struct send_absent *absent, struct random *random, int64_t now_ms);

struct send_options {
    const struct clock *clock;
    struct random *random;
    struct log *log;
    struct relay_target relay;
    struct send_absent *const *absent; /* the first is the most preferred */
    size_t absent_count;
    unsigned connections; /* at most; opened as they are needed */
    unsigned depth;       /* BDAT transactions in flight on each; 1: one */
    bool plain_data;
    bool threaded; /* the work has a thread of its own: commits and merging overlap */
    /* The relay's limits and how far they are used. The caller keeps it from run to run, or they
     * would begin anew with each. */
    struct pace *pace;
    /* Deferred messages that come due within so long are waited for; beyond it send returns. */
    int64_t patience_ms;
    int64_t grace_ms; /* for outstanding replies after a signal; 0: SEND_GRACE_MS */
    void (*progress)(void *self, const struct send_progress *progress); /* may be NULL */
    void *progress_self;
    const volatile int *stop; /* set by a signal handler; may be NULL */
    int wake;                 /* non-blocking, becomes readable with `stop`; -1: none */
};

enum { SEND_GRACE_MS = 30000 };

struct send_report {
    uint64_t sent, failed, deferred, unknown;
    uint64_t vetoed; /* suppressed, paused, cancelled … since they were taken */
    uint64_t commits, connections_opened;
    int64_t elapsed_ms;
    int64_t next_ms; /* wall time of the next deferred one; INT64_MAX: none */
    bool stopped;    /* by a signal */
    bool paused;     /* an edition was paused */
    /* FAULT_NONE: everything that was due is settled. 69, 74, 78 … as the relay or ledger failed.
     */
    struct error end;
    bool relay_failed; /* `end` is about the relay, and nothing but the relay is at fault */
    struct send_absent *returned; /* it answers again: the sending came to rest for its sake */
};

/* Runs until nothing is due any more, a signal, something that stops everything, or the return of a
 * relay that is preferred. The report is filled in every case; it begins as {0}, and with a second
 * run its counters go on. */
void send_run(const struct send_options *options, const struct send_work *work,
              struct send_report *report);

#endif
