/*
 * Model: a ledger in a few lines, with the rules of store/ledger.h, for volume. What is in `rows`
 * is on disk; a commit moves all of its rows at once or none.
 */
#include <stdio.h>
#include <string.h>

#include "oracle.h"
#include "sim.h"

enum row_state { ROW_READY, ROW_INTENT, ROW_SENT, ROW_FAILED, ROW_UNKNOWN, ROW_SKIPPED };

enum { REST_MS = 10 * 60 * 1000 };

struct row {
    enum row_state state;
    uint32_t attempts;
    int64_t next_ms, first_attempt_ms;
    bool suppressed;
};

enum phase { NOT_HELD, TAKEN, INTENDED };

static struct {
    struct row rows[SIM_PEOPLE];
    bool paused;
    /* of this life */
    enum phase held[SIM_PEOPLE];
    struct send_result noted[SIM_PEOPLE];
    unsigned noted_for[SIM_PEOPLE], noted_count;
    bool failed;
} model;

static unsigned person_of(const struct send_item *item)
{
    return (unsigned)item->key - 1;
}

static bool refuse(struct error *err)
{
    model.failed = true;
    return error_set(err, FAULT_WRITE, "the disk failed");
}

/* ---- The loop's work ---- */

static int64_t next_due(void)
{
    int64_t due_ms = INT64_MAX;
    for (unsigned i = 0; i < sim.people && !model.paused; i++) {
        const struct row *row = &model.rows[i];
        bool waits = (row->state == ROW_READY && model.held[i] == NOT_HELD) ||
                     (row->state == ROW_UNKNOWN && !sim.hold);
        if (waits && row->next_ms < due_ms)
            due_ms = row->next_ms;
    }
    return due_ms;
}

static void wake(int64_t now_ms)
{
    for (unsigned i = 0; i < sim.people; i++)
        if (model.rows[i].state == ROW_UNKNOWN && !sim.hold && model.rows[i].next_ms <= now_ms)
            model.rows[i].state = ROW_READY;
}

static bool take(void *self, struct send_item **items, size_t room, int64_t now_ms,
                 size_t *ret_count, int64_t *ret_next_ms, struct error *err)
{
    (void)self;
    *ret_count = 0;
    if (sim_step("take") || sim_fault(sim.moods.commit_fails / 4))
        return refuse(err);
    if (room > 0)
        wake(now_ms);
    for (unsigned i = 0; i < sim.people && *ret_count < room && !model.paused && !model.failed;
         i++) {
        struct row *row = &model.rows[i];
        if (row->state != ROW_READY || model.held[i] != NOT_HELD || row->next_ms > now_ms)
            continue;
        struct send_item *item = items[(*ret_count)++];
        model.held[i] = TAKEN;
        item->key = i + 1;
        item->edition = 1;
        item->attempts = row->attempts;
        item->first_attempt_ms = row->first_attempt_ms != 0 ? row->first_attempt_ms : now_ms;
        item->retry_for_ms = sim.retry_for_ms;
    }
    *ret_next_ms = next_due();
    return true;
}

static bool merge(void *self, struct send_item *item, int64_t now_ms, struct error *err)
{
    (void)self, (void)now_ms, (void)err;
    sim_address(person_of(item), item->to);
    snprintf(item->from, sizeof(item->from), "m%u@from.example", person_of(item));
    sim_body(person_of(item), item->first_attempt_ms, &item->bytes);
    return true;
}

static void put_back(void *self, struct send_item *item)
{
    (void)self;
    must(model.held[person_of(item)] == TAKEN);
    model.held[person_of(item)] = NOT_HELD;
}

/* Durable from here on. */
static void write_result(unsigned person, const struct send_result *result)
{
    static const enum row_state states[] = {[SEND_SENT] = ROW_SENT,
                                            [SEND_READY] = ROW_READY,
                                            [SEND_FAILED] = ROW_FAILED,
                                            [SEND_UNKNOWN] = ROW_UNKNOWN};
    struct row *row = &model.rows[person];
    must(row->state == (model.held[person] == INTENDED ? ROW_INTENT : ROW_READY));
    must(model.held[person] == INTENDED || result->fate == SEND_READY ||
         result->fate == SEND_FAILED);
    row->state = states[result->fate];
    row->attempts += result->charged;
    row->next_ms = result->fate == SEND_UNKNOWN ? sim.wall_ms + REST_MS : result->next_at_ms;
    model.held[person] = NOT_HELD;
    oracle_settled(person);
    if (result->fate == SEND_FAILED && result->action == VERDICT_SUPPRESS) {
        row->suppressed = true;
        oracle_suppressed(person);
    }
}

