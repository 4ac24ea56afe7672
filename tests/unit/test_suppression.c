/* Suppressions: by hash, never weakened by accident. */
#include "store_world.h"

enum { FOREVER = 0 };

static bool add(struct world *world, const char *address, const char *class, int64_t since_ms,
                int64_t until_ms)
{
    struct suppression suppression = {.address = text_of(address),
                                      .class = text_of(class),
                                      .source = TEXT("operator"),
                                      .since_ms = since_ms,
                                      .until_ms = until_ms};
    bool added;
    world_must(world,
               suppression_add(world->store, &world->key, &suppression, &added, &world->err));
    return added;
}

static const char *class_of(struct world *world, const char *address, int64_t now_ms)
{
    struct suppression *found;
    world_must(world, suppression_find(world->store, &world->arena, &world->key, text_of(address),
                                       now_ms, &found, &world->err));
    return found != NULL ? arena_string(&world->arena, found->class) : "";
}

static void strengthens(void)
{
    static const struct {
        const char *promise;
        int64_t first_until, second_since, second_until;
        const char *class;
    } cases[] = {
        {"for ever stays for ever", FOREVER, NOW, NOW + 1000, "first"},
        {"a later end wins", NOW + 10, NOW, NOW + 1000, "second"},
        {"an earlier end does not", NOW + 1000, NOW, NOW + 500, "first"},
        {"for ever wins over an end", NOW + 1000, NOW, FOREVER, "second"},
        {"after its end a new one begins", NOW + 10, NOW + 20, NOW + 1000, "second"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct world world = world_open();
        add(&world, "a@x.example", "first", NOW, cases[i].first_until);
        add(&world, "a@x.example", "second", cases[i].second_since, cases[i].second_until);
        check_text(cases[i].promise, text_of(class_of(&world, "a@x.example", NOW + 30)),
                   text_of(cases[i].class));
        world_close(&world);
    }
}

static bool count_one(void *self, const struct suppression *suppression, struct error *err)
{
    (void)err;
    *(long *)self += suppression->address.length > 0;
    return true;
}

static void comes_and_goes(void)
{
    struct world world = world_open();
    bool removed, added;
    long count = 0;
    check("a new one is added", add(&world, "Robin@Example.org", "complaint", NOW, FOREVER));
    check("again it is not", !add(&world, "robin@example.org", "complaint", NOW, FOREVER));
    check_text("it is found in any case", text_of(class_of(&world, "ROBIN@example.ORG", NOW)),
               TEXT("complaint"));
    add(&world, "soft@x.example", "soft", NOW, NOW + 10);
    check_text("it holds until its end", text_of(class_of(&world, "soft@x.example", NOW + 9)),
               TEXT("soft"));
    check_text("not beyond", text_of(class_of(&world, "soft@x.example", NOW + 10)), TEXT(""));
    world_must(&world, suppression_list(world.store, NOW + 10, count_one, &count, &world.err));
    check_number("the list shows those that hold", count, 1);
    world_must(&world, suppression_remove(world.store, &world.key, TEXT("robin@example.org"),
                                          &removed, &world.err));
    check("an operator may lift it",
          removed && class_of(&world, "robin@example.org", NOW)[0] == '\0');
    struct suppression wrong = {.address = TEXT("nobody"), .class = TEXT("x")};
    check("what is no address is said",
          !suppression_add(world.store, &world.key, &wrong, &added, &world.err) &&
              world.err.fault == FAULT_FILE);
    world_close(&world);
}

int main(void)
{
    strengthens();
    comes_and_goes();
    return check_done();
}
