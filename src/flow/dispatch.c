/* Dispatch: the ledger as the source of work. */
#include "flow/dispatch.h"

#include "base/banned.h"
#include "calendar/hours.h"
#include "flow/issue.h"
#include "flow/plan.h"
#include "flow/relays.h"
#include "pacing/brake.h"
#include "store/ledger.h"
#include "store/route.h"

struct dispatch {
    const struct dispatch_options *options;
    struct ledger *ledger;
    const struct lock *lock;
    struct issues issues;
    struct arena
        batches[2];      /* rows of the last take() and of the one before, which merge() needs */
    unsigned batch;      /* the last */
    uint64_t left;       /* messages that may still be tried; UINT64_MAX: no limit */
    struct zones *zones; /* of members */
    struct brake *brake; /* of the relay in use */
    struct text relay;   /* in use, as the journal names it */
    bool answered;       /* a message went through it */
    struct arena relay_names;
    struct arena names; /* of the campaign that was asked for last */
    int64_t next_ms;    /* wall; when something is due or may go again, however late */
    int64_t commit_ms;  /* how long a commit takes: the longest, of late */
};

/* What merging needs, so that it asks neither store nor cache: it runs beside them. */
struct row {
    const struct delivery *delivery;
    const struct issue *issue;
};

static struct row *new_row(struct dispatch *dispatch, const struct delivery *delivery)
{
    struct error err;
    struct row *row = arena_new(&dispatch->batches[dispatch->batch], struct row);
    row->delivery = delivery;
    row->issue = issues_find(&dispatch->issues, delivery->edition_id, &err);
    must(row->issue != NULL); /* check_edition() saw to it */
    return row;
}

enum { LEAD_MS = 2, LEAD_MAX_MS = 100 };

/* An INTENT is asked for so long before its place is free that it is durable by then, although a
 * commit may be in front of it; and no longer, because whoever is killed meanwhile leaves it
 * unknown. */
static int64_t lead_ms(const struct dispatch *dispatch)
{
    int64_t lead_ms = LEAD_MS + 2 * dispatch->commit_ms;
    return lead_ms < LEAD_MAX_MS ? lead_ms : LEAD_MAX_MS;
}

static void note_commit(struct dispatch *dispatch, int64_t took_ms)
{
    int64_t faded_ms = dispatch->commit_ms - (dispatch->commit_ms + 31) / 32;
    dispatch->commit_ms = took_ms > faded_ms ? took_ms : faded_ms;
}

static void fill_item(struct dispatch *dispatch, struct send_item *item, struct delivery *delivery,
                      int64_t now_ms)
{
    if (delivery->first_attempt_ms == 0)
        delivery->first_attempt_ms = now_ms;
    item->self = new_row(dispatch, delivery);
    item->key = delivery->id;
    item->edition = delivery->edition_id;
    item->domain = delivery->domain_id;
    if (delivery->not_before_ms > 0)
        item->not_before_ms = delivery->not_before_ms - lead_ms(dispatch);
    item->attempts = delivery->attempts;
    item->first_attempt_ms = delivery->first_attempt_ms;
}

static void count_tried(struct dispatch *dispatch, int64_t count)
{
    if (dispatch->left != UINT64_MAX)
        dispatch->left -= (uint64_t)count;
}

/*
 * Content that cannot be composed again is nobody's fault among the readers: the edition is paused
 * with the reason, and no member of it is marked as failed.
 */
static bool check_edition(struct dispatch *dispatch, const struct delivery *delivery,
                          bool *ret_sound, struct error *err)
{
    struct error why;
    bool changed;
    *ret_sound = issues_find(&dispatch->issues, delivery->edition_id, &why) != NULL;
    if (*ret_sound)
        return true;
    log_error(dispatch->options->log, "the edition is paused: %s", why.message);
    return edition_pause(dispatch->options->workspace->store, delivery->edition_id,
                         text_of(why.message), &changed, err);
}

