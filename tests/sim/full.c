/*
 * Full: the real ledger on SQLite, on a disk that lies in memory. What dispatch.c does between loop
 * and ledger is done here in its plainest form.
 */
#include <sqlite3.h>
#include <stdlib.h>

#include "../unit/store_world.h"
#include "disk.h"
#include "oracle.h"
#include "sim.h"
#include "store/statement.h"

enum { EDITION = 1, IDS = 256 };

static struct {
    char folder[64], path[96], log_path[100];
    struct token_key key;
    struct buffer images[SIM_PEOPLE + 1][2]; /* planned editions, by people and policy */
    unsigned person_of[IDS];                 /* by the id of the delivery */
    /* of this life */
    struct store *store;
    struct lock *lock;
    struct ledger *ledger;
    struct arena batch;
    int64_t patience_ms;
    unsigned settled[SIM_PEOPLE * 4], settled_count; /* noted since the last good commit */
} full;

/* ---- Editions to begin with ---- */

static void remember_ids(struct store *store)
{
    sqlite3_stmt *rows;
    must(sqlite3_prepare_v2(store_engine(store),
                            "SELECT d.id, m.email FROM delivery d JOIN member m ON "
                            "m.id = d.member_id",
                            -1, &rows, NULL) == SQLITE_OK);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        sqlite3_int64 id = sqlite3_column_int64(rows, 0);
        must(id > 0 && id < IDS);
        full.person_of[id] = sim_person(text_of((const char *)sqlite3_column_text(rows, 1)));
    }
    sqlite3_finalize(rows);
}

static void make_image(struct buffer *image)
{
    struct world world = world_open();
    char path[96];
    struct lock *lock;
    snprintf(path, sizeof(path), "%s/broadside.db", world.folder);
    world.now_ms = sim.wall_ms;
    world_people(&world, sim.people, "news");
    must(world_plan(&world, "one",
                    (struct edition_order){.on_unknown = sim.hold ? ON_UNKNOWN_HOLD
                                                                  : ON_UNKNOWN_RESEND}) == EDITION);
    world_must(&world, lock_take(world.store, world.now_ms, &lock, &world.err));
    world_must(&world, store_checkpoint(world.store, lock, true, &world.err));
    lock_release(lock);
    *image = BUFFER_INIT(64 << 20);
    full.key = world.key;
    store_close(world.store);
    world.store = NULL;
    buffer_add(image, disk_get(path));
    world_close(&world);
    disk_clear();
}

static int64_t calmly_open(struct store **ret_store)
{
    struct error err;
    bool kind = sim.kind;
    sim.kind = true;
    bool opened = store_open(full.folder, STORE_WRITE, ret_store, &err);
    if (!opened)
        sim_violation("the database does not open: %s", err.message);
    sim.kind = kind;
    return opened;
}

static void remove_folder(void)
{
    nftw(full.folder, world_remove, 8, FTW_DEPTH | FTW_PHYS);
    for (size_t i = 0; i <= SIM_PEOPLE; i++)
        for (size_t k = 0; k < 2; k++)
            buffer_free(&full.images[i][k]);
}

static void begin_once(void)
{
    if (full.folder[0] != '\0')
        return;
    snprintf(full.folder, sizeof(full.folder), "/tmp/broadside-sim-XXXXXX");
    must(mkdtemp(full.folder) != NULL);
    snprintf(full.path, sizeof(full.path), "%s/broadside.db", full.folder);
    snprintf(full.log_path, sizeof(full.log_path), "%s-wal", full.path);
    atexit(remove_folder);
    disk_install();
}

static void open_ledger(void)
{
    begin_once();
    bool kind = sim.kind;
    sim.kind = true;
    struct buffer *image = &full.images[sim.people][sim.hold];
    struct sim before = sim;
    if (image->length == 0)
        make_image(image);
    sim = before; /* a run does not depend on those before it */
    sqlite3_randomness(0, NULL);
    disk_put(full.path, buffer_text(image));
    struct store *store = NULL;
    if (calmly_open(&store))
        remember_ids(store);
    store_close(store);
    sim.kind = kind;
}

/* ---- The loop's work ---- */

