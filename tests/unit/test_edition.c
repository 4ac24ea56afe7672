/* Editions: planned once, frozen, paused, cancelled. */
#include "store_world.h"

static void is_planned_once(void)
{
    struct world world = world_open();
    struct edition *editions;
    size_t count;
    struct text content;
    world_people(&world, 5, "news");
    int64_t id =
        world_plan(&world, "one",
                   (struct edition_order){
                       .priority = PRIORITY_ALERT, .commit = TEXT("abc"), .commit_dirty = true});
    struct edition edition = world_edition(&world, id);
    check("the counts are frozen", edition.planned == 5 && edition.ready == 5);
    check("with what it was planned with",
          edition.priority == PRIORITY_ALERT && text_equal(edition.commit, TEXT("abc")) &&
              edition.commit_dirty && text_equal(edition.topic, TEXT("news")) &&
              edition.planned_ms == NOW && edition.started_ms == 0);
    world_must(&world, edition_content(world.store, &world.arena, edition.content_hash, &content,
                                       &world.err));
    check_text("and what it says", content, TEXT("content"));
    world_people(&world, 9, "news");
    check_number("planned again it is the same",
                 world_plan(&world, "one", (struct edition_order){0}), id);
    check_number("and adds nobody", world_edition(&world, id).planned, 5);
    int64_t second = world_plan(&world, "two", (struct edition_order){0});
    check("another slot is another edition",
          second != id && world_edition(&world, second).planned == 9);
    world_must(&world, edition_list(world.store, &world.arena, TEXT("letter"), &editions, &count,
                                    &world.err));
    check("they are listed newest first", count == 2 && editions[0].id == second);
    world_must(&world, edition_list(world.store, &world.arena, TEXT("other"), &editions, &count,
                                    &world.err));
    check_number("of that campaign only", (long long)count, 0);
    check("both sums hold", world_audit(&world, id) && world_audit(&world, second));
    world_close(&world);
}

static void guards(void)
{
    static const struct {
        const char *promise;
        int64_t min, max;
        bool planned;
    } cases[] = {
        {"as many as expected", 5, 5, true},
        {"fewer than expected", 6, 0, false},
        {"more than expected", 0, 4, false},
        {"without a guard", 0, 0, true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct world world = world_open();
        struct selection selection = {.now_ms = NOW};
        struct edition_order order = {.campaign = TEXT("c"),
                                      .slot = TEXT("s"),
                                      .selection = &selection,
                                      .content_hash = TEXT("h"),
                                      .expect_min = cases[i].min,
                                      .expect_max = cases[i].max,
                                      .now_ms = NOW};
        struct edition_planned planned;
        struct edition *edition;
        world_people(&world, 5, "news");
        bool good = edition_plan(world.store, &order, &planned, &world.err);
        check(cases[i].promise,
              good == cases[i].planned && (good || world.err.fault == FAULT_REFUSED));
        world_must(&world, edition_find(world.store, &world.arena, TEXT("c"), TEXT("s"), &edition,
                                        &world.err));
        check("a refused edition leaves nothing behind", (edition != NULL) == cases[i].planned);
        world_close(&world);
    }
}

static void nobody_is_done_at_once(void)
{
    struct world world = world_open();
    int64_t id = world_plan(&world, "one", (struct edition_order){0});
    check_number("an edition for nobody is done", world_edition(&world, id).state, EDITION_DONE);
    check("and its sum holds", world_audit(&world, id));
    world_close(&world);
}

enum act { PAUSE, RESUME, CANCEL };

static bool act(struct world *world, int64_t id, enum act what)
{
    bool changed = false;
    world_must(world,
               what == PAUSE ? edition_pause(world->store, id, TEXT("why"), &changed, &world->err)
               : what == RESUME ? edition_resume(world->store, id, &changed, &world->err)
                                : edition_cancel(world->store, id, NOW, &changed, &world->err));
    return changed;
}

static void is_controlled(void)
{
    static const struct {
        const char *promise;
        enum act first, second;
        bool changed;
        enum edition_state state;
    } cases[] = {
        {"a paused edition resumes", PAUSE, RESUME, true, EDITION_RUNNING},
        {"a paused edition is not paused again", PAUSE, PAUSE, false, EDITION_PAUSED},
        {"a running edition does not resume", RESUME, RESUME, false, EDITION_RUNNING},
        {"a paused edition is cancelled", PAUSE, CANCEL, true, EDITION_CANCELLED},
        {"a cancelled edition stays so", CANCEL, RESUME, false, EDITION_CANCELLED},
        {"it is not cancelled twice", CANCEL, CANCEL, false, EDITION_CANCELLED},
        {"nor paused", CANCEL, PAUSE, false, EDITION_CANCELLED},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct world world = world_open();
        world_people(&world, 3, "news");
        int64_t id = world_plan(&world, "one", (struct edition_order){0});
        act(&world, id, cases[i].first);
        bool changed = act(&world, id, cases[i].second);
        struct edition edition = world_edition(&world, id);
        check(cases[i].promise, changed == cases[i].changed && edition.state == cases[i].state);
        check("what waits is skipped exactly when it is cancelled",
              edition.skipped == (edition.state == EDITION_CANCELLED ? 3 : 0) &&
                  edition.ready + edition.skipped == 3);
        check("the sum holds", world_audit(&world, id));
        world_close(&world);
    }
}

static void tells_why(void)
{
    struct world world = world_open();
    struct tally *tallies;
    size_t count;
    world_people(&world, 3, "news");
    int64_t id = world_plan(&world, "one", (struct edition_order){0});
    act(&world, id, CANCEL);
    world_must(&world, edition_tally(world.store, &world.arena, id, &tallies, &count, &world.err));
    check("a counter a reason", count == 1 && tallies[0].count == 3 &&
                                    text_equal(tallies[0].state, TEXT("skipped")) &&
                                    text_equal(tallies[0].reason, TEXT("cancelled")));
    world_close(&world);
}

int main(void)
{
    is_planned_once();
    guards();
    nobody_is_done_at_once();
    is_controlled();
    tells_why();
    return check_done();
}