/* Outside the reader's hours a row waits until they open; that is no attempt. */
static bool is_in_hours(struct dispatch *dispatch, const struct delivery *delivery, int64_t now_ms,
                        struct error *err)
{
    const struct issue *issue = issues_find(&dispatch->issues, delivery->edition_id, err);
    const struct zone *zone = NULL;
    int64_t opens_ms;
    must(issue != NULL);
    if (!hours_given(issue->schedule))
        return true;
    if (delivery->member.timezone.length > 0)
        zone = zones_find(dispatch->zones, delivery->member.timezone);
    if (hours_allow(issue->schedule, zone != NULL ? zone : issue->zone, now_ms, &opens_ms))
        return true;
    const struct settlement settlement = {.id = delivery->id,
                                          .state = DELIVERY_READY,
                                          .reason = TEXT("hours"),
                                          .next_ms = opens_ms,
                                          .uncharged = true};
    ledger_settle(dispatch->ledger, &settlement);
    return false;
}

/* Fills items with what may go now; the rest is released or put off. */
static bool sift(struct dispatch *dispatch, struct delivery *deliveries, size_t taken,
                 struct send_item **items, int64_t now_ms, size_t *ret_count, struct error *err)
{
    for (size_t i = 0; i < taken; i++) {
        bool sound = false;
        if (!check_edition(dispatch, &deliveries[i], &sound, err))
            return false;
        if (!sound)
            ledger_release(dispatch->ledger, deliveries[i].id);
        else if (is_in_hours(dispatch, &deliveries[i], now_ms, err))
            fill_item(dispatch, items[(*ret_count)++], &deliveries[i], now_ms);
    }
    return !ledger_pending(dispatch->ledger) || ledger_commit(dispatch->ledger, now_ms, err);
}

static bool is_stopped(const struct dispatch *dispatch)
{
    return dispatch->options->stop != NULL && *dispatch->options->stop != 0;
}

enum { LOOK_AGAIN_MS = 10, LOOK_LATER_MS = 500 };

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When the gate opens, by the wall clock. What it said may be overtaken: with a connection the next
 * take tells soon, without one (`asking`) it is worth opening one. */
static int64_t opens_at(struct dispatch *dispatch, bool rests, bool asking, int64_t now_ms)
{
    int64_t opens_ms = ledger_next_open(dispatch->ledger, rests);
    int64_t steady_ms = clock_steady_ms(dispatch->options->clock);
    if (opens_ms == INT64_MAX)
        return INT64_MAX;
    /* A message on its way decides: its result brings the next take. */
    if (opens_ms == INT64_MIN && !asking)
        return now_ms + LOOK_LATER_MS;
    /* A place is promised a little before it opens. */
    if (opens_ms > steady_ms + GATE_AHEAD_MS)
        return now_ms + (opens_ms - GATE_AHEAD_MS - steady_ms);
    return asking ? now_ms : now_ms + LOOK_AGAIN_MS;
}

/* When it is worth asking again: what comes due soon enough, and what a limit lets go soon enough.
 * Something later is for the next run. */
static bool next_look(struct dispatch *dispatch, bool asking, int64_t now_ms, int64_t *ret_next_ms,
                      struct error *err)
{
    const struct dispatch_options *options = dispatch->options;
    int64_t limit_wait_ms = options->workspace->config.send.limit_wait_ms;
    int64_t due_ms, opens_ms = opens_at(dispatch, false, asking, now_ms);
    if (!ledger_next_due(dispatch->ledger, &due_ms, err))
        return false;
    due_ms = earlier(due_ms, opens_at(dispatch, true, asking, now_ms));
    dispatch->next_ms = earlier(due_ms, opens_ms);
    *ret_next_ms = earlier(due_ms - now_ms > options->patience_ms ? INT64_MAX : due_ms,
                           opens_ms - now_ms > limit_wait_ms ? INT64_MAX : opens_ms);
    return true;
}

