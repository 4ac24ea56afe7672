/* Limits: whether a message may go now, by everything that bounds it. */
#include "pacing/limits.h"

#include <string.h>

#include "base/banned.h"
#include "base/memory.h"
#include "pacing/meter.h"
#include "pacing/throttle.h"
#include "pacing/window_set.h"
#include "store/grants.h"
#include "store/pace.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

enum { SAVE_MS = 1000 };

struct limited_domain {
    struct text name;
    struct window_set *set; /* NULL: none */
    struct throttle throttle;
    struct meter meter;
    bool changed;      /* the throttle was not saved since */
    double saved_rate; /* … or its rate grew */
};

struct limited_edition {
    int64_t edition_id;
    struct window_set *set; /* NULL: none */
};

/* What went out before this process, for campaigns that are met later. */
struct history {
    int64_t edition_id, at_ms;
    uint32_t count;
};

struct limits {
    struct limits_options options;
    struct gate gate;
    struct arena arena;
    struct window_set relay;
    struct window *warmup; /* the last window of the relay's set, or NULL */
    int64_t warmup_day;
    struct limited_domain whole; /* the relay itself, as a domain without limits */
    struct limited_domain **domains;
    size_t domain_size;
    struct window_set **sets; /* of groups and campaigns */
    size_t set_count;
    struct limited_edition *editions;
    size_t edition_count;
    struct history *history;
    size_t history_count, history_size;
    int64_t now_ms; /* of the last question */
    int64_t saved_ms;
    bool changed;
};

/* ---- Who is limited by what ---- */

static struct window_set *set_add(struct limits *limits, struct text name, const struct rate *rates,
                                  size_t count)
{
    struct window_set *set = memory_take(sizeof(*set));
    set->name = arena_text(&limits->arena, name);
    window_set_fill(set, rates, count, 0);
    if ((limits->set_count & (limits->set_count - 1)) == 0)
        limits->sets =
            memory_grow(limits->sets, (limits->set_count * 2 + 1) * sizeof(*limits->sets));
    limits->sets[limits->set_count++] = set;
    return set;
}

const struct domain_group *limits_group_of(const struct config *config, struct text domain,
                                           bool *ret_shared)
{
    const struct domain_group *others = NULL;
    *ret_shared = true;
    for (size_t i = 0; i < config->domains.count; i++) {
        const struct domain_group *group = &config->domains.at[i];
        if (group->match.count == 0)
            others = group;
        for (size_t k = 0; k < group->match.count; k++)
            if (text_equal(group->match.at[k], domain))
                return group;
    }
    *ret_shared = false;
    return others;
}

static struct window_set *group_set(struct limits *limits, const struct domain_group *group)
{
    for (size_t i = 0; i < limits->set_count; i++)
        if (limits->sets[i]->name.at != NULL && text_equal(limits->sets[i]->name, group->name))
            return limits->sets[i];
    return set_add(limits, group->name, group->limits.at, group->limits.count);
}

static struct limited_domain *add_domain(struct limits *limits, int64_t domain_id)
{
    struct limited_domain *domain = memory_take(sizeof(*domain));
    struct error err;
    bool shared;
    limits->domains[domain_id] = domain;
    if (!grants_domain(limits->options.store, &limits->arena, domain_id, &domain->name, &err))
        return domain; /* the ledger meets the same failure, and ends */
    const struct domain_group *group =
        limits_group_of(limits->options.config, domain->name, &shared);
    if (group != NULL && shared)
        domain->set = group_set(limits, group);
    else if (group != NULL && group->limits.count > 0)
        domain->set = set_add(limits, TEXT(""), group->limits.at, group->limits.count);
    return domain;
}

static struct limited_domain *find_domain(struct limits *limits, int64_t domain_id)
{
    size_t at = (size_t)domain_id;
    if (at >= limits->domain_size) {
        size_t size = at * 2 + 64;
        limits->domains = memory_grow(limits->domains, size * sizeof(*limits->domains));
        memset(limits->domains + limits->domain_size, 0,
               (size - limits->domain_size) * sizeof(*limits->domains));
        limits->domain_size = size;
    }
    return limits->domains[at] != NULL ? limits->domains[at] : add_domain(limits, domain_id);
}

/* A campaign's name never meets a group's: it has a slash. */
static struct text campaign_key(struct limits *limits, struct text campaign)
{
    return arena_printf(&limits->arena, "/%.*s", TEXT_ARGS(campaign));
}

static bool campaign_of(struct limits *limits, int64_t edition_id, struct text *ret_key,
                        const struct rate **ret_limits, size_t *ret_count)
{
    struct text campaign;
    const struct limits_options *options = &limits->options;
    if (options->campaign == NULL ||
        !options->campaign(options->self, edition_id, &campaign, ret_limits, ret_count))
        return false;
    *ret_key = campaign_key(limits, campaign);
    return true;
}

