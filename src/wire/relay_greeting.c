/* Greeting: what a server says until our dialogue begins. */
#include "wire/relay_greeting.h"

#include <string.h>

#include "base/banned.h"

void relay_greeting_begin(struct relay_greeting *greeting, bool starttls)
{
    *greeting = (struct relay_greeting){.starttls = starttls, .stage = STAGE_GREETING};
    reply_reader_begin(&greeting->reader);
}

void relay_greeting_free(struct relay_greeting *greeting)
{
    reply_reader_free(&greeting->reader);
}

/* What is awaited behind a positive answer. A refused EHLO is followed by HELO: the same stage. */
static enum facts_stage stage_behind(struct relay_greeting *greeting)
{
    if (greeting->stage == STAGE_GREETING || greeting->stage == STAGE_STARTTLS)
        return STAGE_EHLO;
    if (greeting->stage == STAGE_EHLO && greeting->starttls) {
        greeting->starttls = false;
        return STAGE_STARTTLS;
    }
    return STAGE_AUTH;
}

static void take_reply(struct relay_greeting *greeting, const struct reply *reply)
{
    greeting->last = *reply;
    greeting->last_stage = greeting->stage;
    if (reply->text.length > 0)
        memcpy(greeting->words, reply->text.at, reply->text.length);
    greeting->last.text.at = greeting->words;
    greeting->authenticated |= greeting->stage == STAGE_AUTH && reply->code == 235;
    if (reply->code / 100 != 2)
        return;
    if (greeting->stage == STAGE_EHLO)
        greeting->capabilities = greeting->offered;
    greeting->stage = stage_behind(greeting);
}

void relay_greeting_read(struct relay_greeting *greeting, struct text line)
{
    struct reply reply;
    if (greeting->line++ == 0)
        greeting->offered = (struct smtp_capabilities){0};
    else
        smtp_capability_read(&greeting->offered, text_after(line, 4));
    enum reply_step step = reply_reader_take(&greeting->reader, &line, &reply);
    if (step == REPLY_MORE)
        return;
    if (step == REPLY_WHOLE)
        take_reply(greeting, &reply);
    greeting->line = 0;
}
