/* Forecast: when an edition would be done under all limits, by group of recipient domains. */
#include "pacing/forecast.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"
#include "pacing/limits.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* The last of `count` leaves when the earlier ones have: whole windows before it. */
static int64_t under(const struct rate_list *limits, int64_t count)
{
    int64_t longest_ms = 0;
    for (size_t i = 0; i < limits->count && count > 0; i++) {
        int64_t windows = (count - 1) / limits->at[i].count;
        int64_t own_ms = windows * limits->at[i].window_ms;
        longest_ms = own_ms > longest_ms ? own_ms : longest_ms;
    }
    return longest_ms;
}

/* A day's cap each day, until all are out. */
static int64_t under_warmup(const struct warmup *warmup, int64_t count, int64_t now_ms)
{
    int64_t at_ms = now_ms;
    for (int64_t cap = limits_warmup_cap(warmup, at_ms); cap > 0 && count > cap;
         cap = limits_warmup_cap(warmup, at_ms)) {
        count -= cap;
        at_ms += DAY_MS;
    }
    return at_ms - now_ms;
}

static struct forecast_group *group_named(struct forecast *forecast, struct text name)
{
    for (size_t i = 0; i < forecast->count; i++)
        if (text_equal(forecast->groups[i].name, name))
            return &forecast->groups[i];
    forecast->groups[forecast->count] = (struct forecast_group){.name = name};
    return &forecast->groups[forecast->count++];
}

static void gather(struct forecast *forecast, const struct config *config,
                   const struct forecast_domain *domains, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool shared;
        const struct domain_group *group = limits_group_of(config, domains[i].name, &shared);
        struct forecast_group *own =
            group_named(forecast, group != NULL && shared ? group->name : TEXT("others"));
        own->count += domains[i].count;
        own->domains++;
        own->largest = domains[i].count > own->largest ? domains[i].count : own->largest;
    }
}

static const struct rate_list *limits_named(const struct config *config, struct text name)
{
    static const struct rate_list none = {0};
    bool others = text_equal(name, TEXT("others"));
    for (size_t i = 0; i < config->domains.count; i++)
        if (text_equal(config->domains.at[i].name, others ? TEXT("default") : name))
            return &config->domains.at[i].limits;
    return &none;
}

static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* What went out of all domains when each had `turns`. */
static int64_t sent_by(const struct forecast_domain *domains, size_t count, int64_t turns)
{
    int64_t sent = 0;
    for (size_t i = 0; i < count; i++)
        sent += domains[i].count < turns ? domains[i].count : turns;
    return sent;
}

static int64_t duration_of(const struct forecast_group *group, const struct config *config,
                           const struct campaign *campaign, int64_t sent, int64_t now_ms)
{
    const struct relay_config *relay = &config->relay.at[0];
    bool others = text_equal(group->name, TEXT("others"));
    int64_t own_ms =
        under(limits_named(config, group->name), others ? group->largest : group->count);
    int64_t shared_ms = longer(under(&relay->limits, sent), under(&campaign->send.limits, sent));
    return longer(longer(own_ms, shared_ms), under_warmup(&relay->warmup, sent, now_ms));
}

/* Each group's messages spread evenly over its time; the fullest column is the highest block. */
static void draw(struct forecast *forecast)
{
    static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    double columns[FORECAST_COLUMNS] = {0}, highest = 0;
    size_t length = 0;
    for (size_t i = 0; i < forecast->count; i++) {
        const struct forecast_group *group = &forecast->groups[i];
        double share = forecast->duration_ms > 0
                           ? (double)group->duration_ms / (double)forecast->duration_ms
                           : 1;
        double end = share * FORECAST_COLUMNS > 1 ? share * FORECAST_COLUMNS : 1;
        for (int k = 0; k < FORECAST_COLUMNS && k < end; k++)
            columns[k] += (double)group->count / end * (end - k < 1 ? end - k : 1);
    }
    for (int k = 0; k < FORECAST_COLUMNS; k++)
        highest = columns[k] > highest ? columns[k] : highest;
    for (int k = 0; k < FORECAST_COLUMNS && highest > 0; k++) {
        const char *block = blocks[(int)(columns[k] / highest * 7 + 0.5)];
        memcpy(forecast->spark + length, block, strlen(block));
        length += strlen(block);
    }
    forecast->spark[length] = '\0';
}

static int latest_first(const void *a, const void *b)
{
    const struct forecast_group *one = a, *other = b;
    if (one->duration_ms != other->duration_ms)
        return one->duration_ms > other->duration_ms ? -1 : 1;
    return one->count > other->count ? -1 : one->count < other->count;
}

void forecast_of(struct forecast *forecast, struct arena *arena, const struct config *config,
                 const struct campaign *campaign, const struct forecast_domain *domains,
                 size_t count, int64_t now_ms)
{
    *forecast = (struct forecast){
        .groups = arena_array(arena, struct forecast_group, config->domains.count + 1)};
    gather(forecast, config, domains, count);
    for (size_t i = 0; i < forecast->count; i++) {
        struct forecast_group *group = &forecast->groups[i];
        group->duration_ms =
            duration_of(group, config, campaign, sent_by(domains, count, group->largest), now_ms);
        forecast->duration_ms = longer(forecast->duration_ms, group->duration_ms);
    }
    if (forecast->count > 1)
        qsort(forecast->groups, forecast->count, sizeof(*forecast->groups), latest_first);
    draw(forecast);
}

struct gathering {
    struct arena *arena;
    struct forecast_domain *domains;
    size_t count, capacity;
};

static bool add(void *self, struct text domain, int64_t count, struct error *err)
{
    struct gathering *gathering = self;
    (void)err;
    if (gathering->count == gathering->capacity) {
        size_t capacity = gathering->capacity * 2 + 64;
        struct forecast_domain *more =
            arena_array(gathering->arena, struct forecast_domain, capacity);
        if (gathering->count > 0)
            memcpy(more, gathering->domains, gathering->count * sizeof(*more));
        gathering->domains = more;
        gathering->capacity = capacity;
    }
    gathering->domains[gathering->count++] =
        (struct forecast_domain){arena_text(gathering->arena, domain), count};
    return true;
}

bool forecast_make(struct forecast *forecast, struct arena *arena, const struct config *config,
                   const struct campaign *campaign, struct store *store,
                   const struct selection *selection, struct error *err)
{
    struct gathering gathering = {.arena = arena};
    *forecast = (struct forecast){0};
    if (store != NULL && !selection_domains(store, selection, add, &gathering, err))
        return false;
    forecast_of(forecast, arena, config, campaign, gathering.domains, gathering.count,
                selection->now_ms);
    return true;
}
