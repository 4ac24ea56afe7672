/*
 * Forecast: when an edition would be done under all limits, by group of recipient domains.
 *
 * Rows are interleaved by domain, so a group is done when its largest domain has had its turns:
 * what went out by then, of all domains, fills the relay's and the campaign's windows; what went
 * to the group fills its own. Nobody's speed but the limits' is counted, and no reader's hours.
 */
#ifndef PACING_FORECAST_H
#define PACING_FORECAST_H

#include "campaign/campaign.h"
#include "campaign/config.h"
#include "store/selection.h"

enum { FORECAST_COLUMNS = 24, FORECAST_SPARK = FORECAST_COLUMNS * 3 + 1 };

struct forecast_group {
    struct text name; /* of the group; "others" */
    int64_t count, domains;
    int64_t largest; /* messages to its largest domain */
    int64_t duration_ms;
};

struct forecast {
    struct forecast_group *groups; /* the latest first */
    size_t count;
    int64_t duration_ms;
    char spark[FORECAST_SPARK]; /* messages over time, in FORECAST_COLUMNS blocks; UTF-8 */
};

/* How many messages each domain gets. */
struct forecast_domain {
    struct text name;
    int64_t count;
};

/* Pure. In `arena`. */
void forecast_of(struct forecast *forecast, struct arena *arena, const struct config *config,
                 const struct campaign *campaign, const struct forecast_domain *domains,
                 size_t count, int64_t now_ms);

/* Of what a selection selects. */
bool forecast_make(struct forecast *forecast, struct arena *arena, const struct config *config,
                   const struct campaign *campaign, struct store *store,
                   const struct selection *selection, struct error *err);

#endif
