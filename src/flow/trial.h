/*
 * Trial: `send --test-to`. A campaign as one reader of each language and kind would get it, sent to
 * an editor's address instead. The ledger never hears of it.
 */
#ifndef FLOW_TRIAL_H
#define FLOW_TRIAL_H

#include "compose/compose.h"
#include "send/send.h"

struct trial {
    struct composed *composed;
    const struct token_key *key;
    const struct recipient *readers;
    size_t count;
    struct text to; /* the editor's address */
    size_t next;    /* the first that was not taken yet */
    uint64_t sent;
    struct error first_failure; /* fault 0: none */
};

/* The work of a trial, for send_run(). Each reader is tried once. */
struct send_work trial_work(struct trial *trial);

#endif