static bool take(void *self, struct send_item **items, size_t room, int64_t now_ms,
                 size_t *ret_count, int64_t *ret_next_ms, struct error *err)
{
    struct dispatch *dispatch = self;
    struct delivery *deliveries = NULL;
    size_t allowed = room < dispatch->left ? room : (size_t)dispatch->left;
    *ret_count = 0;
    *ret_next_ms = INT64_MAX;
    if (room == 0 && dispatch->left > 0)
        return next_look(dispatch, true, now_ms, ret_next_ms, err);
    if (allowed == 0)
        return true;
    size_t taken;
    struct arena *batch = &dispatch->batches[dispatch->batch ^= 1];
    do {
        arena_clear(batch);
        if (!ledger_take(dispatch->ledger, batch, now_ms, allowed, &deliveries, &taken, err) ||
            !sift(dispatch, deliveries, taken, items, now_ms, ret_count, err))
            return false;
    } while (taken > 0 && *ret_count == 0 && !is_stopped(dispatch));
    count_tried(dispatch, (int64_t)*ret_count);
    bool more = *ret_count == room || dispatch->left == 0;
    return more || next_look(dispatch, false, now_ms, ret_next_ms, err);
}

static void set_address(char address[SEND_ADDRESS], struct text text)
{
    must(text.length < SEND_ADDRESS);
    snprintf(address, SEND_ADDRESS, "%.*s", TEXT_ARGS(text));
}

static bool merge(void *self, struct send_item *item, int64_t now_ms, struct error *err)
{
    struct dispatch *dispatch = self;
    const struct row *row = item->self;
    const struct issue *issue = row->issue;
    struct recipient recipient = plan_recipient(&row->delivery->member);
    struct envelope envelope;
    (void)now_ms;
    set_address(item->to, recipient.email);
    struct stamp stamp = {.edition = issue->edition_id,
                          .slot = issue->slot,
                          .first_attempt_ms = item->first_attempt_ms,
                          .key = &dispatch->options->workspace->key};
    if (!composition_merge(composition_of(issue->composed, recipient.language), &recipient, &stamp,
                           &item->bytes, &envelope, err))
        return false;
    set_address(item->from, envelope.from);
    set_address(item->to, envelope.to);
    item->smtputf8 = envelope.needs_smtputf8;
    item->retry_for_ms = issue->retry_for_ms;
    return true;
}

static void put_back(void *self, struct send_item *item)
{
    struct dispatch *dispatch = self;
    ledger_release(dispatch->ledger, item->key);
    count_tried(dispatch, -1);
}

static const enum delivery_state state_of[] = {
    [SEND_SENT] = DELIVERY_SENT,
    [SEND_READY] = DELIVERY_READY,
    [SEND_FAILED] = DELIVERY_FAILED,
    [SEND_UNKNOWN] = DELIVERY_UNKNOWN,
};

static void settle(struct dispatch *dispatch, const struct send_result *result)
{
    bool is_failed = result->fate == SEND_FAILED;
    bool is_soft = is_failed && result->action == VERDICT_COUNT;
    bool is_dead = is_failed && result->action == VERDICT_SUPPRESS;
    bool replied = result->reply.code != 0 || result->reply.text.length > 0;
    struct text reason = text_of(result->reason);
    struct settlement settlement = {
        .id = result->item->key,
        .state = state_of[result->fate],
        .reason = result->fate == SEND_SENT ? TEXT("") : reason,
        .next_ms = result->next_at_ms,
        .uncharged = !result->charged,
        .reply = replied ? &result->reply : NULL,
        .suppress_class = is_dead || is_soft ? reason : TEXT(""),
        .is_soft = is_soft,
        .known_ms = result->known_ms,
    };
    ledger_settle(dispatch->ledger, &settlement);
}

/* Its envelope is out, and its place should be free in a moment. */
static void intend(struct dispatch *dispatch, struct send_intent *intent)
{
    struct send_item *item = intent->item;
    int64_t opens_ms, now_ms = clock_steady_ms(dispatch->options->clock);
    bool begun = ledger_begin(dispatch->ledger, item->key, lead_ms(dispatch), &opens_ms);
    item->completes_ms = opens_ms;
    intent->again_ms = 0;
    if (begun)
        ledger_intend(dispatch->ledger, item->key, item->first_attempt_ms);
    else
        intent->again_ms =
            opens_ms == INT64_MAX ? now_ms + LOOK_AGAIN_MS : opens_ms - lead_ms(dispatch);
}

/* A row that was not granted is no longer in the loop's hands. */
static bool granted(struct dispatch *dispatch, int64_t id)
{
    enum grant grant = ledger_grant(dispatch->ledger, id);
    if (grant == GRANT_NO)
        ledger_release(dispatch->ledger, id);
    return grant == GRANT_YES;
}

