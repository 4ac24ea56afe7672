/* Transaction: MAIL, RCPT, then DATA (RFC 5321) or BDAT (RFC 3030), and taking responsibility at
 * the end. */
#include "dialogue.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool word_is(const char *word, size_t length, const char *wanted)
{
    return length == strlen(wanted) && strncasecmp(word, wanted, length) == 0;
}

static const char *size_fault(const struct session *session, const char *digits, size_t length)
{
    uint64_t size = 0;
    for (size_t i = 0; i < length; i++) {
        if (!isdigit((unsigned char)digits[i]) || i > 18)
            return "501 5.5.4 SIZE wants a number";
        size = size * 10 + (uint64_t)(digits[i] - '0');
    }
    return length == 0                               ? "501 5.5.4 SIZE wants a number"
           : size > (uint64_t)session->options->size ? "552 5.3.4 the message would be too large"
                                                     : NULL;
}

static const char *mail_parameter_fault(const struct session *session, const char *word,
                                        size_t length, bool *utf8)
{
    if (length > 5 && strncasecmp(word, "SIZE=", 5) == 0 && session->capabilities & CAN_SIZE)
        return size_fault(session, word + 5, length - 5);
    if (session->capabilities & CAN_8BITMIME &&
        (word_is(word, length, "BODY=8BITMIME") || word_is(word, length, "BODY=7BIT")))
        return NULL;
    if (session->capabilities & CAN_AUTH && length > 5 && strncasecmp(word, "AUTH=", 5) == 0)
        return NULL;
    if (session->capabilities & CAN_SMTPUTF8 && word_is(word, length, "SMTPUTF8")) {
        *utf8 = true;
        return NULL;
    }
    return "555 5.5.4 a parameter that was not offered";
}

static const char *mail_fault(const struct session *session, const char *rest, size_t length,
                              struct path *path, bool *utf8)
{
    if (session->helo.length == 0)
        return "503 5.5.1 say EHLO first";
    if (session->options->require_auth && session->user.length == 0)
        return "530 5.7.0 authentication required";
    if (session->envelope.begun)
        return "503 5.5.1 a transaction is under way";
    if (!path_parse(rest, length, "FROM:", path))
        return "501 5.5.4 MAIL FROM:<address>";
    if (path->address_length > 0 && !path_is_mailbox(path))
        return "501 5.1.7 that is no address";
    struct path parameters = *path;
    const char *word = NULL;
    const char *fault = NULL;
    for (size_t size = 0; fault == NULL && path_parameter(&parameters, &word, &size);)
        fault = mail_parameter_fault(session, word, size, utf8);
    if (fault == NULL && !*utf8 && !path_is_ascii(path))
        return "553 5.6.7 a non-ASCII address needs SMTPUTF8";
    return fault;
}

void mail_command(struct session *session, const char *rest, size_t length)
{
    struct path path = {0};
    struct envelope *envelope = &session->envelope;
    bool utf8 = false;
    const char *fault = mail_fault(session, rest, length, &path, &utf8);
    if (fault == NULL) {
        session_reset(session);
        bytes_append(&envelope->from, path.address, path.address_length);
        bytes_append(&envelope->mail_parameters, path.parameters, path.parameters_length);
        envelope->utf8 = utf8;
    }
    bool good =
        dialogue_reply(session, EVENT_MAIL, fault == NULL ? "250 2.1.0 sender ok" : fault, 2);
    if (fault != NULL)
        return;
    if (!good) {
        envelope_clear(envelope);
        return;
    }
    envelope->begun = true;
    session->messages++;
}

static const char *rcpt_fault(const struct session *session, const char *rest, size_t length,
                              struct path *path)
{
    if (!session->envelope.begun)
        return "503 5.5.1 say MAIL first";
    if (session->in_chunks)
        return "503 5.5.1 RCPT is too late after BDAT";
    if (!path_parse(rest, length, "TO:", path))
        return "501 5.5.4 RCPT TO:<address>";
    if (!word_is(path->address, path->address_length, "postmaster") && !path_is_mailbox(path))
        return "501 5.1.3 that is no address";
    if (!session->envelope.utf8 && !path_is_ascii(path))
        return "553 5.6.7 a non-ASCII address needs SMTPUTF8";
    if (path->parameters_length > 0)
        return "555 5.5.4 a parameter that was not offered";
    if (session->envelope.count >= ENVELOPE_RECIPIENTS_MAX)
        return "452 4.5.3 too many recipients";
    return NULL;
}

void rcpt_command(struct session *session, const char *rest, size_t length)
{
    struct path path = {0};
    struct envelope *envelope = &session->envelope;
    const char *fault = rcpt_fault(session, rest, length, &path);
    struct bytes to = {0};
    bytes_append(&to, path.address, path.address_length);
    session->current_to = bytes_string(&to);
    bool good =
        dialogue_reply(session, EVENT_RCPT, fault == NULL ? "250 2.1.5 recipient ok" : fault, 2);
    if (good && fault == NULL) {
        bytes_append(&envelope->to, to.at, to.length);
        bytes_append(&envelope->to, "", 1);
        bytes_append(&envelope->rcpt_parameters, path.parameters, path.parameters_length);
        bytes_append(&envelope->rcpt_parameters, "", 1);
        envelope->count++;
    }
    session->current_to = "";
    bytes_free(&to);
}

