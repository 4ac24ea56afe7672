/*
 * Oracle: what must hold, watched from outside: from what crosses the wire and what is durable.
 *
 * An attempt is a message whose last completing byte was handed to the wire. It is settled when its
 * result is durable; cut when the process ended before that.
 */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H

#include "send/send.h"

#define NO_ATTEMPT UINT32_MAX

void oracle_open(void);
void oracle_close(void);

/* ---- From the ledger ---- */

/* A commit begins: everything acknowledged before must count in it. */
void oracle_commit_begins(void);
/* The commit is durable and grants the INTENT of `person`. */
void oracle_granted(unsigned person);
/* The result of the last attempt of `person` is durable. */
void oracle_settled(unsigned person);
/* Asked for: it may come to pass from now on, acknowledged or not. */
void oracle_suppression_asked(unsigned person);
/* Acknowledged to whoever asked for it. */
void oracle_suppressed(unsigned person);
void oracle_paused(bool paused);
/* How an outcome was judged. */
void oracle_verdict(const struct send_item *item, const struct smtp_event *event,
                    const struct send_result *result);

/* ---- From the wire ---- */

/* `person`'s envelope is on connection `serial`. */
void oracle_envelope(unsigned person, unsigned serial);
/* The last completing byte was handed over; the number of the attempt. */
unsigned oracle_completed(unsigned person);
/* The server took responsibility for what arrived. */
void oracle_accepted(unsigned attempt, struct text content);
/* The process read a whole final reply to the attempt. */
void oracle_answered(unsigned attempt, unsigned code);
/* An answer that cannot answer what was asked: nothing behind it need be believed. */
void oracle_nonsense(unsigned serial);
/* From here on the answers on a connection may be shifted by the server's own doing. */
void oracle_tainted(unsigned serial);
bool oracle_is_tainted(unsigned serial);

/* ---- Lives ---- */

void oracle_cut(void);
/* The dispatcher ended by itself; `failed`: its ledger had refused to write. */
void oracle_ended(bool failed);
/* What the ledger says when nothing moves any more. */
void oracle_row(unsigned person, enum send_fate fate, bool skipped);
/* The sums of the run. */
void oracle_judge(void);

/* What the runs so far were made of. */
struct oracle_totals {
    uint64_t attempts, accepted, copies, cuts, suppressed, unknown_held, withheld, tainted;
};
extern struct oracle_totals oracle_totals;

#endif