/* What earlier editions of the same campaign sent counts as well. */
static void recall_campaign(struct limits *limits, struct window_set *set)
{
    int64_t edition_id = 0;
    bool counts = false;
    for (size_t i = 0; i < limits->history_count; i++) {
        const struct history *past = &limits->history[i];
        struct text key;
        if (past->edition_id != edition_id)
            counts = campaign_of(limits, past->edition_id, &key, NULL, NULL) &&
                     text_equal(key, set->name);
        edition_id = past->edition_id;
        if (counts)
            window_set_recall(set, past->at_ms, past->count);
    }
}

static struct window_set *campaign_set(struct limits *limits, int64_t edition_id)
{
    const struct rate *rates;
    struct text key;
    size_t count = 0;
    if (!campaign_of(limits, edition_id, &key, &rates, &count) || count == 0)
        return NULL;
    for (size_t i = 0; i < limits->set_count; i++)
        if (text_equal(limits->sets[i]->name, key))
            return limits->sets[i];
    struct window_set *set = set_add(limits, key, rates, count);
    recall_campaign(limits, set);
    return set;
}

static struct window_set *edition_set(struct limits *limits, int64_t edition_id)
{
    for (size_t i = limits->edition_count; i-- > 0;)
        if (limits->editions[i].edition_id == edition_id)
            return limits->editions[i].set;
    struct window_set *set = campaign_set(limits, edition_id);
    limits->editions =
        memory_grow(limits->editions, (limits->edition_count + 1) * sizeof(*limits->editions));
    limits->editions[limits->edition_count++] = (struct limited_edition){edition_id, set};
    return set;
}

/* ---- Warm-up ---- */

int64_t limits_warmup_cap(const struct warmup *warmup, int64_t wall_ms)
{
    int64_t start_ms = warmup->start.given ? civil_to_ms(warmup->start.civil) : 0;
    if (warmup->first_day == 0 || wall_ms < start_ms)
        return 0;
    double cap = (double)warmup->first_day;
    for (int64_t day = (wall_ms - start_ms) / DAY_MS; day > 0 && cap < RATE_COUNT; day--)
        cap *= warmup->factor;
    return cap < RATE_COUNT ? (int64_t)cap : 0;
}

static void warm_up(struct limits *limits)
{
    int64_t wall_ms = clock_wall_ms(limits->options.clock);
    if (limits->warmup == NULL || wall_ms / DAY_MS == limits->warmup_day)
        return;
    int64_t cap = limits_warmup_cap(&limits->options.relay->warmup, wall_ms);
    limits->warmup_day = wall_ms / DAY_MS;
    limits->warmup->rate.count = cap > 0 ? (uint32_t)cap : UINT32_MAX;
}

/* ---- The gate ---- */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static enum gate_answer ask(void *self, int64_t edition_id, int64_t domain_id, enum gate_when when,
                            int64_t *ret_opens_ms)
{
    struct limits *limits = self;
    int64_t now_ms = limits->now_ms = clock_steady_ms(limits->options.clock);
    struct limited_domain *domain = find_domain(limits, domain_id);
    struct window_set *campaign = edition_set(limits, edition_id);
    int64_t shared_ms = when >= GATE_SOON_SHARED ? now_ms + GATE_AHEAD_MS : now_ms;
    int64_t own_ms = when >= GATE_SOON ? now_ms + GATE_AHEAD_MS : now_ms;
    warm_up(limits);
    int64_t relay_ms = *ret_opens_ms =
        later(window_set_ask(&limits->relay, window_promises_ms, now_ms),
              throttle_opens_ms(&limits->whole.throttle, now_ms));
    if (relay_ms > shared_ms)
        return GATE_ALL;
    int64_t campaign_ms = *ret_opens_ms = window_set_ask(campaign, window_promises_ms, now_ms);
    if (campaign_ms > shared_ms)
        return GATE_EDITION;
    int64_t rests_ms = *ret_opens_ms = throttle_opens_ms(&domain->throttle, now_ms);
    if (rests_ms > own_ms)
        return GATE_RESTS;
    int64_t domain_ms = *ret_opens_ms = window_set_ask(domain->set, window_promises_ms, now_ms);
    if (domain_ms > own_ms)
        return GATE_DOMAIN;
    *ret_opens_ms = later(later(relay_ms, campaign_ms), later(rests_ms, domain_ms));
    window_set_each(&limits->relay, window_promise);
    window_set_each(campaign, window_promise);
    window_set_each(domain->set, window_promise);
    throttle_spend(&limits->whole.throttle, now_ms);
    throttle_spend(&domain->throttle, now_ms);
    meter_count(&limits->whole.meter, now_ms);
    meter_count(&domain->meter, now_ms);
    return GATE_OPEN;
}

