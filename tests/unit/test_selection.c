/* Selection: who is meant, and why the others are not. */
#include "store_world.h"

static const char people[] =
    "key,email,kind,organization,role,language,tags,topics,county\n"
    "a,a@x.example,individual,,parent,en,board,news;stem,Kern\n"
    "b,b@x.example,individual,,teacher,es,,news,Fresno\n"
    "c,c@y.example,organization,Paths,director,en,partner;board,news,Alameda\n"
    "d,d@y.example,organization,Paths,staff,en,partner,stem,Alameda\n"
    "e,shared@z.example,individual,,parent,en,,news,\n"
    "f,SHARED@z.example,individual,,parent,en,,news,\"O'Brien; \"\"--\"\n"
    "g,g@z.example,individual,,,es,,,Kern\n";

enum { PEOPLE = 7 };

static struct world people_open(void)
{
    struct world world = world_open();
    struct import_counts counts;
    world_must(&world, world_import(&world, people, (struct import){0}, &counts));
    must(counts.added == PEOPLE);
    return world;
}

static bool add_key(void *self, const struct member *member, struct error *err)
{
    (void)err;
    buffer_add(self, member->key);
    return true;
}

static const struct text news[] = {TEXT_INIT("news")};
static const struct text both[] = {TEXT_INIT("news"), TEXT_INIT("stem")};
static const struct text nothing[] = {TEXT_INIT("no-such-topic")};
static const struct text individual[] = {TEXT_INIT("individual")};
static const struct text kern_fresno[] = {TEXT_INIT("Kern"), TEXT_INIT("Fresno")};
static const struct text board[] = {TEXT_INIT("board")};
static const struct text oar[] = {TEXT_INIT("oar")};
static const struct text odd[] = {TEXT_INIT("O'Brien; \"--")};
static const struct text odd_or_any[] = {TEXT_INIT("O'Brien; \"--"), TEXT_INIT("Kern"),
                                         TEXT_INIT("Alameda")};
static const struct text staff[] = {TEXT_INIT("staff"), TEXT_INIT("director")};
static const struct selection_condition is_individual[] = {{TEXT_INIT("kind"), individual, 1}};
static const struct selection_condition in_counties[] = {{TEXT_INIT("county"), kern_fresno, 2}};
static const struct selection_condition on_board[] = {{TEXT_INIT("tags"), board, 1}};
static const struct selection_condition half_a_tag[] = {{TEXT_INIT("tags"), oar, 1}};
static const struct selection_condition odd_county[] = {{TEXT_INIT("county"), odd, 1}};
static const struct selection_condition evil_field[] = {{TEXT_INIT("x\"') OR 1=1 --"), odd, 1}};
static const struct selection_condition two_wheres[] = {{TEXT_INIT("kind"), individual, 1},
                                                        {TEXT_INIT("county"), kern_fresno, 2}};
static const struct selection_condition not_staff[] = {{TEXT_INIT("role"), staff, 2}};

static const struct selection_condition two_excludes[] = {{TEXT_INIT("tags"), board, 1},
                                                          {TEXT_INIT("county"), odd_or_any, 3}};

static void selects(void)
{
    static const struct {
        const char *promise;
        struct selection selection;
        const char *keys;
        int64_t left_out[LEFT_OUT_COUNT];
    } cases[] = {
        {"everybody", {.limit = 0}, "abcdefg", {0}},
        {"a topic", {.topics = news, .topic_count = 1}, "abcef", {[LEFT_OUT_NOT_SUBSCRIBED] = 2}},
        {"two topics, each member once",
         {.topics = both, .topic_count = 2},
         "abcdef",
         {[LEFT_OUT_NOT_SUBSCRIBED] = 1}},
        {"a topic nobody knows",
         {.topics = nothing, .topic_count = 1},
         "",
         {[LEFT_OUT_NOT_SUBSCRIBED] = 7}},
        {"a kind",
         {.where = is_individual, .where_count = 1},
         "abefg",
         {[LEFT_OUT_CONDITIONS] = 2}},
        {"an attribute, any of a list",
         {.where = in_counties, .where_count = 1},
         "abg",
         {[LEFT_OUT_CONDITIONS] = 4}},
        {"a tag", {.where = on_board, .where_count = 1}, "ac", {[LEFT_OUT_CONDITIONS] = 5}},
        {"not half a tag",
         {.where = half_a_tag, .where_count = 1},
         "",
         {[LEFT_OUT_CONDITIONS] = 7}},
        {"a value with quotes is a value",
         {.where = odd_county, .where_count = 1},
         "f",
         {[LEFT_OUT_CONDITIONS] = 6}},
        {"a field with quotes is no SQL",
         {.where = evil_field, .where_count = 1},
         "",
         {[LEFT_OUT_CONDITIONS] = 7}},
        {"all of two conditions",
         {.where = two_wheres, .where_count = 2},
         "abg",
         {[LEFT_OUT_CONDITIONS] = 4}},
        {"an exclusion",
         {.exclude = not_staff, .exclude_count = 1},
         "abefg",
         {[LEFT_OUT_EXCLUDED] = 2}},
        {"any of two exclusions",
         {.exclude = two_excludes, .exclude_count = 2},
         "be",
         {[LEFT_OUT_EXCLUDED] = 5}},
        {"one an address", {.per = PER_ADDRESS}, "abcdeg", {[LEFT_OUT_DUPLICATE] = 1}},
        {"one an organization", {.per = PER_ORGANIZATION}, "abcefg", {[LEFT_OUT_DUPLICATE] = 1}},
        {"an excluded member does not stand in for the organization",
         {.per = PER_ORGANIZATION, .exclude = not_staff, .exclude_count = 1},
         "abefg",
         {[LEFT_OUT_EXCLUDED] = 2}},
        {"the first of a limit", {.limit = 3}, "abc", {[LEFT_OUT_LIMIT] = 4}},
        {"the first reason counts",
         {.topics = news, .topic_count = 1, .where = is_individual, .where_count = 1},
         "abef",
         {[LEFT_OUT_NOT_SUBSCRIBED] = 2, [LEFT_OUT_CONDITIONS] = 1}},
    };
    struct world world = people_open();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct selection selection = cases[i].selection;
        struct selection_counts counts, walked;
        BUFFER(keys, 100);
        selection.now_ms = NOW;
        world_must(&world, selection_count(world.store, &selection, &counts, &world.err));
        world_must(&world,
                   selection_walk(world.store, &selection, add_key, &keys, &walked, &world.err));
        check_text(cases[i].promise, buffer_text(&keys), text_of(cases[i].keys));
        check_number("counted as walked", counts.selected, (long long)keys.length);
        check("counting and walking agree", memcmp(&counts, &walked, sizeof(counts)) == 0);
        check("everybody is accounted for",
              counts.members == PEOPLE &&
                  memcmp(counts.left_out, cases[i].left_out, sizeof(counts.left_out)) == 0);
    }
    world_close(&world);
}