static bool look(bool asking, int64_t *ret_next_ms, struct error *err)
{
    if (!ledger_next_due(full.ledger, ret_next_ms, err))
        return false;
    if (*ret_next_ms > sim.wall_ms + full.patience_ms)
        *ret_next_ms = INT64_MAX;
    int64_t opens_ms = sim.limited ? limited_opens_ms(full.ledger, asking) : INT64_MAX;
    if (opens_ms < *ret_next_ms)
        *ret_next_ms = opens_ms;
    return true;
}

static bool take(void *self, struct send_item **items, size_t room, int64_t now_ms,
                 size_t *ret_count, int64_t *ret_next_ms, struct error *err)
{
    struct delivery *rows;
    (void)self;
    *ret_count = 0;
    *ret_next_ms = INT64_MAX;
    if (sim_step("take"))
        return error_set(err, FAULT_WRITE, "no power");
    arena_clear(&full.batch);
    if (room > 0 && !ledger_take(full.ledger, &full.batch, now_ms, room, &rows, ret_count, err))
        return false;
    for (size_t i = 0; i < *ret_count; i++) {
        items[i]->key = rows[i].id;
        items[i]->edition = rows[i].edition_id;
        items[i]->attempts = rows[i].attempts;
        items[i]->domain = rows[i].domain_id;
        if (rows[i].not_before_ms > 0)
            items[i]->not_before_ms = rows[i].not_before_ms - (int64_t)sim_below(100);
        items[i]->first_attempt_ms =
            rows[i].first_attempt_ms != 0 ? rows[i].first_attempt_ms : now_ms;
        items[i]->retry_for_ms = sim.retry_for_ms;
        if (sim_person(rows[i].member.email) != full.person_of[rows[i].id])
            sim_violation("row %lld is of another person", (long long)rows[i].id);
    }
    return *ret_count == room && room > 0 ? true : look(room == 0, ret_next_ms, err);
}

static bool merge(void *self, struct send_item *item, int64_t now_ms, struct error *err)
{
    unsigned person = full.person_of[item->key];
    (void)self, (void)now_ms, (void)err;
    sim_address(person, item->to);
    snprintf(item->from, sizeof(item->from), "m%u@from.example", person);
    sim_body(person, item->first_attempt_ms, &item->bytes);
    return true;
}

static void put_back(void *self, struct send_item *item)
{
    (void)self;
    ledger_release(full.ledger, item->key);
}

static void settle(const struct send_result *result)
{
    static const enum delivery_state states[] = {[SEND_SENT] = DELIVERY_SENT,
                                                 [SEND_READY] = DELIVERY_READY,
                                                 [SEND_FAILED] = DELIVERY_FAILED,
                                                 [SEND_UNKNOWN] = DELIVERY_UNKNOWN};
    bool dead = result->fate == SEND_FAILED && result->action == VERDICT_SUPPRESS;
    unsigned person = full.person_of[result->item->key];
    struct settlement settlement = {
        .id = result->item->key,
        .state = states[result->fate],
        .reason = result->fate == SEND_SENT ? TEXT("") : text_of(result->reason),
        .next_ms = result->next_at_ms,
        .uncharged = !result->charged,
        .reply = result->reply.code != 0 ? &result->reply : NULL,
        .suppress_class = dead ? text_of(result->reason) : TEXT(""),
        .known_ms = result->known_ms,
    };
    ledger_settle(full.ledger, &settlement);
    if (dead)
        oracle_suppression_asked(person);
    must(full.settled_count < SIM_PEOPLE * 4);
    full.settled[full.settled_count++] = person * 2 + dead;
}

static void tell_settled(void)
{
    for (unsigned i = 0; i < full.settled_count; i++) {
        oracle_settled(full.settled[i] / 2);
        if (full.settled[i] % 2 == 1)
            oracle_suppressed(full.settled[i] / 2);
    }
    full.settled_count = 0;
}

