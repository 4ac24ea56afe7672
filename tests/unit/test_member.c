/* Members: found, searched, exported, forgotten. */
#include "store_world.h"

static const char people[] = "key,email,first_name,last_name,organization,tags,topics,note\n"
                             "m1,robin@example.org,Robin,Example,,board,news;stem,\n"
                             "m2,Sage@pathways.example,Sage,Sample,Bright 100% Paths,,news,=1+2\n"
                             "m3,shared@example.org,Luz,Muestra,,,news,\"a \"\"b\"\", c\"\n"
                             "m4,shared@example.org,Sol,Prueba,,,stem,\n";

static struct world people_open(void)
{
    struct world world = world_open();
    struct import_counts counts;
    world_must(&world, world_import(&world, people, (struct import){0}, &counts));
    must(counts.added == 4);
    return world;
}

static void finds(void)
{
    static const struct {
        const char *promise, *name, *key;
    } cases[] = {
        {"by key", "m2", "m2"},
        {"by address, in any case", "SAGE@Pathways.EXAMPLE", "m2"},
        {"the oldest of those who share an address", "shared@example.org", "m3"},
        {"nobody by what is no address", "not an address", ""},
        {"nobody by an unknown address", "robin@example.net", ""},
    };
    struct world world = people_open();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct member *member;
        world_must(&world, member_find(world.store, &world.arena, &world.key,
                                       text_of(cases[i].name), &member, &world.err));
        check_text(cases[i].promise, member != NULL ? member->key : text_of(""),
                   text_of(cases[i].key));
    }
    world_close(&world);
}

static bool add_key(void *self, const struct member *member, struct error *err)
{
    (void)err;
    buffer_add(self, member->key);
    buffer_add_byte(self, ' ');
    return true;
}

static bool stop(void *self, const struct member *member, struct error *err)
{
    (void)self, (void)member;
    return error_set(err, FAULT_USAGE, "enough");
}

static void searches(void)
{
    static const struct {
        const char *promise, *text;
        int64_t after, limit;
        const char *keys;
    } cases[] = {
        {"everybody", "", 0, 0, "m1 m2 m3 m4 "},
        {"a page of them", "", 1, 2, "m2 m3 "},
        {"by a piece of the address", "@EXAMPLE.org", 0, 0, "m1 m3 m4 "},
        {"by both names", "sage sample", 0, 0, "m2 "},
        {"by organization", "bright", 0, 0, "m2 "},
        {"by tag", "board", 0, 0, "m1 "},
        {"a percent sign means itself", "100%", 0, 0, "m2 "},
        {"alone, too", "%", 0, 0, "m2 "},
        {"an underscore means itself", "_", 0, 0, ""},
    };
    struct world world = people_open();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        BUFFER(keys, 100);
        world_must(&world, member_search(world.store, text_of(cases[i].text), cases[i].after,
                                         cases[i].limit, add_key, &keys, &world.err));
        check_text(cases[i].promise, buffer_text(&keys), text_of(cases[i].keys));
    }
    check("a visitor may stop the walk",
          !member_search(world.store, text_of(""), 0, 0, stop, NULL, &world.err) &&
              strcmp(world.err.message, "enough") == 0);
    world_close(&world);
}

static bool add_chunk(void *self, struct text chunk, struct error *err)
{
    (void)err;
    buffer_add(self, chunk);
    return true;
}

static void exports(void)
{
    struct world world = people_open();
    struct world other = world_open();
    struct import_counts counts;
    BUFFER(safe, 10000);
    BUFFER(raw, 10000);
    BUFFER(again, 10000);
    world_must(&world, member_export(world.store, false, add_chunk, &safe, &world.err));
    check_text("the header names every column", text_slice(buffer_text(&safe), 0, 97),
               TEXT("key,email,first_name,last_name,kind,organization,role,language,timezone,"
                    "topics,tags,note\r\nm1,robi"));
    check("a formula is made harmless", text_contains(buffer_text(&safe), TEXT(",\"'=1+2\"\r\n")));
    check("quotes are doubled", text_contains(buffer_text(&safe), TEXT("\"a \"\"b\"\", c\"\r\n")));
    world_must(&world, member_export(world.store, true, add_chunk, &raw, &world.err));
    check("raw leaves it as it is", text_contains(buffer_text(&raw), TEXT(",=1+2\r\n")));
    world_must(&other, world_import(&other, buffer_string(&raw), (struct import){0}, &counts));
    world_must(&other, member_export(other.store, true, add_chunk, &again, &other.err));
    check_text("what was exported can be imported, and is the same", buffer_text(&again),
               buffer_text(&raw));
    world_close(&other);
    world_close(&world);
}

static void consents(void)
{
    struct world world = people_open();
    struct member_history history;
    int64_t id = world_member(&world, "m1")->id;
    for (int i = 0; i < 2; i++)
        world_must(&world, member_consent(world.store, id, TEXT("stem"), CONSENT_UNSUBSCRIBED,
                                          NOW + 1 + i, TEXT("one-click"), &world.err));
    world_must(&world, member_consent(world.store, id, TEXT("stem"), CONSENT_SUBSCRIBED, NOW + 9,
                                      TEXT("operator"), &world.err));
    world_must(&world, member_history(world.store, &world.arena, id, NOW, &history, &world.err));
    check_number("every word is an event, said again is none", (long long)history.event_count, 4);
    check("the last word holds", history.subscription_count == 2 &&
                                     history.subscriptions[1].consent == CONSENT_SUBSCRIBED &&
                                     history.subscriptions[1].since_ms == NOW + 9);
    check("events come in their order", history.events[2].consent == CONSENT_UNSUBSCRIBED &&
                                            history.events[2].at_ms == NOW + 1 &&
                                            history.events[3].at_ms == NOW + 9);
    world_close(&world);
}

static void erases(void)
{
    struct world world = people_open();
    struct import_counts counts;
    struct suppression *suppression;
    struct member *member;
    int64_t edition = world_plan(&world, "one", (struct edition_order){0});
    int64_t id = world_member(&world, "m1")->id;
    check_number("three were to get it", world_edition(&world, edition).ready, 3);
    world_must(&world, member_erase(world.store, id, NOW, &world.err));
    world_must(&world,
               member_find(world.store, &world.arena, &world.key, TEXT("m1"), &member, &world.err));
    check("an erased member is gone", member == NULL);
    struct edition after = world_edition(&world, edition);
    check("what waited for them is skipped", after.ready == 2 && after.skipped == 1);
    check("and the sum still holds", world_audit(&world, edition));
    world_must(&world, suppression_find(world.store, &world.arena, &world.key,
                                        TEXT("robin@example.org"), NOW, &suppression, &world.err));
    check("the promise not to write is kept by the hash alone",
          suppression != NULL && suppression->address.length == 0 &&
              text_equal(suppression->class, TEXT("erased")));
    world_must(&world, world_import(&world, "key,email,topics\nm1,robin@example.org,news\n",
                                    (struct import){0}, &counts));
    check_number("imported again they are still suppressed", (long long)counts.suppressed, 1);
    check("and another person: the id is not given twice", world_member(&world, "m1")->id > id);
    check_number("so nothing is planned for them",
                 world_edition(&world, world_plan(&world, "two", (struct edition_order){0})).ready,
                 2);
    world_close(&world);
}

int main(void)
{
    finds();
    searches();
    exports();
    consents();
    erases();
    return check_done();
}
