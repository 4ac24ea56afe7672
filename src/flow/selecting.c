/* Selecting: a campaign's audience as the store's selection. */
#include "flow/selecting.h"

#include "base/banned.h"

static const enum selection_per per_of[] = {
    [AUDIENCE_MEMBER] = PER_MEMBER,
    [AUDIENCE_ADDRESS] = PER_ADDRESS,
    [AUDIENCE_ORGANIZATION] = PER_ORGANIZATION,
};

static struct selection_condition *conditions_of(struct arena *arena,
                                                 const struct named_texts_list *list)
{
    struct selection_condition *conditions =
        arena_array(arena, struct selection_condition, list->count);
    for (size_t i = 0; i < list->count; i++)
        conditions[i] = (struct selection_condition){.field = list->at[i].name,
                                                     .texts = list->at[i].values.at,
                                                     .count = list->at[i].values.count};
    return conditions;
}

struct selection selection_of(struct arena *arena, const struct config *config,
                              const struct campaign *campaign, int64_t now_ms)
{
    const struct audience *audience = &campaign->audience;
    return (struct selection){
        .topic = campaign->topic,
        .topics = audience->topics.at,
        .topic_count = audience->topics.count,
        .where = conditions_of(arena, &audience->where),
        .where_count = audience->where.count,
        .exclude = conditions_of(arena, &audience->exclude.conditions),
        .exclude_count = audience->exclude.conditions.count,
        .received_campaign = audience->exclude.received.campaign,
        .received_within_ms = audience->exclude.received.within_ms,
        .frequency_count = campaign->kind == KIND_ALERT ? 0 : config->frequency.count,
        .frequency_ms = config->frequency.window_ms,
        .per = per_of[audience->per],
        .now_ms = now_ms,
    };
}
