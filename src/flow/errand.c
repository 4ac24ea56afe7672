/* Errand: a few messages that no ledger knows, as tests and notices are. */
#include "flow/errand.h"

#include "base/banned.h"
#include "base/memory.h"
#include "flow/relays.h"

struct running {
    struct errand *errand;
    bool *taken; /* or done with */
    size_t next; /* all before it are */
};

static void skip_taken(struct running *running)
{
    while (running->next < running->errand->count && running->taken[running->next])
        running->next++;
}

static bool take(void *self, struct send_item **items, size_t room, int64_t now_ms,
                 size_t *ret_count, int64_t *ret_next_ms, struct error *err)
{
    struct running *running = self;
    (void)err;
    skip_taken(running);
    for (*ret_count = 0; *ret_count < room && running->next < running->errand->count;
         skip_taken(running)) {
        struct send_item *item = items[(*ret_count)++];
        running->taken[running->next++] = true;
        item->key = (int64_t)running->next;
        item->first_attempt_ms = now_ms;
    }
    *ret_next_ms = running->next < running->errand->count ? now_ms : INT64_MAX;
    return true;
}

static bool merge(void *self, struct send_item *item, int64_t now_ms, struct error *err)
{
    const struct running *running = self;
    struct errand *errand = running->errand;
    return errand->merge(errand->self, (size_t)item->key - 1, item, now_ms, err);
}

static void put_back(void *self, struct send_item *item)
{
    struct running *running = self;
    size_t index = (size_t)item->key - 1;
    running->taken[index] = false;
    running->next = index < running->next ? index : running->next;
}

static void note(struct errand *errand, const struct send_result *result)
{
    errand->sent += result->fate == SEND_SENT;
    if (result->fate == SEND_SENT || errand->end.fault != FAULT_NONE)
        return;
    if (result->reply.code == 0)
        error_set(&errand->end, FAULT_SOME_FAILED, "the message to %s was not sent (%s) %.*s",
                  result->item->to, result->reason, TEXT_ARGS(result->reply.text));
    else
        error_set(&errand->end, FAULT_SOME_FAILED, "the message to %s was not sent: %u %.*s",
                  result->item->to, result->reply.code, TEXT_ARGS(result->reply.text));
}

static bool commit(void *self, const struct send_result *results, size_t result_count,
                   struct send_intent *intents, size_t intent_count, int64_t now_ms,
                   struct error *err)
{
    struct running *running = self;
    (void)now_ms, (void)err;
    for (size_t i = 0; i < result_count; i++)
        note(running->errand, &results[i]);
    for (size_t i = 0; i < intent_count; i++)
        intents[i].granted = true;
    return true;
}

/* A signal, or the last of the relays. */
static void note_end(struct running *running, const struct error *end)
{
    struct errand *errand = running->errand;
    skip_taken(running);
    if (end->fault != FAULT_NONE)
        errand->end = *end;
    else if (errand->end.fault == FAULT_NONE && running->next < errand->count)
        error_set(&errand->end, FAULT_REMAINS,
                  "%zu of %zu messages were not sent: it was stopped; run it again",
                  errand->count - errand->sent, errand->count);
}

bool errand_run(struct errand *errand, const struct relay_list *relays, const char *root,
                struct send_options *how, struct error *err)
{
    const struct relays_watch nobody = {0};
    struct running running = {.errand = errand};
    const struct send_work work = {
        .self = &running, .take = take, .merge = merge, .put_back = put_back, .commit = commit};
    struct send_report report;
    struct relays *through;
    if (!relays_open(relays, root, &through, err))
        return false;
    running.taken = memory_take(errand->count * sizeof(*running.taken));
    relays_send(through, how, &work, &nobody, &report);
    relays_close(through);
    note_end(&running, &report.end);
    memory_free(running.taken);
    return true;
}
