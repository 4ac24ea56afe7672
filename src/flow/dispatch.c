/* Dispatch: the ledger as the source of work. */
#include "flow/dispatch.h"

#include "base/banned.h"
#include "flow/issue.h"
#include "flow/plan.h"
#include "flow/relaying.h"
#include "settings/secret.h"
#include "store/ledger.h"

/* A row on its way: what the ledger gave, kept until it is settled or put back. */
struct held {
    struct arena arena;
    struct delivery delivery;
    struct held *next_free;
};

struct dispatch {
    const struct dispatch_options *options;
    struct ledger *ledger;
    struct issues issues;
    struct arena batch; /* of the last ledger_take() */
    struct held *free;
    uint64_t left; /* messages that may still be tried; UINT64_MAX: no limit */
};

static struct held *hold(struct dispatch *dispatch)
{
    struct held *held = dispatch->free;
    if (held == NULL)
        return memory_take(sizeof(*held));
    dispatch->free = held->next_free;
    return held;
}

static void let_go(struct dispatch *dispatch, struct send_item *item)
{
    struct held *held = item->self;
    if (held == NULL)
        return;
    arena_clear(&held->arena);
    held->next_free = dispatch->free;
    dispatch->free = held;
    item->self = NULL;
}

static void free_held(struct dispatch *dispatch)
{
    while (dispatch->free != NULL) {
        struct held *held = dispatch->free;
        dispatch->free = held->next_free;
        arena_free(&held->arena);
        memory_free(held);
    }
}

/* The batch's arena is reused by the next take: a row that stays keeps its own copy. */
static struct delivery copy_delivery(struct arena *arena, const struct delivery *from)
{
    struct delivery copy = *from;
    struct text *texts[] = {&copy.domain,           &copy.member.key,
                            &copy.member.email,     &copy.member.first_name,
                            &copy.member.last_name, &copy.member.organization,
                            &copy.member.role,      &copy.member.language,
                            &copy.member.timezone,  &copy.member.tags,
                            &copy.member.attributes};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i] = arena_text(arena, *texts[i]);
    return copy;
}

static void fill_item(struct dispatch *dispatch, struct send_item *item,
                      const struct delivery *delivery, int64_t now_ms)
{
    struct held *held = hold(dispatch);
    held->delivery = copy_delivery(&held->arena, delivery);
    if (held->delivery.first_attempt_ms == 0)
        held->delivery.first_attempt_ms = now_ms;
    item->self = held;
    item->key = delivery->id;
    item->edition = delivery->edition_id;
    item->attempts = delivery->attempts;
    item->first_attempt_ms = delivery->first_attempt_ms;
    must(delivery->member.email.length < SEND_ADDRESS);
    snprintf(item->to, sizeof(item->to), "%.*s", TEXT_ARGS(delivery->member.email));
}

static bool take(void *self, struct send_item **items, size_t room, int64_t now_ms,
                 size_t *ret_count, int64_t *ret_next_ms, struct error *err)
{
    struct dispatch *dispatch = self;
    struct delivery *deliveries = NULL;
    *ret_count = 0;
    *ret_next_ms = INT64_MAX;
    if (room > dispatch->left)
        room = (size_t)dispatch->left;
    if (room == 0)
        return true;
    arena_clear(&dispatch->batch);
    if (!ledger_take(dispatch->ledger, &dispatch->batch, now_ms, room, &deliveries, ret_count, err))
        return false;
    for (size_t i = 0; i < *ret_count; i++)
        fill_item(dispatch, items[i], &deliveries[i], now_ms);
    if (dispatch->left != UINT64_MAX)
        dispatch->left -= *ret_count;
    return *ret_count > 0 || ledger_next_due(dispatch->ledger, ret_next_ms, err);
}

static bool merge(void *self, struct send_item *item, int64_t now_ms, struct error *err)
{
    struct dispatch *dispatch = self;
    struct held *held = item->self;
    struct recipient recipient = plan_recipient(&held->delivery.member);
    struct issue *issue = issues_find(&dispatch->issues, held->delivery.edition_id, err);
    struct envelope envelope;
    (void)now_ms;
    if (issue == NULL)
        return false;
    struct stamp stamp = {.edition = issue->edition_id,
                          .slot = issue->slot,
                          .first_attempt_ms = held->delivery.first_attempt_ms,
                          .key = &dispatch->options->workspace->key};
    buffer_clear(&item->bytes);
    if (!composition_merge(composition_of(issue->composed, recipient.language), &recipient, &stamp,
                           &item->bytes, &envelope, err))
        return false;
    must(envelope.from.length < SEND_ADDRESS && envelope.to.length < SEND_ADDRESS);
    snprintf(item->from, sizeof(item->from), "%.*s", TEXT_ARGS(envelope.from));
    snprintf(item->to, sizeof(item->to), "%.*s", TEXT_ARGS(envelope.to));
    item->smtputf8 = envelope.needs_smtputf8;
    item->retry_for_ms = issue->retry_for_ms;
    return true;
}