void data_command(struct session *session, const char *rest, size_t length)
{
    (void)rest;
    const char *usual = "354 end with a dot on a line of its own";
    if (length > 0)
        usual = "501 5.5.4 DATA takes no words";
    else if (!session->envelope.begun)
        usual = "503 5.5.1 say MAIL first";
    else if (session->in_chunks)
        usual = "503 5.5.1 DATA cannot follow BDAT";
    else if (session->envelope.count == 0)
        usual = "554 5.5.1 no valid recipients";
    if (!dialogue_reply(session, EVENT_DATA, usual, 3))
        return;
    body_begin(&session->body);
    session->mode = MODE_DATA;
}

static struct message message_of(struct session *session, const char *transport)
{
    return (struct message){
        .connection = session->connection,
        .envelope = &session->envelope,
        .body = &session->body,
        .helo = bytes_string(&session->helo),
        .user = session->user.length > 0 ? bytes_string(&session->user) : NULL,
        .transport = transport,
        .tls = session->tls,
    };
}

static const char *body_fault(const struct session *session)
{
    if (session->envelope.count == 0)
        return "554 5.5.1 no valid recipients";
    if (session->body.too_big)
        return "552 5.3.4 the message is too large";
    if (session->body.broken_ending)
        return "550 5.5.2 a bare CR or a bare LF in the message";
    return NULL;
}

/* The moment of responsibility: the line is in the ledger before the reply is in the outbox. */
static void take_message(struct session *session, enum event event)
{
    const char *fault = body_fault(session);
    const char *usual = fault == NULL ? "250 2.0.0 taken" : fault;
    struct ruling ruling = ruling_of(session, event, usual);
    struct message message = message_of(session, event == EVENT_DATA_END ? "DATA" : "BDAT");
    bool swallow = fault == NULL && ruling.rule != NULL && ruling.rule->swallow;
    bool taken = fault == NULL && (swallow || (!ruling.silent && ruling.code / 100 == 2));
    if (taken && !intake_keep(session->intake, &message)) {
        ruling = (struct ruling){.text = "451 4.3.0 the message could not be kept", .code = 451};
        ruling.length = strlen(ruling.text);
        taken = false;
    }
    bool withheld = swallow || (ruling.rule != NULL && (ruling.rule->half || ruling.rule->hang));
    if (taken)
        intake_note(session->intake, &message, 0, withheld);
    else if (!ruling.silent)
        intake_note(session->intake, &message, ruling.code, false);
    session_reset(session);
    ruling_say(session, &ruling);
}

size_t data_hear(struct session *session, const char *at, size_t length)
{
    bool ended = false;
    size_t used = body_take_dotted(&session->body, at, length, &ended);
    if (ended)
        take_message(session, EVENT_DATA_END);
    return used;
}

/* `BDAT size [LAST]`; the size must be read right, or nobody knows where the next command begins.
 */
static bool chunk_parse(const char *rest, size_t length, uint64_t *ret_size, bool *ret_last)
{
    const char *space = memchr(rest, ' ', length);
    size_t digits = space == NULL ? length : (size_t)(space - rest);
    *ret_last = space != NULL && word_is(space + 1, length - digits - 1, "LAST");
    if (digits == 0 || digits > 18 || (space != NULL && !*ret_last))
        return false;
    *ret_size = 0;
    for (size_t i = 0; i < digits; i++) {
        if (!isdigit((unsigned char)rest[i]))
            return false;
        *ret_size = *ret_size * 10 + (uint64_t)(rest[i] - '0');
    }
    return true;
}

void bdat_command(struct session *session, const char *rest, size_t length)
{
    if ((session->capabilities & CAN_CHUNKING) == 0) {
        dialogue_end(session, EVENT_BDAT, "502 5.5.1 BDAT is not offered");
        return;
    }
    if (!chunk_parse(rest, length, &session->chunk_left, &session->chunk_is_last)) {
        dialogue_end(session, EVENT_BDAT, "501 5.5.4 BDAT size [LAST]");
        return;
    }
    session->chunk_is_refused = !session->envelope.begun || session->envelope.count == 0;
    session->in_chunks = session->in_chunks || !session->chunk_is_refused;
    session->mode = MODE_CHUNK;
    if (session->chunk_left == 0)
        chunk_finish(session);
}

void chunk_finish(struct session *session)
{
    session->mode = MODE_COMMAND;
    bool last = session->chunk_is_last;
    if (session->chunk_is_refused) {
        const char *usual =
            session->envelope.begun ? "554 5.5.1 no valid recipients" : "503 5.5.1 say MAIL first";
        dialogue_reply(session, last ? EVENT_BDAT_END : EVENT_BDAT, usual, 2);
        if (last)
            session_reset(session);
    } else if (last) {
        body_end(&session->body);
        take_message(session, EVENT_BDAT_END);
    } else if (!dialogue_reply(session, EVENT_BDAT, "250 2.0.0 chunk taken", 2)) {
        session_reset(session);
    }
}

size_t chunk_hear(struct session *session, const char *at, size_t length)
{
    size_t used = length < session->chunk_left ? length : (size_t)session->chunk_left;
    if (!session->chunk_is_refused)
        body_take_chunk(&session->body, at, used);
    session->chunk_left -= used;
    if (session->chunk_left == 0)
        chunk_finish(session);
    return used;
}