static bool commit(void *self, const struct send_result *results, size_t result_count,
                   struct send_intent *intents, size_t intent_count, int64_t now_ms,
                   struct error *err)
{
    (void)self;
    for (size_t i = 0; i < result_count; i++)
        settle(&results[i]);
    for (size_t i = 0; i < intent_count; i++)
        if (!sim.limited || limited_intend(full.ledger, &intents[i]))
            ledger_intend(full.ledger, intents[i].item->key, intents[i].item->first_attempt_ms);
    if (sim_step("commit"))
        return error_set(err, FAULT_WRITE, "no power");
    oracle_commit_begins();
    if (!ledger_commit(full.ledger, now_ms, err))
        return false;
    if (!sim.ghost)
        tell_settled();
    for (size_t i = 0; i < intent_count; i++) {
        int64_t id = intents[i].item->key;
        if (intents[i].again_ms != 0)
            continue;
        enum grant grant = ledger_grant(full.ledger, id);
        intents[i].granted = grant == GRANT_YES;
        if (grant == GRANT_NO)
            ledger_release(full.ledger, id);
        if (grant == GRANT_YES && !sim.ghost)
            oracle_granted(full.person_of[id]);
        if (grant == GRANT_YES && !disk_is_safe(full.log_path))
            sim_violation("an INTENT is granted before it is safe");
    }
    if (sim.limited)
        limited_learn(results, result_count);
    struct error ignored;
    if (sim_below(30) == 0)
        store_checkpoint(full.store, full.lock, true, &ignored);
    sim.spins = 0;
    return true;
}

static void pause_edition(void *self, int64_t edition, const char *why)
{
    struct error err;
    bool changed;
    (void)self;
    if (edition_pause(full.store, edition, text_of(why), &changed, &err) && !sim.ghost)
        oracle_paused(true);
}

/* ---- A life ---- */

static void send_all(void)
{
    const struct send_work work = {.take = take,
                                   .merge = merge,
                                   .put_back = put_back,
                                   .commit = commit,
                                   .paces_domains = sim.limited,
                                   .keeps_limits = sim.limited,
                                   .pause = pause_edition};
    struct sim_sending sending;
    sim_sending_begin(&sending);
    sending.options.patience_ms = INT64_MAX / 4; /* look() tells */
    full.patience_ms = (int64_t)sim_below(3) * 120000;
    sim_send(&sending, &work);
}

/* Whether a failure had a reason. */
static bool excused(const struct error *err)
{
    if (disk_failures() == 0 && !sim.ghost)
        sim_violation("the ledger fails without a reason: %s", err->message);
    sim_trace("the ledger fails: %s", err->message);
    return true;
}

static bool live(void)
{
    struct error err, ignored;
    bool failed = false;
    disk_failures();
    full.store = NULL;
    full.lock = NULL;
    full.ledger = NULL;
    full.settled_count = 0;
    if (!store_open(full.folder, STORE_WRITE, &full.store, &err) ||
        !lock_take(full.store, sim.wall_ms, &full.lock, &err) ||
        !ledger_open(full.store, full.lock, sim.wall_ms, &full.ledger, NULL, &err)) {
        failed = excused(&err);
    } else {
        must(full.lock != NULL);
        if (sim.limited)
            limited_open(full.store, full.ledger, full.folder);
        send_all();
        failed = ledger_failed(full.ledger) || full.settled_count > 0;
        if (failed && disk_failures() == 0 && !sim.ghost)
            sim_violation("the ledger failed without a reason");
        store_checkpoint(full.store, full.lock, sim_below(2) == 0, &ignored);
    }
    ledger_close(full.ledger);
    if (sim.limited)
        limited_close();
    lock_release(full.lock);
    store_close(full.store);
    arena_free(&full.batch);
    full.store = NULL;
    return failed;
}

static void reboot(void)
{
    if (sim.cut == CUT_POWER)
        disk_lose_power();
}

/* ---- Between lives, and at the end ---- */

static int64_t read_number(struct store *store, const char *sql)
{
    sqlite3_stmt *rows;
    int64_t number = INT64_MAX;
    must(sqlite3_prepare_v2(store_engine(store), sql, -1, &rows, NULL) == SQLITE_OK);
    if (sqlite3_step(rows) == SQLITE_ROW && sqlite3_column_type(rows, 0) != SQLITE_NULL)
        number = sqlite3_column_int64(rows, 0);
    sqlite3_finalize(rows);
    return number;
}

