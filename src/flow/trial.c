/* Trial: `send --test-to`. */
#include "flow/trial.h"

#include "base/banned.h"

static bool merge(void *self, size_t index, struct send_item *item, int64_t now_ms,
                  struct error *err)
{
    struct trial *trial = self;
    struct recipient reader = trial->readers[index];
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

struct errand trial_errand(struct trial *trial, size_t count)
{
    return (struct errand){.self = trial, .count = count, .merge = merge};
}
