/* Throttling: config/throttling.yaml, replies that ask for less mail. */
#include "campaign/throttling.h"

#include "base/banned.h"
#include "base/buffer.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static const struct word scope_words[] = {
    {"domain", THROTTLING_DOMAIN}, {"relay", THROTTLING_RELAY}, {"no", THROTTLING_NO}, {NULL, 0}};

static const struct key reply_keys[] = {
    {"match", KEY_TEXT(struct throttling_reply, match), REQUIRED, NULL, "\"4.7.28\"",
     "Words of the reply, with its codes in front; upper and lower case are alike."},
    {"slow", KEY_WORD(struct throttling_reply, slow, enum throttling_scope, scope_words), 0,
     "domain", NULL,
     "What is written to more slowly then: the recipient's domain, the whole relay, or no one."},
    {"rest", KEY_DURATION(struct throttling_reply, rest_ms, 1000, DAY_MS), 0, NULL, "5m",
     "How long nothing is sent there; 5 s, doubling up to 5 min, when not written."},
    {"note", KEY_TEXT(struct throttling_reply, note), 0, NULL, "\"Gmail, unusual rate\"",
     "Who says so, for people."},
};
static const struct shape reply_shape = SHAPE(struct throttling_reply, reply_keys);

static const struct key throttling_keys[] = {
    {"replies",
     KEY_LIST(struct throttling, replies, struct throttling_list, struct throttling_reply,
              reply_shape, THROTTLING_REPLIES),
     0, NULL, NULL, "The replies, the first that fits decides."},
};
static const struct shape throttling_shape = SHAPE(struct throttling, throttling_keys);

bool throttling_read(struct arena *arena, struct text text, struct text path,
                     struct findings *findings, struct throttling *ret_throttling)
{
    unsigned before = findings->errors;
    struct node *root = document_read(arena, text, path, FAULT_CONFIG, findings);
    *ret_throttling = (struct throttling){0};
    if (root != NULL)
        schema_read(&throttling_shape, root, arena, FAULT_CONFIG, findings, ret_throttling);
    return findings->errors == before;
}

const struct throttling_reply *throttling_find(const struct throttling *throttling,
                                               const struct reply *reply)
{
    BUFFER(line, 2 * 1024);
    char enhanced[ENHANCED_STRING];
    if (throttling->replies.count == 0)
        return NULL;
    buffer_printf(&line, "%u %s %.*s", reply->code, enhanced_string(reply->enhanced, enhanced),
                  TEXT_ARGS(text_slice(reply->text, 0, 1024)));
    for (size_t i = 0; i < throttling->replies.count; i++)
        if (text_find_nocase(buffer_text(&line), throttling->replies.at[i].match) != TEXT_NONE)
            return &throttling->replies.at[i];
    return NULL;
}