static bool begin(void *self, int64_t edition_id, int64_t domain_id, int64_t lead_ms,
                  int64_t *ret_opens_ms)
{
    struct limits *limits = self;
    struct window_set *const sets[] = {&limits->relay, edition_set(limits, edition_id),
                                       find_domain(limits, domain_id)->set};
    int64_t now_ms = clock_steady_ms(limits->options.clock);
    *ret_opens_ms = INT64_MIN;
    warm_up(limits);
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        *ret_opens_ms = later(*ret_opens_ms, window_set_ask(sets[i], window_opens_ms, now_ms));
    if (*ret_opens_ms > now_ms + lead_ms)
        return false;
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        window_set_each(sets[i], window_begin);
    return true;
}

static void drop(void *self, int64_t edition_id, int64_t domain_id, bool begun)
{
    struct limits *limits = self;
    void (*act)(struct window *) = begun ? window_drop : window_unpromise;
    window_set_each(&limits->relay, act);
    window_set_each(edition_set(limits, edition_id), act);
    window_set_each(find_domain(limits, domain_id)->set, act);
}

static void spend(void *self, int64_t edition_id, int64_t domain_id, int64_t at_ms)
{
    struct limits *limits = self;
    window_set_spend(&limits->relay, at_ms);
    window_set_spend(edition_set(limits, edition_id), at_ms);
    window_set_spend(find_domain(limits, domain_id)->set, at_ms);
}

/* ---- Slowing down ---- */

void limits_slow_down(struct limits *limits, int64_t domain_id, const struct reply *reply,
                      int64_t rest_ms)
{
    struct limited_domain *domain =
        domain_id != 0 ? find_domain(limits, domain_id) : &limits->whole;
    struct throttle *throttle = &domain->throttle;
    int64_t now_ms = clock_steady_ms(limits->options.clock);
    unsigned halved = throttle->active ? throttle->halved : 0;
    char enhanced[ENHANCED_STRING];
    throttle_wish(throttle, now_ms, meter_rate(&domain->meter, now_ms), rest_ms);
    if (throttle->halved == halved)
        return;
    snprintf(throttle->why, sizeof(throttle->why), "%u %s %.*s", reply->code,
             enhanced_string(reply->enhanced, enhanced), TEXT_ARGS(reply->text));
    domain->changed = limits->changed = true;
    log_warning(
        limits->options.log, "%s%.*s asks us to slow down: resting %lld s, then %.3g/s (%s)",
        domain_id != 0 ? "" : "the relay ", TEXT_ARGS(domain->name),
        (long long)(throttle->rests_until_ms - now_ms) / 1000, throttle->rate, throttle->why);
}

static struct pace_line line_of(const struct limits *limits, const struct limited_domain *domain)
{
    const struct throttle *throttle = &domain->throttle;
    int64_t wall_ms = clock_wall_ms(limits->options.clock);
    int64_t now_ms = clock_steady_ms(limits->options.clock);
    return (struct pace_line){.relay = limits->gate.relay,
                              .domain = domain->name,
                              .rate = throttle->rate,
                              .ceiling = throttle->ceiling,
                              .rests_until_ms = wall_ms + throttle->rests_until_ms - now_ms,
                              .rest_ms = throttle->rest_ms,
                              .halved = throttle->halved,
                              .moved_ms = wall_ms,
                              .why = text_of(throttle->why)};
}

/* Written when it changes: at a wish, as the rate grows, and when all is forgotten. */
static bool save(struct limits *limits, struct limited_domain *domain, struct error *err)
{
    bool active = domain->throttle.active;
    struct pace_line line = line_of(limits, domain);
    limits->changed |= active;
    if (!domain->changed && domain->throttle.rate == domain->saved_rate)
        return true;
    domain->changed = false;
    domain->saved_rate = domain->throttle.rate;
    return active ? pace_put(limits->options.store, &line, err)
                  : pace_drop(limits->options.store, limits->gate.relay, domain->name, err);
}

bool limits_save(struct limits *limits, bool now, struct error *err)
{
    int64_t now_ms = clock_steady_ms(limits->options.clock);
    if (!limits->changed || (!now && now_ms < limits->saved_ms + SAVE_MS))
        return true;
    limits->changed = false;
    limits->saved_ms = now_ms;
    bool good = save(limits, &limits->whole, err);
    for (size_t i = 0; good && i < limits->domain_size; i++) {
        struct limited_domain *domain = limits->domains[i];
        if (domain == NULL)
            continue;
        throttle_opens_ms(&domain->throttle, now_ms);
        good = save(limits, domain, err);
    }
    return good;
}

