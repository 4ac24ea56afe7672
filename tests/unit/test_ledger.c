/* The ledger: every transition, every veto, and what is left after a death at any of them. */
#include "store_world.h"

struct scene {
    struct world world;
    struct lock *lock;
    struct ledger *ledger;
    int64_t edition;
    struct delivery *rows;
    size_t count;
};

static void open_ledger(struct scene *scene)
{
    struct world *world = &scene->world;
    world_must(world, lock_take(world->store, world->now_ms, &scene->lock, &world->err));
    world_must(world, ledger_open(world->store, scene->lock, world->now_ms, &scene->ledger, NULL,
                                  &world->err));
}

static void close_ledger(struct scene *scene)
{
    ledger_close(scene->ledger);
    lock_release(scene->lock);
}

static struct scene scene_open(unsigned people, enum on_unknown on_unknown)
{
    struct scene scene = {.world = world_open()};
    world_people(&scene.world, people, "news");
    scene.edition =
        world_plan(&scene.world, "one", (struct edition_order){.on_unknown = on_unknown});
    open_ledger(&scene);
    return scene;
}

static void scene_close(struct scene *scene)
{
    check("the counters are what the rows say", world_audit(&scene->world, scene->edition));
    close_ledger(scene);
    world_close(&scene->world);
}

static size_t take(struct scene *scene, size_t limit)
{
    struct world *world = &scene->world;
    world_must(world, ledger_take(scene->ledger, &world->arena, world->now_ms, limit, &scene->rows,
                                  &scene->count, &world->err));
    return scene->count;
}

static bool commit(struct scene *scene)
{
    return ledger_commit(scene->ledger, scene->world.now_ms, &scene->world.err);
}

static void settle(struct scene *scene, int64_t id, struct settlement how)
{
    how.id = id;
    ledger_settle(scene->ledger, &how);
    world_must(&scene->world, commit(scene));
}

/* Takes one row and puts it into INTENT. */
static int64_t intend_one(struct scene *scene)
{
    must(take(scene, 1) == 1);
    ledger_intend(scene->ledger, scene->rows[0].id, scene->world.now_ms);
    world_must(&scene->world, commit(scene));
    must(ledger_grant(scene->ledger, scene->rows[0].id) == GRANT_YES);
    return scene->rows[0].id;
}

static struct edition now_of(struct scene *scene)
{
    return world_edition(&scene->world, scene->edition);
}

static void sends_everybody_once(void)
{
    struct scene scene = scene_open(7, ON_UNKNOWN_RESEND);
    const struct reply reply = {250, {2, 0, 0}, TEXT_INIT("queued")};
    check_number("all who are due are taken", take(&scene, 100), 7);
    struct delivery *none;
    size_t count;
    world_must(&scene.world, ledger_take(scene.ledger, &scene.world.arena, NOW, 9, &none, &count,
                                         &scene.world.err));
    check_number("held rows are not taken again", (long long)count, 0);
    check_text("a row has everything to merge", scene.rows[0].member.first_name, TEXT("Name 0"));
    check_text("and its domain", scene.rows[1].domain, TEXT("d1.example"));
    for (size_t i = 0; i < scene.count; i++)
        ledger_intend(scene.ledger, scene.rows[i].id, NOW);
    check_number("nothing is granted before the commit",
                 ledger_grant(scene.ledger, scene.rows[0].id), GRANT_NONE);
    check("a turn commits", commit(&scene));
    check_number("then it is", ledger_grant(scene.ledger, scene.rows[0].id), GRANT_YES);
    check_number("intents are counted", now_of(&scene).intent, 7);
    for (size_t i = 0; i < scene.count; i++)
        ledger_settle(
            scene.ledger,
            &(struct settlement){.id = scene.rows[i].id, .state = DELIVERY_SENT, .reply = &reply});
    check("results commit", commit(&scene));
    struct edition edition = now_of(&scene);
    check_number("all are sent", edition.sent, 7);
    check_number("and the edition is done", edition.state, EDITION_DONE);
    check_number("nobody is left", take(&scene, 100), 0);
    check_number("nothing is held", ledger_held(scene.ledger), 0);
    scene_close(&scene);
}

