/* Occasions and approvals: what became of a slot, and editions that wait for a person. */
#include "store/approval.h"
#include "store/occasion.h"
#include "store_world.h"

static struct occasion at(const char *slot, int64_t due_ms, enum occasion_outcome outcome)
{
    return (struct occasion){.campaign = TEXT("c"),
                             .slot = text_of(slot),
                             .due_ms = due_ms,
                             .outcome = outcome,
                             .reason = outcome == OCCASION_SKIPPED ? TEXT("late") : TEXT(""),
                             .noted_ms = NOW};
}

static bool note(struct world *world, struct occasion occasion)
{
    bool is_new = false;
    world_must(world, occasion_note(world->store, &occasion, &is_new, &world->err));
    return is_new;
}

static void remembers(void)
{
    struct world world = world_open();
    struct occasion *skipped;
    size_t count;
    int64_t newest = 0;
    bool any = true, known = false;
    occasion_newest(world.store, TEXT("c"), &any, &newest, &world.err);
    check("a new campaign has no past", !any);
    check("a skipped slot is news", note(&world, at("a", 10, OCCASION_SKIPPED)));
    check("once", !note(&world, at("a", 10, OCCASION_SKIPPED)));
    note(&world, at("b", 20, OCCASION_PLANNED));
    check("a planned slot is not skipped later", !note(&world, at("b", 20, OCCASION_SKIPPED)));
    occasion_newest(world.store, TEXT("c"), &any, &newest, &world.err);
    check_number("the newest counts", any ? newest : -1, 20);
    occasion_is_known(world.store, TEXT("c"), TEXT("b"), &known, &world.err);
    check("what was noted is known", known);
    occasion_is_known(world.store, TEXT("d"), TEXT("b"), &known, &world.err);
    check("another campaign's is not", !known);
    occasion_skipped(world.store, &world.arena, TEXT(""), 9, &skipped, &count, &world.err);
    check("the skipped ones are told with the reason",
          count == 1 && text_equal(skipped[0].slot, TEXT("a")) &&
              text_equal(skipped[0].reason, TEXT("late")));
    occasion_forget(world.store, TEXT("c"), 15, &world.err);
    occasion_newest(world.store, TEXT("c"), &any, &newest, &world.err);
    check_number("what lies ahead can be forgotten", any ? newest : -1, 10);
    world_close(&world);
}

static struct edition_planned plan(struct world *world, const char *slot, int64_t above)
{
    struct edition_planned planned;
    struct selection selection = {.now_ms = NOW};
    struct edition_order order = {.campaign = TEXT("c"),
                                  .slot = text_of(slot),
                                  .selection = &selection,
                                  .content_hash = TEXT("old"),
                                  .content = TEXT("the old content"),
                                  .hold = TEXT(EDITION_HELD "why"),
                                  .hold_above = above,
                                  .now_ms = NOW};
    world_must(world, edition_plan(world->store, &order, &planned, &world->err));
    return planned;
}

static struct edition *edition_of(struct world *world, int64_t id)
{
    struct edition *edition;
    world_must(world, edition_read(world->store, &world->arena, id, &edition, &world->err));
    return edition;
}

static void holds(void)
{
    struct world world = world_open();
    struct import_counts counts;
    bool found = true, released = false, any = false;
    int64_t last = 0;
    world_must(&world, world_import(&world, "key,email\na,a@a.example\nb,b@b.example\n",
                                    (struct import){0}, &counts));
    struct edition_planned free = plan(&world, "1", 2), held = plan(&world, "2", 1);
    check("as many as allowed go at once",
          !free.held && edition_of(&world, free.edition_id)->state == EDITION_RUNNING);
    check("one more and it waits",
          held.held && edition_is_held(edition_of(&world, held.edition_id)));
    check_number("all its members are planned", edition_of(&world, held.edition_id)->ready, 2);
    edition_last_planned(world.store, TEXT("c"), TEXT("2"), &any, &last, &world.err);
    check_number("the edition before is known", any ? last : -1, 2);
    struct approval approval = {
        .campaign = TEXT("c"), .content_hash = TEXT("new"), .approver = TEXT("me"), .at_ms = NOW};
    approval_find(world.store, TEXT("c"), TEXT("new"), &found, &world.err);
    check("nothing is approved by itself", !found);
    world_must(&world, approval_give(world.store, &approval, held.edition_id, TEXT("new content"),
                                     TEXT("abc"), true, &released, &world.err));
    approval_find(world.store, TEXT("c"), TEXT("new"), &found, &world.err);
    check("what was approved is remembered", found && released);
    const struct edition *edition = edition_of(&world, held.edition_id);
    check("the edition goes", edition->state == EDITION_RUNNING);
    check_text("with what was approved", edition->content_hash, TEXT("new"));
    check_text("and where it came from", edition->commit, TEXT("abc"));
    approval_give(world.store, &approval, held.edition_id, TEXT("new content"), TEXT(""), false,
                  &released, &world.err);
    check("an edition that goes already is not let go again", !released);
    world_close(&world);
}

int main(void)
{
    remembers();
    holds();
    return check_done();
}