/* ---- What earlier processes left ---- */

static void remember(struct limits *limits, int64_t edition_id, int64_t at_ms, uint32_t count)
{
    struct history *last =
        limits->history_count > 0 ? &limits->history[limits->history_count - 1] : NULL;
    if (last != NULL && last->edition_id == edition_id && last->at_ms == at_ms) {
        last->count += count;
        return;
    }
    if (limits->history_count == limits->history_size) {
        limits->history_size = limits->history_size * 2 + 256;
        limits->history =
            memory_grow(limits->history, limits->history_size * sizeof(*limits->history));
    }
    limits->history[limits->history_count++] = (struct history){edition_id, at_ms, count};
}

static void recall(void *self, int64_t edition_id, int64_t domain_id, uint32_t count, int64_t at_ms,
                   bool ours)
{
    struct limits *limits = self;
    if (ours)
        window_set_recall(&limits->relay, at_ms, count);
    remember(limits, edition_id, at_ms, count);
    if (domain_id > 0)
        window_set_recall(find_domain(limits, domain_id)->set, at_ms, count);
}

static bool recall_pace(void *self, const struct pace_line *line, int64_t domain_id,
                        struct error *err)
{
    struct limits *limits = self;
    (void)err;
    if (!text_equal(line->relay, limits->gate.relay))
        return true;
    struct limited_domain *domain =
        line->domain.length > 0 ? find_domain(limits, domain_id) : &limits->whole;
    int64_t now_ms = clock_steady_ms(limits->options.clock);
    int64_t rests_ms = line->rests_until_ms - clock_wall_ms(limits->options.clock);
    /* A clock that was set back makes nobody rest for longer than one rest. */
    rests_ms = rests_ms < THROTTLE_REST_MAX_MS ? rests_ms : THROTTLE_REST_MAX_MS;
    int64_t rests_until_ms = now_ms + rests_ms;
    domain->throttle = (struct throttle){.active = true,
                                         .rate = line->rate,
                                         .ceiling = line->ceiling,
                                         .rests_until_ms = rests_until_ms,
                                         .rest_ms = line->rest_ms,
                                         .next_ms = rests_until_ms,
                                         .step_ms = rests_until_ms,
                                         .halved = line->halved};
    snprintf(domain->throttle.why, THROTTLE_WHY, "%.*s", TEXT_ARGS(line->why));
    domain->changed = limits->changed = true;
    return true;
}

/* ---- Opening ---- */

struct text limits_relay_name(struct arena *arena, const struct relay_config *relay)
{
    return arena_printf(arena, "%.*s@%.*s:%u", TEXT_ARGS(relay->user), TEXT_ARGS(relay->host),
                        (unsigned)relay->port);
}

static void limit_relay(struct limits *limits)
{
    const struct relay_config *relay = limits->options.relay;
    window_set_fill(&limits->relay, relay->limits.at, relay->limits.count, 1);
    if (relay->warmup.first_day == 0)
        return;
    limits->warmup = &limits->relay.windows[limits->relay.count++];
    limits->warmup->rate = (struct rate){UINT32_MAX, DAY_MS};
    limits->warmup_day = -1;
    warm_up(limits);
}

bool limits_open(const struct limits_options *options, struct limits **ret_limits,
                 struct error *err)
{
    struct limits *limits = memory_take(sizeof(*limits));
    *limits = (struct limits){.options = *options};
    limits->gate = (struct gate){.self = limits,
                                 .clock = options->clock,
                                 .relay = limits_relay_name(&limits->arena, options->relay),
                                 .ask = ask,
                                 .begin = begin,
                                 .drop = drop,
                                 .spend = spend};
    limits->now_ms = clock_steady_ms(options->clock);
    limit_relay(limits);
    *ret_limits = limits;
    return grants_settle(options->store, options->clock, err) &&
           grants_read(options->store, options->clock, limits->gate.relay, recall, limits, err) &&
           pace_list(options->store, recall_pace, limits, err);
}

void limits_close(struct limits *limits)
{
    if (limits == NULL)
        return;
    window_set_close(&limits->relay);
    for (size_t i = 0; i < limits->set_count; i++) {
        window_set_close(limits->sets[i]);
        memory_free(limits->sets[i]);
    }
    for (size_t i = 0; i < limits->domain_size; i++)
        memory_free(limits->domains[i]);
    memory_free(limits->sets);
    memory_free(limits->domains);
    memory_free(limits->editions);
    memory_free(limits->history);
    arena_free(&limits->arena);
    memory_free(limits);
}

const struct gate *limits_gate(const struct limits *limits)
{
    return &limits->gate;
}
