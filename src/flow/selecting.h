/* Selecting: a campaign's audience as the store's selection. */
#ifndef FLOW_SELECTING_H
#define FLOW_SELECTING_H

#include "campaign/campaign.h"
#include "campaign/config.h"
#include "store/selection.h"

/* Texts are the campaign's; arrays live in `arena`. */
struct selection selection_of(struct arena *arena, const struct config *config,
                              const struct campaign *campaign, int64_t now_ms);

#endif