/* Behind the commit. What cannot be saved is learned again from the next replies; the messages of
 * this turn are on their way whatever becomes of it. */
static void learn(struct dispatch *dispatch, const struct send_result *results, size_t count)
{
    struct error err;
    if (!brake_learn(dispatch->brake, results, count, &err))
        log_error(dispatch->options->log, "%s", err.message);
}

/* The relay took a message: whatever kept it from that is over. */
static void note_answer(struct dispatch *dispatch)
{
    struct error err;
    dispatch->answered = true;
    if (!route_answer(dispatch->options->workspace->store, dispatch->relay, &err))
        log_error(dispatch->options->log, "%s", err.message);
}

static bool commit(void *self, const struct send_result *results, size_t result_count,
                   struct send_intent *intents, size_t intent_count, int64_t now_ms,
                   struct error *err)
{
    struct dispatch *dispatch = self;
    int64_t began_ms = clock_steady_ms(dispatch->options->clock);
    for (size_t i = 0; i < result_count; i++)
        settle(dispatch, &results[i]);
    for (size_t i = 0; i < intent_count; i++)
        intend(dispatch, &intents[i]);
    if (!ledger_commit(dispatch->ledger, now_ms, err))
        return false;
    struct error ignored; /* a log that grows is no reason to stop; the next turn tries again */
    store_checkpoint(dispatch->options->workspace->store, dispatch->lock, false, &ignored);
    for (size_t i = 0; i < intent_count; i++)
        intents[i].granted = intents[i].again_ms == 0 && granted(dispatch, intents[i].item->key);
    learn(dispatch, results, result_count);
    note_commit(dispatch, clock_steady_ms(dispatch->options->clock) - began_ms);
    if (!dispatch->answered && intent_count > 0)
        note_answer(dispatch);
    return true;
}

static void pause_edition(void *self, int64_t edition, const char *why)
{
    struct dispatch *dispatch = self;
    struct error err;
    bool changed;
    if (!edition_pause(dispatch->options->workspace->store, edition, text_of(why), &changed, &err))
        log_error(dispatch->options->log, "the edition could not be paused: %s", err.message);
}

/* A ledger that cannot be written stops the sending before the next message: work remains. */
static void call_it_unfinished(struct error *end)
{
    if (end->fault != FAULT_WRITE)
        return;
    end->fault = FAULT_REMAINS;
    error_within(end, "stopped before the next message, nobody is lost; with room on the disk the "
                      "same command goes on");
}

/* Of an edition that ended long ago only its campaign is asked. */
static bool campaign_of(void *self, int64_t edition_id, struct text *ret_campaign,
                        const struct rate **ret_limits, size_t *ret_count)
{
    struct dispatch *dispatch = self;
    struct error err;
    struct edition *edition;
    if (ret_limits != NULL) {
        const struct issue *issue = issues_find(&dispatch->issues, edition_id, &err);
        if (issue == NULL)
            return false; /* check_edition() pauses it */
        *ret_campaign = issue->campaign;
        *ret_limits = issue->limits.at;
        *ret_count = issue->limits.count;
        return true;
    }
    arena_clear(&dispatch->names);
    if (!edition_read(dispatch->options->workspace->store, &dispatch->names, edition_id, &edition,
                      &err) ||
        edition == NULL)
        return false;
    *ret_campaign = edition->campaign;
    return true;
}

/* ---- The relay in use ---- */

static bool list_relays(const struct workspace *workspace, struct error *err)
{
    ARENA(scratch);
    struct route routes[CONFIG_RELAYS];
    const struct relay_list *list = &workspace->config.relay;
    for (size_t i = 0; i < list->count; i++)
        routes[i] = (struct route){.relay = limits_relay_name(&scratch, &list->at[i]),
                                   .url = list->at[i].url};
    return route_put(workspace->store, routes, list->count, err);
}