static void put_back(void *self, struct send_item *item)
{
    struct dispatch *dispatch = self;
    ledger_release(dispatch->ledger, item->key);
    if (dispatch->left != UINT64_MAX)
        dispatch->left++;
    let_go(dispatch, item);
}

static const enum delivery_state state_of[] = {
    [SEND_SENT] = DELIVERY_SENT,
    [SEND_READY] = DELIVERY_READY,
    [SEND_FAILED] = DELIVERY_FAILED,
    [SEND_UNKNOWN] = DELIVERY_UNKNOWN,
};

static struct text reason_of(const struct send_result *result)
{
    if (result->fate == SEND_SENT)
        return (struct text){0};
    if (result->judged)
        return text_of(verdict_class_name(result->verdict.class));
    return result->fate == SEND_UNKNOWN ? TEXT("no-reply") : TEXT("not-sent");
}

static void settle(struct dispatch *dispatch, const struct send_result *result)
{
    bool dead =
        result->judged && result->fate == SEND_FAILED && result->verdict.action == VERDICT_SUPPRESS;
    struct settlement settlement = {
        .id = result->item->key,
        .state = state_of[result->fate],
        .reason = reason_of(result),
        .next_ms = result->next_at_ms,
        .uncharged = !result->charged,
        .reply = result->reply.code != 0 || result->reply.text.length > 0 ? &result->reply : NULL,
    };
    if (dead)
        settlement.suppress_class = text_of(verdict_class_name(result->verdict.class));
    ledger_settle(dispatch->ledger, &settlement);
}

static bool commit(void *self, const struct send_result *results, size_t result_count,
                   struct send_intent *intents, size_t intent_count, int64_t now_ms,
                   struct error *err)
{
    struct dispatch *dispatch = self;
    for (size_t i = 0; i < result_count; i++)
        settle(dispatch, &results[i]);
    for (size_t i = 0; i < intent_count; i++) {
        struct held *held = intents[i].item->self;
        ledger_intend(dispatch->ledger, intents[i].item->key, held->delivery.first_attempt_ms);
    }
    bool durable = ledger_commit(dispatch->ledger, now_ms, err);
    for (size_t i = 0; i < intent_count; i++)
        intents[i].granted =
            durable && ledger_grant(dispatch->ledger, intents[i].item->key) == GRANT_YES;
    for (size_t i = 0; durable && i < result_count; i++)
        let_go(dispatch, results[i].item);
    return durable;
}

static bool pause_edition(void *self, int64_t edition, const char *why, struct error *err)
{
    struct dispatch *dispatch = self;
    bool changed;
    return edition_pause(dispatch->options->workspace->store, edition, text_of(why), &changed, err);
}

static void run_loop(struct dispatch *dispatch, struct send_options *how,
                     struct dispatch_report *report)
{
    const struct dispatch_options *options = dispatch->options;
    const struct send_work work = {.self = dispatch,
                                   .take = take,
                                   .merge = merge,
                                   .put_back = put_back,
                                   .commit = commit,
                                   .pause = pause_edition};
    how->clock = options->clock;
    how->random = options->random;
    how->log = options->log;
    how->patience_ms = options->patience_ms;
    how->progress = options->progress;
    how->progress_self = options->progress_self;
    how->stop = options->stop;
    how->wake = options->wake;
    send_run(how, &work, &report->send);
}

/* With the lock held and the ledger open. */
static bool run_locked(struct dispatch *dispatch, struct lock *lock, struct dispatch_report *report,
                       struct error *err)
{
    const struct dispatch_options *options = dispatch->options;
    struct workspace *workspace = options->workspace;
    struct send_options how = {0};
    struct secret *secret = NULL;
    ARENA(arena);
    int64_t now_ms = clock_wall_ms(options->clock);
    if (!store_ballast_keep(workspace->store, err) ||
        !relaying_prepare(&how, &secret, &arena, &workspace->config, workspace->root, err) ||
        !ledger_open(workspace->store, lock, now_ms, &dispatch->ledger, &report->recovered, err)) {
        secret_close(secret);
        return false;
    }
    run_loop(dispatch, &how, report);
    ledger_close(dispatch->ledger);
    secret_close(secret);
    struct error ignored; /* what could not be moved now is moved by the next dispatcher */
    store_checkpoint(workspace->store, lock, false, &ignored);
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
    bool ran = run_locked(&dispatch, lock, ret_report, err);
    issues_close(&dispatch.issues);
    arena_free(&dispatch.batch);
    free_held(&dispatch);
    lock_release(lock);
    return ran;
}
