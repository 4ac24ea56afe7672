/*
 * Issue: an edition's frozen content, composed again from what was stored when it was planned.
 *
 * A dispatcher meets rows of several editions in turn; the last few are kept composed.
 */
#ifndef FLOW_ISSUE_H
#define FLOW_ISSUE_H

#include "calendar/zone.h"
#include "compose/compose.h"
#include "store/edition.h"

struct issue {
    int64_t edition_id; /* 0: free */
    struct arena arena;
    struct composed *composed;
    struct text slot, campaign;
    struct rate_list limits; /* of the campaign */
    int64_t retry_for_ms;
    const struct schedule *schedule; /* whose hours and days readers are written to in */
    const struct zone *zone;         /* of those who name none */
    uint64_t used;                   /* when it was last wanted; the smallest is replaced */
};

/* More than two takes of the event loop may touch: none is forgotten between take and merge. */
enum { ISSUES_KEPT = 160 };

struct issues {
    struct store *store;
    struct issue kept[ISSUES_KEPT];
    uint64_t uses;
};

/* The entry of a bundle that names the campaign file. */
#define ISSUE_CAMPAIGN ":campaign"

/* NULL on failure. Valid until ISSUES_KEPT other editions were asked for. */
struct issue *issues_find(struct issues *issues, int64_t edition_id, struct error *err);
void issues_close(struct issues *issues);

#endif