static int64_t next_ms(void)
{
    struct store *store = NULL;
    struct error err;
    bool changed, kind = sim.kind;
    int64_t due_ms = INT64_MAX;
    sim.kind = true;
    if (calmly_open(&store)) {
        oracle_paused(false);
        if (!edition_resume(store, EDITION, &changed, &err))
            sim_violation("it cannot be resumed: %s", err.message);
        due_ms =
            read_number(store, sim.hold ? "SELECT min(next_ms) FROM delivery WHERE state IN (0, 1)"
                                        : "SELECT min(next_ms) FROM delivery WHERE state IN "
                                          "(0, 1, 4)");
    }
    store_close(store);
    sim.kind = kind;
    return due_ms;
}

static void judge_rows(struct store *store)
{
    static const enum send_fate fates[] = {
        [DELIVERY_READY] = SEND_READY,     [DELIVERY_INTENT] = SEND_READY,
        [DELIVERY_SENT] = SEND_SENT,       [DELIVERY_FAILED] = SEND_FAILED,
        [DELIVERY_UNKNOWN] = SEND_UNKNOWN, [DELIVERY_SKIPPED] = SEND_READY};
    sqlite3_stmt *rows;
    must(sqlite3_prepare_v2(store_engine(store),
                            "SELECT id, state, coalesce(reply, '') FROM delivery", -1, &rows,
                            NULL) == SQLITE_OK);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        unsigned person = full.person_of[sqlite3_column_int64(rows, 0)], said;
        int state = sqlite3_column_int(rows, 1);
        const char *reply = (const char *)sqlite3_column_text(rows, 2);
        const char *signature = strstr(reply, "t=");
        oracle_row(person, fates[state], state == DELIVERY_SKIPPED);
        if (state == DELIVERY_SENT && signature != NULL && sscanf(signature, "t=%u", &said) == 1 &&
            said != person)
            sim_violation("the row of %u keeps the answer to %u", person, said);
    }
    sqlite3_finalize(rows);
}

static void judge(void)
{
    struct store *store = NULL;
    struct audit audit;
    struct error err;
    sqlite3_stmt *check;
    sim.kind = true;
    if (!calmly_open(&store))
        return;
    judge_rows(store);
    if (!ledger_audit(store, EDITION, &audit, &err) || !audit.holds || audit.planned != sim.people)
        sim_violation("the sum does not hold");
    must(sqlite3_prepare_v2(store_engine(store), "PRAGMA integrity_check", -1, &check, NULL) ==
         SQLITE_OK);
    if (sqlite3_step(check) != SQLITE_ROW ||
        strcmp((const char *)sqlite3_column_text(check, 0), "ok") != 0)
        sim_violation("the database is damaged");
    sqlite3_finalize(check);
    store_close(store);
}

static void close_ledger(void)
{
    disk_clear();
}

/* ---- Seen from outside ---- */

static bool is_intent(unsigned person)
{
    char sql[96];
    for (unsigned id = 1; id < IDS; id++)
        if (full.person_of[id] == person && id <= sim.people) {
            snprintf(sql, sizeof(sql), "SELECT state FROM delivery WHERE id = %u", id);
            return read_number(full.store, sql) == DELIVERY_INTENT;
        }
    return false;
}

static bool suppress(unsigned person)
{
    struct store *store = NULL;
    struct error err;
    char address[SEND_ADDRESS];
    bool added, good = store_open(full.folder, STORE_WRITE, &store, &err);
    sim_address(person, address);
    struct suppression suppression = {
        .address = text_of(address), .class = TEXT("operator"), .since_ms = sim.wall_ms};
    oracle_suppression_asked(person);
    good = good && suppression_add(store, &full.key, &suppression, &added, &err);
    if (store != NULL)
        store_close(store);
    return good && !sim.ghost;
}

static bool set_paused(bool paused)
{
    struct store *store = NULL;
    struct error err;
    bool changed, good = store_open(full.folder, STORE_WRITE, &store, &err);
    if (good && paused)
        good = edition_pause(store, EDITION, TEXT("by hand"), &changed, &err) && changed;
    else if (good)
        good = edition_resume(store, EDITION, &changed, &err);
    if (store != NULL)
        store_close(store);
    return good && !sim.ghost;
}

const struct ledger_kind ledger_full = {"the real", open_ledger,  live,      reboot,   next_ms,
                                        judge,      close_ledger, is_intent, suppress, set_paused};