static void write_intent(struct send_intent *intent)
{
    unsigned person = person_of(intent->item);
    struct row *row = &model.rows[person];
    must(row->state == ROW_READY && model.held[person] == TAKEN);
    intent->granted = !model.paused && !row->suppressed;
    if (intent->granted) {
        row->state = ROW_INTENT;
        if (row->first_attempt_ms == 0)
            row->first_attempt_ms = intent->item->first_attempt_ms;
        model.held[person] = INTENDED;
        oracle_granted(person);
        return;
    }
    model.held[person] = NOT_HELD;
    if (row->suppressed)
        row->state = ROW_SKIPPED;
}

static void note(const struct send_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned person = person_of(results[i].item);
        must(model.held[person] != NOT_HELD && model.noted_count < SIM_PEOPLE);
        model.noted[model.noted_count] = results[i];
        model.noted_for[model.noted_count++] = person;
    }
}

static void write_noted(void)
{
    for (unsigned i = 0; i < model.noted_count; i++)
        write_result(model.noted_for[i], &model.noted[i]);
    model.noted_count = 0;
}

/* A commit that failed may have happened: at worst its intents are on disk and nobody was told. */
static bool fail_commit(struct send_intent *intents, size_t count, struct error *err)
{
    bool happened = sim_below(2) == 0;
    for (size_t i = 0; i < count; i++) {
        unsigned person = person_of(intents[i].item);
        struct row *row = &model.rows[person];
        if (happened && !model.paused && !row->suppressed) {
            row->state = ROW_INTENT;
            if (row->first_attempt_ms == 0)
                row->first_attempt_ms = intents[i].item->first_attempt_ms;
        }
        intents[i].granted = false;
        model.held[person] = NOT_HELD;
    }
    if (happened || sim_below(2) == 0) /* tried again at once */
        write_noted();
    return refuse(err);
}

static bool commit(void *self, const struct send_result *results, size_t result_count,
                   struct send_intent *intents, size_t intent_count, int64_t now_ms,
                   struct error *err)
{
    (void)self, (void)now_ms;
    note(results, result_count);
    if (sim_step("commit"))
        return refuse(err);
    oracle_commit_begins();
    if (model.failed || sim_fault(sim.moods.commit_fails))
        return fail_commit(intents, model.failed ? 0 : intent_count, err);
    write_noted();
    for (size_t i = 0; i < intent_count; i++)
        write_intent(&intents[i]);
    sim.spins = 0;
    return !sim_step("committed") || refuse(err);
}

static void pause_edition(void *self, int64_t edition, const char *why)
{
    (void)self, (void)edition, (void)why;
    if (sim_step("pause"))
        return;
    model.paused = true;
    oracle_paused(true);
}

/* ---- A ledger for the simulator ---- */

static void open_ledger(void)
{
    memset(&model, 0, sizeof(model));
    for (unsigned i = 0; i < sim.people; i++)
        model.rows[i].next_ms = sim.wall_ms;
}

static void recover(void)
{
    memset(model.held, 0, sizeof(model.held));
    model.noted_count = 0;
    model.failed = false;
    for (unsigned i = 0; i < sim.people; i++)
        if (model.rows[i].state == ROW_INTENT) {
            model.rows[i].state = ROW_UNKNOWN;
            model.rows[i].next_ms = sim.wall_ms + REST_MS;
        }
}

static bool live(void)
{
    const struct send_work work = {.take = take,
                                   .merge = merge,
                                   .put_back = put_back,
                                   .commit = commit,
                                   .pause = pause_edition};
    struct sim_sending sending;
    sim_sending_begin(&sending);
    sending.options.patience_ms = (int64_t)sim_below(3) * 120000;
    recover();
    sim_send(&sending, &work);
    return model.failed;
}

static void reboot(void)
{
}

static int64_t next_ms(void)
{
    for (unsigned i = 0; i < sim.people; i++)
        if (model.rows[i].state == ROW_INTENT)
            return sim.wall_ms;
    if (model.paused)
        oracle_paused(false);
    model.paused = false;
    memset(model.held, 0, sizeof(model.held));
    return next_due();
}

static void judge(void)
{
    static const enum send_fate fates[] = {
        [ROW_READY] = SEND_READY,   [ROW_INTENT] = SEND_READY,    [ROW_SENT] = SEND_SENT,
        [ROW_FAILED] = SEND_FAILED, [ROW_UNKNOWN] = SEND_UNKNOWN, [ROW_SKIPPED] = SEND_READY};
    for (unsigned i = 0; i < sim.people; i++)
        oracle_row(i, fates[model.rows[i].state], model.rows[i].state == ROW_SKIPPED);
}

static void close_ledger(void)
{
}

static bool is_intent(unsigned person)
{
    return model.rows[person].state == ROW_INTENT && model.held[person] == INTENDED;
}

static bool suppress(unsigned person)
{
    model.rows[person].suppressed = true;
    return true;
}

static bool set_paused(bool paused)
{
    model.paused = paused;
    return true;
}

const struct ledger_kind ledger_model = {"the model's", open_ledger, live,         reboot,
                                         next_ms,       judge,       close_ledger, is_intent,
                                         suppress,      set_paused};
