/*
 * Trial: `send --test-to`. A campaign as one reader of each language and kind would get it, sent to
 * an editor's address instead. The ledger never hears of it.
 */
#ifndef FLOW_TRIAL_H
#define FLOW_TRIAL_H

#include "compose/compose.h"
#include "flow/errand.h"

struct trial {
    struct composed *composed;
    const struct token_key *key;
    const struct recipient *readers;
    struct text to; /* the editor's address */
};

/* One message for each of `count` readers. */
struct errand trial_errand(struct trial *trial, size_t count);

#endif
