/* Session: the SMTP dialogue of one connection (RFC 5321), its lines and its plain commands. */
#include "session.h"
#include "dialogue.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE_LIMIT = 4096 };

static const struct {
    const char *name;
    uint32_t bit;
} capability_rows[] = {
    {"PIPELINING", CAN_PIPELINING},
    {"SIZE", CAN_SIZE},
    {"8BITMIME", CAN_8BITMIME},
    {"STARTTLS", CAN_STARTTLS},
    {"AUTH", CAN_AUTH},
    {"CHUNKING", CAN_CHUNKING},
    {"SMTPUTF8", CAN_SMTPUTF8},
    {"ENHANCEDSTATUSCODES", CAN_STATUSCODES},
};

enum { CAPABILITIES = sizeof capability_rows / sizeof capability_rows[0] };

uint32_t capability_named(const char *name)
{
    for (size_t i = 0; i < CAPABILITIES; i++) {
        if (strcasecmp(name, capability_rows[i].name) == 0)
            return capability_rows[i].bit;
    }
    return 0;
}

static uint32_t capabilities_of(const struct session *session)
{
    const struct options *options = session->options;
    uint32_t without = 0;
    without |= options->no_pipelining ? CAN_PIPELINING : 0;
    without |= options->no_8bitmime ? CAN_8BITMIME : 0;
    without |= options->no_chunking ? CAN_CHUNKING : 0;
    without |= options->smtputf8 ? 0 : CAN_SMTPUTF8;
    without |= options->auth == NULL ? CAN_AUTH : 0;
    without |= options->starttls[0] == NULL || session->tls ? CAN_STARTTLS : 0;
    return (uint32_t)~without;
}

void session_open(struct session *session, uint64_t connection)
{
    session->connection = connection;
    session->seen = script_counters(session->script);
    session->capabilities = capabilities_of(session);
    session->current_to = "";
    session->body.limit = (size_t)session->options->size;
    session->body.keep = session->options->out != NULL      ? BODY_KEEP_ALL
                         : session->options->ledger != NULL ? BODY_KEEP_HEADER
                                                            : BODY_KEEP_NOTHING;
    session->body.strict_chunks = !session->options->count_only;
}

void session_close(struct session *session)
{
    outbox_free(&session->outbox);
    envelope_free(&session->envelope);
    bytes_free(&session->helo);
    bytes_free(&session->user);
    bytes_free(&session->auth_name);
    bytes_free(&session->body.text);
    free(session->seen);
}

void session_reset(struct session *session)
{
    envelope_clear(&session->envelope);
    body_begin(&session->body);
    session->current_to = "";
    session->in_chunks = false;
    session->mode = MODE_COMMAND;
}

void session_secure(struct session *session)
{
    session_reset(session);
    session->tls = true;
    session->deaf = false;
    session->helo.length = session->user.length = 0;
    session->capabilities = capabilities_of(session);
}

/* One mark for all that was read together: --delay simulates the way, not the server. */
static void mark_round_trip(struct session *session)
{
    int64_t delay_ms = session->options->delay_ms;
    if (delay_ms > 0)
        outbox_mark(&session->outbox, session->now_ns + delay_ms * 1000000, THEN_NOTHING);
}

void session_greet(struct session *session)
{
    dialogue_reply(session, EVENT_GREETING, "220 localhost ESMTP catcher", 2);
    mark_round_trip(session);
}

bool session_listens(const struct session *session)
{
    return !session->deaf && !session->paused;
}

static void remember_helo(struct session *session, const char *rest, size_t length)
{
    session_reset(session);
    session->helo.length = 0;
    bytes_append(&session->helo, rest, length);
}

static void say_capabilities(const struct session *session, struct bytes *lines)
{
    uint32_t offered = session->capabilities;
    bytes_say(lines, "250-localhost");
    for (size_t i = 0; i < CAPABILITIES; i++) {
        if ((offered & capability_rows[i].bit) == 0)
            continue;
        bytes_format(lines, "\r\n250-%s", capability_rows[i].name);
        if (capability_rows[i].bit == CAN_SIZE)
            bytes_format(lines, " %lld", (long long)session->options->size);
        if (capability_rows[i].bit == CAN_AUTH)
            bytes_say(lines, " PLAIN LOGIN");
    }
    char *last = memrchr(lines->at, '-', lines->length);
    *last = ' ';
}

static void ehlo_command(struct session *session, const char *rest, size_t length)
{
    if (length == 0) {
        dialogue_reply(session, EVENT_EHLO, "501 5.5.4 EHLO wants a name", 2);
        return;
    }
    /* A rule may take capabilities away; ask it before they are listed. */
    struct ruling ruling = ruling_of(session, EVENT_EHLO, "250");
    if (ruling.rule != NULL)
        session->capabilities &= ~ruling.rule->without;
    struct bytes lines = {0};
    if (ruling.rule == NULL || ruling.rule->reply == NULL) {
        say_capabilities(session, &lines);
        ruling.text = lines.at;
        ruling.length = lines.length;
    }
    if (ruling.code / 100 == 2)
        remember_helo(session, rest, length);
    ruling_say(session, &ruling);
    bytes_free(&lines);
}

static void helo_command(struct session *session, const char *rest, size_t length)
{
    if (length == 0)
        dialogue_reply(session, EVENT_EHLO, "501 5.5.4 HELO wants a name", 2);
    else if (dialogue_reply(session, EVENT_EHLO, "250 localhost", 2))
        remember_helo(session, rest, length);
}

