/* Trial: `send --test-to`. */
#include "flow/trial.h"

#include "base/banned.h"

static bool take(void *self, struct send_item **items, size_t room, int64_t now_ms,
                 size_t *ret_count, int64_t *ret_next_ms, struct error *err)
{
    struct trial *trial = self;
    (void)err;
    *ret_count = 0;
    *ret_next_ms = trial->next < trial->count ? now_ms : INT64_MAX;
    while (*ret_count < room && trial->next < trial->count) {
        struct send_item *item = items[(*ret_count)++];
        item->key = (int64_t)++trial->next;
        item->edition = 0;
        item->attempts = 0;
        item->first_attempt_ms = now_ms;
    }
    if (trial->next == trial->count)
        *ret_next_ms = INT64_MAX;
    return true;
}

static bool merge(void *self, struct send_item *item, int64_t now_ms, struct error *err)
{
    struct trial *trial = self;
    struct recipient reader = trial->readers[item->key - 1];
    struct composition *composition = composition_of(trial->composed, reader.language);
    struct stamp stamp = {.slot = TEXT("test"), .first_attempt_ms = now_ms, .key = trial->key};
    struct envelope envelope;
    reader.email = trial->to;
    must(trial->to.length < SEND_ADDRESS);
    if (!composition_merge(composition, &reader, &stamp, &item->bytes, &envelope, err))
        return false;
    snprintf(item->to, sizeof(item->to), "%.*s", TEXT_ARGS(envelope.to));
    snprintf(item->from, sizeof(item->from), "%.*s", TEXT_ARGS(envelope.from));
    item->smtputf8 = envelope.needs_smtputf8;
    return true;
}

/* Tried once: what did not go now is not tried again. */
static void put_back(void *self, struct send_item *item)
{
    struct trial *trial = self;
    (void)item;
    if (trial->first_failure.fault == FAULT_NONE)
        error_set(&trial->first_failure, FAULT_REMAINS,
                  "a test message was not sent: the connection ended before it; send it again");
}

static void note_failure(struct trial *trial, const struct send_result *result)
{
    if (trial->first_failure.fault != FAULT_NONE)
        return;
    error_set(&trial->first_failure, FAULT_SOME_FAILED, "%.*s was not sent: %u %.*s",
              TEXT_ARGS(trial->to), result->reply.code, TEXT_ARGS(result->reply.text));
}

static bool commit(void *self, const struct send_result *results, size_t result_count,
                   struct send_intent *intents, size_t intent_count, int64_t now_ms,
                   struct error *err)
{
    struct trial *trial = self;
    (void)now_ms, (void)err;
    for (size_t i = 0; i < result_count; i++) {
        trial->sent += results[i].fate == SEND_SENT;
        if (results[i].fate != SEND_SENT)
            note_failure(trial, &results[i]);
    }
    for (size_t i = 0; i < intent_count; i++)
        intents[i].granted = true;
    return true;
}

struct send_work trial_work(struct trial *trial)
{
    return (struct send_work){
        .self = trial, .take = take, .merge = merge, .put_back = put_back, .commit = commit};
}