static void interleaves_domains(void)
{
    struct scene scene = scene_open(9, ON_UNKNOWN_RESEND);
    struct import_counts counts;
    world_must(&scene.world,
               world_import(&scene.world,
                            "email,topics\na@a.example,new\nb@a.example,new\nc@a.example,new\n"
                            "d@b.example,new\ne@b.example,new\nf@c.example,new\n",
                            (struct import){0}, &counts));
    static const struct text new[] = {TEXT_INIT("new")};
    struct selection selection = {.topics = new, .topic_count = 1, .now_ms = NOW};
    world_plan(&scene.world, "two",
               (struct edition_order){.selection = &selection, .priority = PRIORITY_ALERT});
    take(&scene, 5); /* the sixth is the third of its domain, and has nobody left to part it */
    bool interleaved = true;
    for (size_t i = 1; i < scene.count; i++)
        interleaved = interleaved && scene.rows[i].domain_id != scene.rows[i - 1].domain_id;
    check("no two of a domain follow each other", interleaved);
    scene_close(&scene);
}

/* What happens between taking a row and its INTENT. */
static void suppress(struct scene *scene)
{
    struct suppression suppression = {
        .address = scene->rows[0].member.email, .class = TEXT("operator"), .since_ms = NOW};
    bool added;
    world_must(&scene->world, suppression_add(scene->world.store, &scene->world.key, &suppression,
                                              &added, &scene->world.err));
}

static void unsubscribe(struct scene *scene)
{
    world_must(&scene->world,
               member_consent(scene->world.store, scene->rows[0].member.id, TEXT("news"),
                              CONSENT_UNSUBSCRIBED, NOW, TEXT("one-click"), &scene->world.err));
}

static void erase(struct scene *scene)
{
    world_must(&scene->world,
               member_erase(scene->world.store, scene->rows[0].member.id, NOW, &scene->world.err));
}

static void cancel(struct scene *scene)
{
    bool changed;
    world_must(&scene->world, edition_cancel(scene->world.store, scene->edition, NOW, &changed,
                                             &scene->world.err));
}

static void pause_it(struct scene *scene)
{
    bool changed;
    world_must(&scene->world, edition_pause(scene->world.store, scene->edition, TEXT("looking"),
                                            &changed, &scene->world.err));
}

static void expire(struct scene *scene)
{
    suppress(scene);
    struct suppression suppression = {.address = scene->rows[1].member.email,
                                      .class = TEXT("soft"),
                                      .since_ms = NOW - 2,
                                      .until_ms = NOW - 1};
    bool added;
    world_must(&scene->world, suppression_add(scene->world.store, &scene->world.key, &suppression,
                                              &added, &scene->world.err));
}

