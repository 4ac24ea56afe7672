/* Audience: who a campaign is for, as written. Pure data; flow turns it into the store's selection.
 */
#ifndef CAMPAIGN_AUDIENCE_H
#define CAMPAIGN_AUDIENCE_H

#include "settings/schema.h"

enum audience_per { AUDIENCE_MEMBER, AUDIENCE_ADDRESS, AUDIENCE_ORGANIZATION };

struct audience_received {
    struct place place;
    struct text campaign; /* empty: not given */
    int64_t within_ms;
};

/* A member is left out when any one condition matches. */
struct audience_exclude {
    struct place place;
    struct audience_received received;
    struct named_texts_list conditions;
};

struct audience_expect {
    struct place place;
    int64_t min, max; /* max 0: none */
};

struct audience {
    struct place place;
    struct text_list
        topics; /* subscribed to any of them; the campaign's topic when none was written */
    struct named_texts_list
        where; /* field or attribute → values: all must match, any value of one does */
    struct audience_exclude exclude;
    enum audience_per per;
    struct audience_expect expect; /* outside it, nothing is sent */
};

extern const struct shape audience_shape;

#endif
