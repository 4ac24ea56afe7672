/* Notify: who is told by mail what a scheduled run did, and of what. */
#ifndef CAMPAIGN_NOTIFY_H
#define CAMPAIGN_NOTIFY_H

#include "settings/schema.h"

enum { NOTIFY_ADDRESSES = 10 };

enum notify_event {
    NOTIFY_HELD = 1,    /* an edition waits for approval, or was refused */
    NOTIFY_BREAKER = 2, /* an edition was paused */
    NOTIFY_FAILURE = 4, /* a campaign's mistake, the relay, messages that failed for good */
    NOTIFY_SKIPPED = 8, /* a slot was missed */
    NOTIFY_FINISH = 16, /* an edition is done */
};

struct notify_config {
    struct place place;
    struct text_list to; /* addresses; none: nobody */
    struct text_list on; /* words */
    unsigned events;     /* the same as enum notify_event, combined; all when `on` is not written */
};

extern const struct shape notify_shape;

#endif