static void vetoes(void)
{
    static const struct {
        const char *promise;
        void (*happens)(struct scene *);
        enum grant first, second;
        const char *veto;
    } cases[] = {
        {"an address suppressed meanwhile is skipped", suppress, GRANT_SKIPPED, GRANT_YES,
         "suppressed"},
        {"who unsubscribed meanwhile is skipped", unsubscribe, GRANT_SKIPPED, GRANT_YES,
         "unsubscribed"},
        {"who was erased meanwhile is skipped", erase, GRANT_SKIPPED, GRANT_YES, "erased"},
        {"a cancelled edition is skipped", cancel, GRANT_SKIPPED, GRANT_SKIPPED, "cancelled"},
        {"a paused edition waits", pause_it, GRANT_NO, GRANT_NO, "paused"},
        {"a suppression that ended holds nobody", expire, GRANT_SKIPPED, GRANT_YES, "suppressed"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene = scene_open(2, ON_UNKNOWN_RESEND);
        take(&scene, 2);
        cases[i].happens(&scene);
        ledger_intend(scene.ledger, scene.rows[0].id, NOW);
        ledger_intend(scene.ledger, scene.rows[1].id, NOW);
        world_must(&scene.world, commit(&scene));
        check_number(cases[i].promise, ledger_grant(scene.ledger, scene.rows[0].id),
                     cases[i].first);
        check_text("and the reason is known", ledger_veto(scene.ledger, scene.rows[0].id),
                   text_of(cases[i].veto));
        check_number("the other is not touched by it", ledger_grant(scene.ledger, scene.rows[1].id),
                     cases[i].second);
        check_number("a skipped row is counted so", now_of(&scene).skipped,
                     (cases[i].first == GRANT_SKIPPED) + (cases[i].second == GRANT_SKIPPED));
        scene_close(&scene);
    }
}

static void a_pause_ends(void)
{
    struct scene scene = scene_open(1, ON_UNKNOWN_RESEND);
    bool changed;
    take(&scene, 1);
    pause_it(&scene);
    ledger_release(scene.ledger, scene.rows[0].id);
    check_number("a paused edition gives no rows", take(&scene, 1), 0);
    check_text("it says why", now_of(&scene).pause_reason, TEXT("looking"));
    world_must(&scene.world,
               edition_resume(scene.world.store, scene.edition, &changed, &scene.world.err));
    check_number("resumed, it does", take(&scene, 1), 1);
    scene_close(&scene);
}

static void results(void)
{
    const struct reply refused = {550, {5, 1, 1}, TEXT_INIT("no such user")};
    const struct {
        const char *promise;
        struct settlement how;
        int64_t sent, failed, unknown, ready, deferred;
        unsigned attempts; /* of the row when it is taken again */
    } cases[] = {
        {"a 250 is sent", {.state = DELIVERY_SENT}, 1, 0, 0, 0, 0, 0},
        {"a 550 is failed",
         {.state = DELIVERY_FAILED, .reason = TEXT("user-unknown"), .reply = &refused},
         0,
         1,
         0,
         0,
         0,
         0},
        {"a lost reply is unknown",
         {.state = DELIVERY_UNKNOWN, .reason = TEXT("lost")},
         0,
         0,
         1,
         0,
         0,
         0},
        {"a 4yz is deferred and charged",
         {.state = DELIVERY_READY, .reason = TEXT("greylisted"), .next_ms = NOW + 60000},
         0,
         0,
         0,
         1,
         1,
         1},
        {"a throttled attempt is not charged",
         {.state = DELIVERY_READY,
          .reason = TEXT("throttled"),
          .next_ms = NOW + 60000,
          .uncharged = true},
         0,
         0,
         0,
         1,
         1,
         0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene = scene_open(1, ON_UNKNOWN_HOLD);
        settle(&scene, intend_one(&scene), cases[i].how);
        struct edition edition = now_of(&scene);
        check(cases[i].promise,
              edition.sent == cases[i].sent && edition.failed == cases[i].failed &&
                  edition.unknown == cases[i].unknown && edition.ready == cases[i].ready &&
                  edition.deferred == cases[i].deferred && edition.intent == 0);
        check_number("it is not due before its time", take(&scene, 1), 0);
        int64_t due_ms;
        world_must(&scene.world, ledger_next_due(scene.ledger, &due_ms, &scene.world.err));
        check_number("the next due time is told", due_ms, cases[i].ready ? NOW + 60000 : INT64_MAX);
        scene.world.now_ms += 60000;
        check_number("then it is due", take(&scene, 1), (long long)cases[i].ready);
        if (scene.count == 1) {
            check_number("attempts are counted", scene.rows[0].attempts, cases[i].attempts);
            check_number("the Date of the first attempt stays", scene.rows[0].first_attempt_ms,
                         NOW);
            ledger_intend(scene.ledger, scene.rows[0].id, NOW + 60000);
            world_must(&scene.world, commit(&scene));
            settle(&scene, scene.rows[0].id, (struct settlement){.state = DELIVERY_READY});
            take(&scene, 1);
            check_number("through a second attempt, too", scene.rows[0].first_attempt_ms, NOW);
        }
        scene_close(&scene);
    }
}

static void a_refused_recipient(void)
{
    struct scene scene = scene_open(2, ON_UNKNOWN_RESEND);
    const struct reply reply = {550, {5, 1, 1}, TEXT_INIT("no such user")};
    struct suppression *suppression;
    take(&scene, 2);
    struct settlement how = {.state = DELIVERY_FAILED,
                             .reason = TEXT("user-unknown"),
                             .reply = &reply,
                             .suppress_class = TEXT("hard")};
    settle(&scene, scene.rows[0].id, how);
    check_number("a refused RCPT fails without an INTENT", now_of(&scene).failed, 1);
    world_must(&scene.world,
               suppression_find(scene.world.store, &scene.world.arena, &scene.world.key,
                                scene.rows[0].member.email, NOW, &suppression, &scene.world.err));
    check("and suppresses in the same transaction",
          suppression != NULL && text_equal(suppression->class, TEXT("hard")) &&
              text_equal(suppression->reason, reply.text));
    how = (struct settlement){.state = DELIVERY_READY, .next_ms = NOW, .uncharged = true};
    settle(&scene, scene.rows[1].id, how);
    check_number("452 too many recipients: again at once", take(&scene, 2), 1);
    check_number("without an attempt charged", scene.rows[0].attempts, 0);
    check_number("nor a Date fixed", scene.rows[0].first_attempt_ms, 0);
    scene_close(&scene);
}

static void a_death(enum on_unknown policy)
{
    struct scene scene = scene_open(3, policy);
    int64_t id = intend_one(&scene), recovered;
    take(&scene, 2); /* held, not intended: these stay ready */
    close_ledger(&scene);
    scene.world.now_ms += 1000;
    world_must(&scene.world,
               lock_take(scene.world.store, scene.world.now_ms, &scene.lock, &scene.world.err));
    world_must(&scene.world, ledger_open(scene.world.store, scene.lock, scene.world.now_ms,
                                         &scene.ledger, &recovered, &scene.world.err));
    check_number("what was on its way is unknown after a death", recovered, 1);
    struct edition edition = now_of(&scene);
    check("the others are ready", edition.unknown == 1 && edition.ready == 2);
    check_number("nothing unknown is taken at once", take(&scene, 9), 2);
    for (size_t i = 0; i < 2; i++)
        ledger_release(scene.ledger, scene.rows[i].id);
    scene.world.now_ms += LEDGER_UNKNOWN_MS;
    bool resend = policy == ON_UNKNOWN_RESEND;
    check_number("after ten minutes it is sent again, unless held", take(&scene, 9), 2 + resend);
    bool there = false;
    for (size_t i = 0; i < scene.count; i++)
        there = there || (scene.rows[i].id == id && scene.rows[i].first_attempt_ms == NOW);
    check("with the Date it had", there == resend);
    scene_close(&scene);
}

static void the_same_bytes_again(void)
{
    struct scene scene = scene_open(1, ON_UNKNOWN_RESEND);
    struct import_counts counts;
    settle(
        &scene, intend_one(&scene),
        (struct settlement){.state = DELIVERY_READY, .next_ms = NOW + 1, .reason = TEXT("grey")});
    world_must(&scene.world,
               world_import(&scene.world, "key,email,first_name\nm0,other@d9.example,New\n",
                            (struct import){0}, &counts));
    check_number("the member changed", (long long)counts.changed, 1);
    scene.world.now_ms++;
    take(&scene, 1);
    check_text("a second attempt has the data of the first", scene.rows[0].member.first_name,
               TEXT("Name 0"));
    check_text("and goes to the same address", scene.rows[0].member.email, TEXT("m0@d0.example"));
    scene_close(&scene);
}

static void late_evidence(void)
{
    struct scene scene = scene_open(2, ON_UNKNOWN_HOLD);
    int64_t id = intend_one(&scene), count;
    bool moved;
    settle(&scene, id, (struct settlement){.state = DELIVERY_UNKNOWN});
    struct settlement sent = {.id = id, .state = DELIVERY_SENT, .reason = TEXT("late-reply")};
    world_must(&scene.world,
               ledger_resolve(scene.world.store, &sent, NOW, &moved, &scene.world.err));
    check("a late reply settles what was unknown", moved && now_of(&scene).sent == 1);
    struct settlement failed = {.id = id, .state = DELIVERY_FAILED};
    world_must(&scene.world,
               ledger_resolve(scene.world.store, &failed, NOW, &moved, &scene.world.err));
    check("what is settled stays so", !moved && now_of(&scene).sent == 1);
    settle(&scene, intend_one(&scene), (struct settlement){.state = DELIVERY_FAILED});
    check_number("all settled: done", now_of(&scene).state, EDITION_DONE);
    world_must(&scene.world, ledger_resend(scene.world.store, scene.edition, DELIVERY_FAILED, NOW,
                                           &count, &scene.world.err));
    check("resend makes the failed ready, and the edition runs",
          count == 1 && now_of(&scene).ready == 1 && now_of(&scene).state == EDITION_RUNNING);
    check_number("so it is taken again", take(&scene, 1), 1);
    scene_close(&scene);
}

static void alerts_go_first(void)
{
    struct scene scene = scene_open(3, ON_UNKNOWN_RESEND);
    take(&scene, 1);
    int64_t alert =
        world_plan(&scene.world, "now",
                   (struct edition_order){.priority = PRIORITY_ALERT, .campaign = TEXT("alert")});
    take(&scene, 4);
    check("an alert planned while a newsletter is under way is taken next",
          scene.count == 4 && scene.rows[0].edition_id == alert &&
              scene.rows[2].edition_id == alert && scene.rows[3].edition_id == scene.edition);
    scene_close(&scene);
}

static void an_erased_member_comes_back(void)
{
    struct scene scene = scene_open(1, ON_UNKNOWN_RESEND);
    int64_t id = intend_one(&scene);
    erase(&scene);
    settle(&scene, id, (struct settlement){.state = DELIVERY_READY, .next_ms = NOW + 1});
    scene.world.now_ms++;
    check_number("a deferred row of an erased member is not taken", take(&scene, 1), 0);
    check("but skipped, so the edition ends",
          now_of(&scene).skipped == 1 && now_of(&scene).state == EDITION_DONE);
    scene_close(&scene);
}

/* Rows that lie together are read by one query; the one without a member is missing in it. */
static void an_erased_member_among_others(void)
{
    enum { PEOPLE = 4, ERASED = 1 };
    struct scene scene = scene_open(PEOPLE, ON_UNKNOWN_RESEND);
    int64_t ids[PEOPLE];
    take(&scene, PEOPLE);
    for (size_t i = 0; i < PEOPLE; i++) {
        ids[i] = scene.rows[i].id;
        ledger_intend(scene.ledger, ids[i], NOW);
    }
    world_must(&scene.world, commit(&scene));
    world_must(&scene.world, member_erase(scene.world.store, scene.rows[ERASED].member.id, NOW,
                                          &scene.world.err));
    for (size_t i = 0; i < PEOPLE; i++)
        settle(&scene, ids[i], (struct settlement){.state = DELIVERY_READY, .next_ms = NOW + 1});
    scene.world.now_ms++;
    check_number("one of four was erased: three are taken", take(&scene, PEOPLE), 3);
    check("each of them",
          scene.rows[0].id == ids[0] && scene.rows[1].id == ids[2] && scene.rows[2].id == ids[3]);
    check_number("and only the erased one is skipped", now_of(&scene).skipped, 1);
    scene_close(&scene);
}

static bool count_line(void *self, const struct delivery_line *line, struct error *err)
{
    (void)err;
    *(int *)self += text_equal(line->reason, TEXT("user-unknown")) && line->reply_code == 550 &&
                    text_equal(line->enhanced, TEXT("5.1.1")) && text_equal(line->key, TEXT("m0"));
    return true;
}

static void lists_the_failed(void)
{
    struct scene scene = scene_open(1, ON_UNKNOWN_RESEND);
    const struct reply reply = {550, {5, 1, 1}, TEXT_INIT("no such user")};
    int lines = 0;
    settle(&scene, intend_one(&scene),
           (struct settlement){
               .state = DELIVERY_FAILED, .reason = TEXT("user-unknown"), .reply = &reply});
    world_must(&scene.world, ledger_list(scene.world.store, scene.edition, DELIVERY_FAILED,
                                         count_line, &lines, &scene.world.err));
    check_number("a failed row is listed with its reply", lines, 1);
    scene_close(&scene);
}

/* ---- Places that are given back ---- */

enum { TOMORROW = NOW + 24 * 3600 * 1000 };

/* So many may go today, of all or of the domains together; and whom it says to be full. */
struct today {
    unsigned left;
    enum gate_answer full;
};

static enum gate_answer ask_today(void *self, int64_t edition_id, int64_t domain_id,
                                  enum gate_when when, int64_t *ret_opens_ms)
{
    struct today *today = self;
    (void)edition_id, (void)domain_id, (void)when;
    *ret_opens_ms = today->left > 0 ? INT64_MIN : TOMORROW;
    if (today->left == 0)
        return today->full;
    today->left--;
    return GATE_OPEN;
}

static void drop_today(void *self, int64_t edition_id, int64_t domain_id, bool begun)
{
    struct today *today = self;
    (void)edition_id, (void)domain_id, (void)begun;
    today->left++;
}

static int64_t the_same_moment(void *self)
{
    (void)self;
    return NOW;
}

static void give_back(struct scene *scene, bool refused)
{
    if (refused)
        settle(scene, scene->rows[0].id, (struct settlement){.state = DELIVERY_FAILED});
    else
        ledger_release(scene->ledger, scene->rows[0].id);
}

/* Whoever was told to wait until tomorrow has its place today. */
static void a_place_that_is_given_back_is_used(enum gate_answer full, bool refused)
{
    static const struct clock clock = {the_same_moment, the_same_moment, NULL};
    struct scene scene = scene_open(9, ON_UNKNOWN_RESEND);
    struct today today = {.left = 2, .full = full};
    const struct gate gate = {.self = &today,
                              .clock = &clock,
                              .relay = TEXT("@relay.example:25"),
                              .ask = ask_today,
                              .drop = drop_today};
    ledger_set_gate(scene.ledger, &gate);
    check_number("two have a place", take(&scene, 9), 2);
    struct delivery first = scene.rows[0];
    check_number("no more today", take(&scene, 9), 0);
    check_number("so it is said", ledger_next_open(scene.ledger, false), TOMORROW);
    scene.rows = &first;
    give_back(&scene, refused);
    check("one is given back: ask again", ledger_next_open(scene.ledger, false) <= NOW);
    check_number("somebody has it", take(&scene, 9), 1);
    check_number("nobody else", take(&scene, 9), 0);
    check_number("and tomorrow is said again", ledger_next_open(scene.ledger, false), TOMORROW);
    scene_close(&scene);
}

/* The mail goes through another relay: what the gate of the first one said is of no interest. */
static void another_gate_is_asked_anew(enum gate_answer full)
{
    static const struct clock clock = {the_same_moment, the_same_moment, NULL};
    struct scene scene = scene_open(9, ON_UNKNOWN_RESEND);
    struct today spent = {.left = 0, .full = full}, fresh = {.left = 5, .full = full};
    const struct gate gates[] = {
        {.self = &spent, .clock = &clock, .relay = TEXT("@a:25"), .ask = ask_today},
        {.self = &fresh,
         .clock = &clock,
         .relay = TEXT("@b:25"),
         .ask = ask_today,
         .drop = drop_today}};
    int64_t due_ms;
    ledger_set_gate(scene.ledger, &gates[0]);
    check_number("one relay is done for today", take(&scene, 9), 0);
    ledger_set_gate(scene.ledger, &gates[1]);
    world_must(&scene.world, ledger_next_due(scene.ledger, &due_ms, &scene.world.err));
    check("through the other there is work now",
          due_ms <= NOW || ledger_next_open(scene.ledger, false) <= NOW);
    check_number("and nobody rests", ledger_next_open(scene.ledger, true), INT64_MAX);
    check_number("so it goes", take(&scene, 9), 5);
    scene_close(&scene);
}

static void places_that_are_given_back(void)
{
    for (int refused = 0; refused < 2; refused++) {
        a_place_that_is_given_back_is_used(GATE_ALL, refused);
        a_place_that_is_given_back_is_used(GATE_EDITION, refused);
        a_place_that_is_given_back_is_used(GATE_DOMAIN, refused);
    }
    another_gate_is_asked_anew(GATE_ALL);
    another_gate_is_asked_anew(GATE_EDITION);
    another_gate_is_asked_anew(GATE_DOMAIN);
    another_gate_is_asked_anew(GATE_RESTS);
}

int main(void)
{
    sends_everybody_once();
    interleaves_domains();
    vetoes();
    a_pause_ends();
    results();
    a_refused_recipient();
    a_death(ON_UNKNOWN_RESEND);
    a_death(ON_UNKNOWN_HOLD);
    the_same_bytes_again();
    late_evidence();
    alerts_go_first();
    an_erased_member_comes_back();
    an_erased_member_among_others();
    lists_the_failed();
    places_that_are_given_back();
    return check_done();
}
