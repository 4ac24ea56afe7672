/*
 * Throttling: config/throttling.yaml, replies that ask for less mail, as a postmaster may extend
 * them. The first row that fits decides; where none does, the built-in tables of verdicts do.
 */
#ifndef CAMPAIGN_THROTTLING_H
#define CAMPAIGN_THROTTLING_H

#include "mail/reply.h"
#include "settings/schema.h"

enum throttling_scope {
    THROTTLING_DOMAIN, /* the recipient's domain wants less */
    THROTTLING_RELAY,  /* the relay itself does */
    THROTTLING_NO,     /* it only sounds so */
};

struct throttling_reply {
    struct place place;
    struct text match; /* found anywhere in "451 4.7.28 words", whatever the case */
    enum throttling_scope slow;
    int64_t rest_ms; /* 0: as usual */
    struct text note;
};

struct throttling_list {
    struct throttling_reply *at;
    size_t count;
};

struct throttling {
    struct place place;
    struct throttling_list replies;
};

enum { THROTTLING_REPLIES = 1000 };

#define THROTTLING_PATH "config/throttling.yaml"

bool throttling_read(struct arena *arena, struct text text, struct text path,
                     struct findings *findings, struct throttling *ret_throttling);

/* NULL when no row fits. Only replies of 4yz, and of 5yz that name a rate, are worth asking. */
const struct throttling_reply *throttling_find(const struct throttling *throttling,
                                               const struct reply *reply);

#endif