static void starttls_command(struct session *session, const char *rest, size_t length)
{
    (void)rest;
    if ((session->capabilities & CAN_STARTTLS) == 0 || session->tls || length > 0) {
        dialogue_reply(session, EVENT_STARTTLS, "502 5.5.1 STARTTLS is not offered", 2);
        return;
    }
    if (!dialogue_reply(session, EVENT_STARTTLS, "220 2.0.0 go ahead", 2) || session->deaf)
        return;
    outbox_mark(&session->outbox, session->now_ns, THEN_TLS);
    session->deaf = true;
}

static void rset_command(struct session *session, const char *rest, size_t length)
{
    (void)rest, (void)length;
    if (dialogue_reply(session, EVENT_RSET, "250 2.0.0 forgotten", 2))
        session_reset(session);
}

static void noop_command(struct session *session, const char *rest, size_t length)
{
    (void)rest, (void)length;
    dialogue_reply(session, EVENT_NOOP, "250 2.0.0 at your service", 2);
}

static void vrfy_command(struct session *session, const char *rest, size_t length)
{
    (void)rest, (void)length;
    dialogue_reply(session, EVENT_VRFY, "252 2.5.0 send some mail, and see", 2);
}

static void quit_command(struct session *session, const char *rest, size_t length)
{
    (void)rest, (void)length;
    dialogue_end(session, EVENT_QUIT, "221 2.0.0 goodbye");
}

static const struct {
    const char *verb;
    command_do *act;
} commands[] = {
    {"MAIL", mail_command}, {"RCPT", rcpt_command}, {"DATA", data_command},
    {"BDAT", bdat_command}, {"EHLO", ehlo_command}, {"HELO", helo_command},
    {"RSET", rset_command}, {"NOOP", noop_command}, {"VRFY", vrfy_command},
    {"QUIT", quit_command}, {"AUTH", auth_command}, {"STARTTLS", starttls_command},
};

static void hear_command(struct session *session, const char *line, size_t length)
{
    const char *space = memchr(line, ' ', length);
    size_t verb = space == NULL ? length : (size_t)(space - line);
    size_t rest = space == NULL ? length : verb + 1;
    bool is_secret = verb == 4 && strncasecmp(line, "AUTH", 4) == 0;
    intake_trace(session->intake, session->connection, 'C', line, is_secret ? 4 : length);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strlen(commands[i].verb) == verb && strncasecmp(line, commands[i].verb, verb) == 0) {
            commands[i].act(session, line + rest, length - rest);
            return;
        }
    }
    dialogue_reply(session, EVENT_OTHER, "500 5.5.2 unknown command", 2);
}

/* Without PIPELINING a client waits for each reply (RFC 2920 3.1); DATA is waited for always. BDAT
 * brings its bytes along, so what stands behind it proves nothing. */
static bool line_is_pipelined(const struct session *session, const char *line)
{
    if (session->is_last || strncasecmp(line, "BDAT ", 5) == 0 || strncasecmp(line, "QUIT", 4) == 0)
        return false;
    if (strncasecmp(line, "STARTTLS", 8) == 0)
        return false; /* what stands behind it is discarded (RFC 3207 4.2) */
    return (session->capabilities & CAN_PIPELINING) == 0 || strncasecmp(line, "DATA\r", 5) == 0;
}

static void hear_line(struct session *session, const char *line, size_t length)
{
    bool ended_well = length >= 2 && line[length - 2] == '\r';
    size_t text = length - (ended_well ? 2 : 1);
    if (session->overlong) {
        session->overlong = false;
        dialogue_reply(session, EVENT_OTHER, "500 5.5.2 line too long", 2);
    } else if (!ended_well) {
        dialogue_reply(session, EVENT_OTHER, "500 5.5.2 a line ends with CR LF, not with a bare LF",
                       2);
    } else if (memchr(line, '\r', text) != NULL || memchr(line, '\0', text) != NULL) {
        dialogue_reply(session, EVENT_OTHER, "500 5.5.2 a bare CR or a NUL in a command", 2);
    } else if (session->mode == MODE_AUTH) {
        auth_line(session, line, text);
    } else if (line_is_pipelined(session, line)) {
        dialogue_end(session, EVENT_OTHER, "503 5.5.0 pipelining where it is not allowed");
    } else {
        hear_command(session, line, text);
    }
}

static size_t take_line(struct session *session, const char *at, size_t length)
{
    const char *lf = memchr(at, '\n', length);
    if (lf == NULL) {
        if (length <= LINE_LIMIT && !session->overlong)
            return 0;
        session->overlong = true;
        return length;
    }
    size_t line = (size_t)(lf - at) + 1;
    session->overlong = session->overlong || line > LINE_LIMIT;
    session->is_last = line == length;
    hear_line(session, at, line);
    return line;
}

size_t session_hear(struct session *session, const char *at, size_t length)
{
    static size_t (*const hear[])(struct session *, const char *, size_t) = {
        [MODE_COMMAND] = take_line,
        [MODE_DATA] = data_hear,
        [MODE_CHUNK] = chunk_hear,
        [MODE_AUTH] = take_line,
    };
    size_t used = 0;
    while (used < length && session_listens(session)) {
        size_t took = hear[session->mode](session, at + used, length - used);
        if (took == 0)
            break;
        used += took;
    }
    if (session->deaf)
        return length; /* also what was injected behind STARTTLS: never heard (RFC 3207 4.2) */
    mark_round_trip(session);
    return used;
}