/* Nothing is on its way: all limits begin anew from the journal, as after a restart. */
static bool use_relay(void *self, const struct relay_config *relay, struct error *err)
{
    struct dispatch *dispatch = self;
    const struct dispatch_options *options = dispatch->options;
    const struct limits_options limits = {.config = &options->workspace->config,
                                          .relay = relay,
                                          .store = options->workspace->store,
                                          .clock = options->clock,
                                          .log = options->log,
                                          .campaign = campaign_of,
                                          .self = dispatch};
    brake_close(dispatch->brake);
    dispatch->relay = limits_relay_name(&dispatch->relay_names, relay);
    dispatch->answered = false;
    if (!brake_open(&limits, options->workspace->root, &dispatch->brake, err) ||
        !route_use(options->workspace->store, dispatch->relay, clock_wall_ms(options->clock), err))
        return false;
    ledger_set_gate(dispatch->ledger, brake_gate(dispatch->brake));
    return true;
}

static void relay_failed(void *self, const struct relay_config *relay, const struct error *why)
{
    struct dispatch *dispatch = self;
    struct error err;
    ARENA(scratch);
    if (!route_fail(dispatch->options->workspace->store, limits_relay_name(&scratch, relay),
                    text_of(why->message), clock_wall_ms(dispatch->options->clock), &err))
        log_error(dispatch->options->log, "%s", err.message);
}

static void run_loop(struct dispatch *dispatch, struct relays *relays,
                     struct dispatch_report *report)
{
    const struct dispatch_options *options = dispatch->options;
    const struct relays_watch watch = {.self = dispatch, .use = use_relay, .failed = relay_failed};
    const struct send_work work = {.self = dispatch,
                                   .take = take,
                                   .merge = merge,
                                   .put_back = put_back,
                                   .commit = commit,
                                   .paces_domains = true,
                                   .keeps_limits = true,
                                   .pause = pause_edition};
    struct send_options how = {
        .clock = options->clock,
        .random = options->random,
        .log = options->log,
        .patience_ms = INT64_MAX / 4, /* next_look() tells only what is worth it */
        .progress = options->progress,
        .progress_self = options->progress_self,
        .stop = options->stop,
        .wake = options->wake,
        .threaded = true,
    };
    relays_send(relays, &how, &work, &watch, &report->send);
}

/* With the lock held and the ledger open. */
static bool run_locked(struct dispatch *dispatch, struct lock *lock, struct dispatch_report *report,
                       struct error *err)
{
    const struct dispatch_options *options = dispatch->options;
    struct workspace *workspace = options->workspace;
    struct relays *relays = NULL;
    int64_t now_ms = clock_wall_ms(options->clock);
    if (!store_ballast_keep(workspace->store, err) ||
        !relays_open(&workspace->config.relay, workspace->root, &relays, err) ||
        !list_relays(workspace, err) ||
        !ledger_open(workspace->store, lock, now_ms, &dispatch->ledger, &report->recovered, err)) {
        relays_close(relays);
        return false;
    }
    dispatch->lock = lock;
    run_loop(dispatch, relays, report);
    call_it_unfinished(&report->send.end);
    report->send.next_ms = dispatch->next_ms;
    ledger_close(dispatch->ledger);
    brake_close(dispatch->brake);
    relays_close(relays);
    struct error ignored; /* what could not be moved now is moved by the next dispatcher */
    store_checkpoint(workspace->store, lock, true, &ignored);
    return true;
}

bool dispatch_run(const struct dispatch_options *options, struct dispatch_report *ret_report,
                  struct error *err)
{
    struct store *store = options->workspace->store;
    struct lock *lock = NULL;
    struct dispatch dispatch = {.options = options,
                                .issues = {.store = store},
                                .left = options->limit > 0 ? options->limit : UINT64_MAX};
    bool alive;
    *ret_report = (struct dispatch_report){0};
    if (!lock_take(store, clock_wall_ms(options->clock), &lock, err))
        return false;
    if (lock == NULL) {
        ret_report->busy = true;
        return lock_find(store, &ret_report->holder, &alive, err);
    }
    dispatch.zones = zones_open();
    bool ran = run_locked(&dispatch, lock, ret_report, err);
    zones_close(dispatch.zones);
    issues_close(&dispatch.issues);
    arena_free(&dispatch.batches[0]);
    arena_free(&dispatch.batches[1]);
    arena_free(&dispatch.names);
    arena_free(&dispatch.relay_names);
    lock_release(lock);
    return ran;
}
