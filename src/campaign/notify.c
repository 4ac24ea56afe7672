/* Notify: who is told by mail what a scheduled run did, and of what. */
#include "campaign/notify.h"

#include "campaign/fit.h"

#include "base/banned.h"

static const struct {
    const char *word;
    enum notify_event event;
} words[] = {
    {"held", NOTIFY_HELD},       {"breaker", NOTIFY_BREAKER}, {"failure", NOTIFY_FAILURE},
    {"skipped", NOTIFY_SKIPPED}, {"finish", NOTIFY_FINISH},
};

static unsigned event_of(struct text word)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (text_equal(word, text_of(words[i].word)))
            return words[i].event;
    return 0;
}

static bool fit_event(struct text text, struct error *err)
{
    return event_of(text) != 0 ||
           error_set(err, FAULT_CONFIG, "must be held, breaker, failure, skipped or finish");
}

static const struct key notify_keys[] = {
    {"to", KEY_TEXTS(struct notify_config, to, fit_address), REQUIRED, NULL,
     "[office@childrensmovement.example]", "Who is told, through the same relay."},
    {"on", KEY_TEXTS(struct notify_config, on, fit_event), 0, NULL, "[held, breaker, failure]",
     "Of what: held, breaker, failure, skipped, finish; all of them when not written."},
};

static void check_notify(struct schema *schema, void *at)
{
    struct notify_config *notify = at;
    for (size_t i = 0; i < notify->on.count; i++)
        notify->events |= event_of(notify->on.at[i]);
    if (notify->on.count == 0)
        notify->events =
            NOTIFY_HELD | NOTIFY_BREAKER | NOTIFY_FAILURE | NOTIFY_SKIPPED | NOTIFY_FINISH;
    if (notify->to.count > NOTIFY_ADDRESSES)
        schema_mistake(schema, notify->place, "to: at most %d addresses", NOTIFY_ADDRESSES);
}

const struct shape notify_shape =
    SHAPE_WITH(struct notify_config, notify_keys, .check = check_notify);
