/*
 * Relays: which of the configured relays carries the mail.
 *
 * One at a time: the first of the list that can be used. One that fails hands over to the next, and
 * gets the mail back when it answers again. The mail moves between two runs of the event loop, when
 * nothing is on its way: no message ever has two relays, a refusal by one is never tried at
 * another, and each relay's limits go on where they were: from the ledger's journal, as after a
 * restart, or for work without a ledger (a test, a notice) as they are kept here.
 */
#ifndef FLOW_RELAYS_H
#define FLOW_RELAYS_H

#include "campaign/config.h"
#include "send/send.h"

struct relays;

/* Who wants to know; each function may be NULL. */
struct relays_watch {
    void *self;
    /* Before a relay is used, when nothing is on its way. False: nothing is sent (err). */
    bool (*use)(void *self, const struct relay_config *relay, struct error *err);
    /* It cannot be used: not now, or not until a person mends what `why` says. */
    void (*failed)(void *self, const struct relay_config *relay, const struct error *why);
};

/* Fetches the passwords; `list` and `root` (the workspace) are borrowed. A relay whose password
 * cannot be had is left out, and named when the sending begins. False when none is left. */
bool relays_open(const struct relay_list *list, const char *root, struct relays **ret_relays,
                 struct error *err);
/* NULL is fine. Wipes the passwords. */
void relays_close(struct relays *relays);

/* send_run() through one relay after the other, until the work is done or none of them can be used.
 * Fills what `options` says about relay, connections and pace. */
void relays_send(struct relays *relays, struct send_options *options, const struct send_work *work,
                 const struct relays_watch *watch, struct send_report *ret_report);

#endif
