/* Ruling: the usual reply, or what the script makes of it. */
#include "dialogue.h"

#include <ctype.h>
#include <string.h>

static int code_of(const char *text, size_t length)
{
    if (length < 3 || !isdigit((unsigned char)text[0]) || !isdigit((unsigned char)text[1]) ||
        !isdigit((unsigned char)text[2]))
        return 0;
    return (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
}

struct ruling ruling_of(struct session *session, enum event event, const char *usual)
{
    struct ruling ruling = {.text = usual, .length = strlen(usual)};
    if (session->script->count > 0) {
        bool begins = event == EVENT_MAIL || !session->envelope.begun;
        struct occasion occasion = {
            .event = event,
            .connection = session->connection,
            .message = session->messages + (begins ? 1 : 0),
            .from = session->envelope.from.length > 0 ? bytes_string(&session->envelope.from) : "",
            .to = session->current_to,
            .seen = session->seen,
        };
        ruling.rule = script_match(session->script, &occasion);
    }
    const struct rule *rule = ruling.rule;
    if (rule != NULL && rule->reply != NULL) {
        ruling.text = rule->reply;
        ruling.length = rule->reply_length;
    }
    ruling.code = code_of(ruling.text, ruling.length);
    ruling.silent =
        rule != NULL && rule->reply == NULL && !rule->half &&
        (rule->swallow || rule->hang || rule->then == THEN_DROP || rule->then == THEN_RESET);
    return ruling;
}

static void drip(struct session *session, const struct bytes *line, int64_t *due_ns,
                 int64_t step_ms)
{
    for (size_t i = 0; i < line->length; i++) {
        outbox_say(&session->outbox, line->at + i, 1);
        outbox_mark(&session->outbox, *due_ns, THEN_NOTHING);
        *due_ns += step_ms * 1000000;
    }
}

static void build(const struct ruling *ruling, struct bytes *line)
{
    if (!ruling->silent) {
        bytes_append(line, ruling->text, ruling->length);
        if (!ruling->rule->raw)
            bytes_say(line, "\r\n");
    }
    if (ruling->rule->half)
        line->length /= 2;
    if (ruling->rule->extra != NULL) {
        bytes_append(line, ruling->rule->extra, ruling->rule->extra_length);
        bytes_say(line, "\r\n");
    }
}

static void say_scripted(struct session *session, const struct ruling *ruling)
{
    const struct rule *rule = ruling->rule;
    int64_t due_ns = session->now_ns + session->options->delay_ms * 1000000;
    struct bytes line = {0};
    build(ruling, &line);
    intake_trace(session->intake, session->connection, 'S', line.at, line.length);
    outbox_mark(&session->outbox, due_ns, THEN_NOTHING); /* what came before keeps its time */
    due_ns += rule->delay_ms * 1000000;
    if (rule->drip_ms > 0)
        drip(session, &line, &due_ns, rule->drip_ms);
    else
        outbox_say(&session->outbox, line.at, line.length);
    outbox_mark(&session->outbox, due_ns, rule->hang ? THEN_NOTHING : rule->then);
    session->paused = rule->delay_ms > 0 || rule->drip_ms > 0;
    session->deaf = rule->hang || rule->then != THEN_NOTHING;
    bytes_free(&line);
}

void ruling_say(struct session *session, const struct ruling *ruling)
{
    if (ruling->rule != NULL) {
        say_scripted(session, ruling);
        return;
    }
    intake_trace(session->intake, session->connection, 'S', ruling->text, ruling->length);
    outbox_say(&session->outbox, ruling->text, ruling->length);
    outbox_say(&session->outbox, "\r\n", 2);
}

bool dialogue_reply(struct session *session, enum event event, const char *usual, int class)
{
    struct ruling ruling = ruling_of(session, event, usual);
    ruling_say(session, &ruling);
    return ruling.code / 100 == class;
}

void dialogue_end(struct session *session, enum event event, const char *last)
{
    dialogue_reply(session, event, last, 2);
    if (session->deaf)
        return;
    outbox_mark(&session->outbox, session->now_ns + session->options->delay_ms * 1000000,
                THEN_CLOSE);
    session->deaf = true;
}