static struct selection_counts count_news(struct world *world, struct selection selection)
{
    struct selection_counts counts;
    selection.topic = news[0];
    selection.topics = selection.topics != NULL ? selection.topics : news;
    selection.topic_count = selection.topics == both ? 2 : 1;
    selection.now_ms = NOW;
    world_must(world, selection_count(world->store, &selection, &counts, &world->err));
    return counts;
}

static void leaves_out(void)
{
    struct world world = people_open();
    struct suppression hard = {
        .address = TEXT("c@y.example"), .class = TEXT("hard"), .since_ms = NOW};
    struct suppression over = {.address = TEXT("b@x.example"),
                               .class = TEXT("soft"),
                               .since_ms = NOW - 9,
                               .until_ms = NOW};
    bool added;
    world_must(&world, member_consent(world.store, world_member(&world, "a")->id, news[0],
                                      CONSENT_UNSUBSCRIBED, NOW, TEXT("x"), &world.err));
    world_must(&world, suppression_add(world.store, &world.key, &hard, &added, &world.err));
    world_must(&world, suppression_add(world.store, &world.key, &over, &added, &world.err));
    struct selection_counts counts = count_news(&world, (struct selection){0});
    check_number("who unsubscribed", counts.left_out[LEFT_OUT_UNSUBSCRIBED], 1);
    check_number("who is suppressed, while it lasts", counts.left_out[LEFT_OUT_SUPPRESSED], 1);
    check_number("the others get it", counts.selected, 3);
    counts = count_news(&world, (struct selection){.topics = both});
    check_number("unsubscribed from the campaign's topic, whatever else they read",
                 counts.left_out[LEFT_OUT_UNSUBSCRIBED], 1);
    check_number("who never said a word", counts.left_out[LEFT_OUT_NOT_SUBSCRIBED], 1);
    world_close(&world);
}

static void leaves_out_recent_readers(void)
{
    struct world world = people_open();
    struct selection only_a = {.limit = 1, .now_ms = NOW};
    struct selection other = {
        .received_campaign = TEXT("letter"), .received_within_ms = 1000, .now_ms = NOW + 500};
    struct selection_counts counts;
    struct lock *lock;
    struct ledger *ledger;
    struct delivery *rows;
    size_t count;
    world_plan(&world, "one", (struct edition_order){.selection = &only_a});
    world_must(&world, lock_take(world.store, NOW, &lock, &world.err));
    world_must(&world, ledger_open(world.store, lock, NOW, &ledger, NULL, &world.err));
    world_must(&world, ledger_take(ledger, &world.arena, NOW, 1, &rows, &count, &world.err));
    world_must(&world, selection_count(world.store, &other, &counts, &world.err));
    check_number("what is only planned was not received", counts.left_out[LEFT_OUT_RECEIVED], 0);
    ledger_intend(ledger, rows[0].id, NOW);
    world_must(&world, ledger_commit(ledger, NOW, &world.err));
    ledger_settle(ledger, &(struct settlement){.id = rows[0].id, .state = DELIVERY_SENT});
    world_must(&world, ledger_commit(ledger, NOW, &world.err));
    world_must(&world, selection_count(world.store, &other, &counts, &world.err));
    check_number("who was sent it lately", counts.left_out[LEFT_OUT_RECEIVED], 1);
    other.now_ms = NOW + 1001;
    world_must(&world, selection_count(world.store, &other, &counts, &world.err));
    check_number("not who was sent it long ago", counts.left_out[LEFT_OUT_RECEIVED], 0);
    other.received_within_ms = 0;
    world_must(&world, selection_count(world.store, &other, &counts, &world.err));
    check_number("or ever, without a time", counts.left_out[LEFT_OUT_RECEIVED], 1);
    ledger_close(ledger);
    lock_release(lock);
    world_close(&world);
}

int main(void)
{
    selects();
    leaves_out();
    leaves_out_recent_readers();
    return check_done();
}
