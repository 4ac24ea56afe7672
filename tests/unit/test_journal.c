/* Journal: what went out before a restart holds its place for the whole window, however long the
 * next dispatcher takes to open. */
#include "check.h"
#include "pacing/limits.h"
#include "store/grants.h"
#include "store/statement.h"
#include "store_world.h"

enum { TICK_MS = 50, WINDOW_MS = 1000, EDITION = 1, DOMAIN = 1 };

/* A busy machine: between any two looks at the clock time goes by. */
static int64_t look(void *self)
{
    return *(int64_t *)self += TICK_MS;
}

static int64_t moment_ms = NOW;
static const struct clock busy = {.wall_ms = look, .steady_ms = look, .self = &moment_ms};

static bool no_campaign(void *self, int64_t edition_id, struct text *ret_campaign,
                        const struct rate **ret_limits, size_t *ret_count)
{
    (void)self, (void)edition_id, (void)ret_campaign, (void)ret_limits, (void)ret_count;
    return false;
}

/* One message went out; `ends`: and the end of it was learned. */
static void one_went_out(struct world *world, struct text relay, bool ends)
{
    struct grants grants = {0};
    grants_note(&grants.began, EDITION, DOMAIN, 1);
    if (ends)
        grants_note(&grants.ended, EDITION, DOMAIN, 1);
    world_must(world, store_begin(world->store, &world->err));
    bool good = grants_write(&grants, world->store, &busy, relay, &world->err);
    world_must(world, store_end(world->store, good, &world->err));
    grants_free(&grants);
}

static void its_place_is_held(const char *promise, bool ends)
{
    static struct rate rate = {1, WINDOW_MS};
    static const struct config config;
    const struct relay_config relay = {
        .host = TEXT("relay.example"), .port = 25, .limits = {.at = &rate, .count = 1}};
    struct world world = world_open();
    const struct limits_options options = {.config = &config,
                                           .relay = &relay,
                                           .store = world.store,
                                           .clock = &busy,
                                           .campaign = no_campaign};
    struct limits *limits;
    int64_t opens_ms = 0, written_ms = moment_ms;
    one_went_out(&world, limits_relay_name(&world.arena, &relay), ends);
    int64_t since_ms = ends ? written_ms : moment_ms; /* nobody noticed before that */
    world_must(&world, limits_open(&options, &limits, &world.err));
    const struct gate *gate = limits_gate(limits);
    check(promise, gate->ask(gate->self, EDITION, 0, GATE_NOW, &opens_ms) != GATE_OPEN);
    check(promise, opens_ms > since_ms + WINDOW_MS && opens_ms < since_ms + 2 * WINDOW_MS);
    limits_close(limits);
    world_close(&world);
}

int main(void)
{
    its_place_is_held("a place is held for a window from the end on", true);
    its_place_is_held("or from the moment on when somebody noticed that none was written", false);
    return check_done();
}
