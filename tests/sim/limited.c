/*
 * Limited: the limits before the real ledger, and a replay of what the servers took against them.
 *
 * What is real: flow/brake, flow/limits and the journal in the store. Limits on each relay, on a
 * group of domains and on each other domain are drawn; the mail moves between relays, processes are
 * killed and begun again, the clock of the wall is set, servers ask for less. What a server took,
 * and when, is written down by the server alone; of all windows of a limit's length, over all
 * lives, none may hold more.
 */
#include <stdio.h>

#include "oracle.h"
#include "pacing/brake.h"
#include "sim.h"
#include "store/ledger.h"

/* The relays, and three domains or the group of two of them. */
enum { DOMAINS = 3, SCOPES = SIM_RELAYS + DOMAINS, TAKEN = 4096 };

static struct {
    struct brake *brake;
    struct config config;
    struct relay_config relays[SIM_RELAYS];
    struct domain_group groups[2];
    struct text grouped[2];
    struct rate relay_rates[SIM_RELAYS][2], group_rate, other_rate;
    struct log log;
    /* of this life */
    struct store *store;
    struct ledger *ledger;
    const char *folder;
    struct {
        int64_t taken_ms[TAKEN];
        unsigned count;
    } scopes[SCOPES];
} limited;

struct limited_totals limited_totals;

/* ---- What is drawn ---- */

static struct rate some_rate(void)
{
    static const struct rate rates[] = {{1, 1000}, {2, 1000},  {3, 1000}, {1, 300},
                                        {5, 3000}, {4, 60000}, {8, 60000}};
    return rates[sim_below(sizeof(rates) / sizeof(rates[0]))];
}

static void draw_relays(void)
{
    static const struct text hosts[SIM_RELAYS] = {
        TEXT_INIT("relay0.example"), TEXT_INIT("relay1.example"), TEXT_INIT("relay2.example")};
    for (unsigned i = 0; i < sim.relays; i++) {
        struct rate *rates = limited.relay_rates[i];
        rates[0] = some_rate();
        rates[1] = some_rate();
        limited.relays[i] = (struct relay_config){
            .host = hosts[i], .port = 25, .limits = {rates, (size_t)sim_below(3)}};
    }
}

void limited_draw(void)
{
    static const struct breaker_config calm = {
        .bounces = 100, .complaints = 100, .window = 200, .refusals = 200};
    draw_relays();
    limited.group_rate = some_rate();
    limited.other_rate = some_rate();
    limited.grouped[0] = TEXT("d0.example");
    limited.grouped[1] = TEXT("d1.example");
    limited.groups[0] = (struct domain_group){
        .name = TEXT("group"),
        .match = {.at = limited.grouped, .count = 1 + (size_t)sim_below(2)},
        .limits = {.at = &limited.group_rate, .count = 1},
    };
    limited.groups[1] = (struct domain_group){
        .name = TEXT("default"),
        .limits = {.at = &limited.other_rate, .count = 1},
    };
    limited.config = (struct config){
        .relay = {.at = limited.relays, .count = sim.relays},
        .domains = {.at = limited.groups, .count = (size_t)sim_below(3)},
        .breaker = calm,
    };
    for (size_t i = 0; i < SCOPES; i++)
        limited.scopes[i].count = 0;
}

/* ---- What a dispatcher does with them ---- */

void limited_open(struct store *store, struct ledger *ledger, const char *folder)
{
    limited.log = log_to_stderr(&sim_clock, LOG_ERROR + 1);
    limited.store = store;
    limited.ledger = ledger;
    limited.folder = folder;
    limited.brake = NULL;
}

bool limited_use(unsigned relay, struct error *err)
{
    const struct limits_options options = {.config = &limited.config,
                                           .relay = &limited.relays[relay],
                                           .store = limited.store,
                                           .clock = &sim_clock,
                                           .log = &limited.log};
    limited_close();
    if (!brake_open(&options, limited.folder, &limited.brake, err))
        return false;
    ledger_set_gate(limited.ledger, brake_gate(limited.brake));
    return true;
}

void limited_close(void)
{
    brake_close(limited.brake);
    limited.brake = NULL;
}

bool limited_intend(struct ledger *ledger, struct send_intent *intent)
{
    int64_t opens_ms, lead_ms = (int64_t)sim_below(100);
    bool begun = ledger_begin(ledger, intent->item->key, lead_ms, &opens_ms);
    intent->item->completes_ms = opens_ms;
    intent->again_ms = 0;
    if (!begun)
        intent->again_ms = opens_ms == INT64_MAX ? sim.steady_ms + 10 : opens_ms - lead_ms;
    return begun;
}

void limited_learn(const struct send_result *results, size_t count)
{
    struct error err;
    if (!brake_learn(limited.brake, results, count, &err))
        sim_trace("not learned: %s", err.message);
}

int64_t limited_opens_ms(struct ledger *ledger, bool asking)
{
    int64_t opens_ms = ledger_next_open(ledger, false), rests_ms = ledger_next_open(ledger, true);
    opens_ms = rests_ms < opens_ms ? rests_ms : opens_ms;
    if (opens_ms == INT64_MAX)
        return INT64_MAX;
    if (opens_ms == INT64_MIN && !asking)
        return sim.wall_ms + 500;
    if (opens_ms > sim.steady_ms + GATE_AHEAD_MS)
        return sim.wall_ms + opens_ms - GATE_AHEAD_MS - sim.steady_ms;
    return sim.wall_ms + (asking ? 0 : 10);
}

/* ---- What the servers took ---- */

static void check_scope(size_t scope, const struct rate_list *rates)
{
    unsigned count = limited.scopes[scope].count;
    must(count < TAKEN);
    limited.scopes[scope].taken_ms[count] = sim.steady_ms;
    limited.scopes[scope].count = count + 1;
    for (size_t i = 0; i < rates->count; i++) {
        if (count < rates->at[i].count)
            continue;
        int64_t before_ms = limited.scopes[scope].taken_ms[count - rates->at[i].count];
        int64_t span_ms = sim.steady_ms - before_ms, window_ms = rates->at[i].window_ms;
        limited_totals.windows++;
        limited_totals.full += span_ms < window_ms + window_ms / 50;
        if (span_ms < window_ms)
            sim_violation("limit %zu of %s exceeded: more than %u in %lld ms", i,
                          scope < SIM_RELAYS ? "a relay" : "a domain", rates->at[i].count,
                          (long long)span_ms);
    }
}

void limited_taken(unsigned person, unsigned relay)
{
    const struct domain_group_list *domains = &limited.config.domains;
    unsigned domain = person % 3; /* see sim_address() */
    bool grouped = domain < limited.groups[0].match.count;
    check_scope(relay, &limited.relays[relay].limits);
    if (domains->count > 0 && grouped)
        check_scope(SIM_RELAYS, &limited.groups[0].limits);
    else if (domains->count > 1)
        check_scope(SIM_RELAYS + domain, &limited.groups[1].limits);
}
