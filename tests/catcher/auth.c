/* Auth: PLAIN (RFC 4616) and LOGIN, against the one user of the command line. */
#include "dialogue.h"

#include <gnutls/gnutls.h>
#include <string.h>
#include <strings.h>

static bool decode(const char *at, size_t length, struct bytes *text)
{
    gnutls_datum_t coded = {(unsigned char *)(uintptr_t)at, (unsigned)length};
    gnutls_datum_t plain = {0};
    text->length = 0;
    if (length == 0 || (length == 1 && *at == '='))
        return true;
    if (gnutls_base64_decode2(&coded, &plain) != 0)
        return false;
    bytes_append(text, plain.data, plain.size);
    gnutls_free(plain.data);
    return true;
}

static void finish(struct session *session, const char *user, const char *password)
{
    const char *known = session->options->auth;
    const char *colon = strchr(known, ':');
    size_t user_length = (size_t)(colon - known);
    bool right = strlen(user) == user_length && memcmp(user, known, user_length) == 0 &&
                 strcmp(password, colon + 1) == 0;
    session->mode = MODE_COMMAND;
    const char *usual = right ? "235 2.7.0 welcome" : "535 5.7.8 wrong user or password";
    if (!dialogue_reply(session, EVENT_AUTH, usual, 2))
        return;
    session->user.length = 0;
    bytes_say(&session->user, user);
}

/* authorization NUL user NUL password */
static void finish_plain(struct session *session, struct bytes *text)
{
    const char *all = bytes_string(text);
    const char *end = all + text->length;
    const char *user = memchr(all, '\0', text->length);
    const char *password = user == NULL ? NULL : memchr(user + 1, '\0', (size_t)(end - user - 1));
    if (password == NULL)
        finish(session, "", "");
    else
        finish(session, user + 1, password + 1);
}

static void ask(struct session *session, const char *question)
{
    session->mode = dialogue_reply(session, EVENT_AUTH, question, 3) ? MODE_AUTH : MODE_COMMAND;
}

static void login_answer(struct session *session, struct bytes *text)
{
    if (session->auth_name.length > 0) {
        finish(session, bytes_string(&session->auth_name), bytes_string(text));
        return;
    }
    session->auth_name.length = 0;
    bytes_append(&session->auth_name, text->at, text->length);
    bytes_append(&session->auth_name, "",
                 1); /* with its NUL, so that an empty name counts as given */
    ask(session, "334 UGFzc3dvcmQ6");
}

void auth_line(struct session *session, const char *line, size_t length)
{
    struct bytes text = {0};
    intake_trace(session->intake, session->connection, 'C', "***", 3);
    if (length == 1 && *line == '*') {
        session->mode = MODE_COMMAND;
        dialogue_reply(session, EVENT_AUTH, "501 5.7.0 cancelled", 2);
    } else if (!decode(line, length, &text)) {
        session->mode = MODE_COMMAND;
        dialogue_reply(session, EVENT_AUTH, "501 5.5.2 that is not base64", 2);
    } else if (session->auth_is_login) {
        login_answer(session, &text);
    } else {
        finish_plain(session, &text);
    }
    bytes_free(&text);
}

void auth_command(struct session *session, const char *rest, size_t length)
{
    const char *space = memchr(rest, ' ', length);
    size_t name = space == NULL ? length : (size_t)(space - rest);
    bool login = name == 5 && strncasecmp(rest, "LOGIN", 5) == 0;
    bool plain = name == 5 && strncasecmp(rest, "PLAIN", 5) == 0;
    const char *fault = NULL;
    if ((session->capabilities & CAN_AUTH) == 0)
        fault = "502 5.5.1 AUTH is not offered";
    else if (session->helo.length == 0 || session->user.length > 0 || session->envelope.begun)
        fault = "503 5.5.1 AUTH not now";
    else if (!login && !plain)
        fault = "504 5.5.4 unknown mechanism";
    if (fault != NULL) {
        dialogue_reply(session, EVENT_AUTH, fault, 2);
        return;
    }
    session->auth_is_login = login;
    session->auth_name.length = 0;
    if (space != NULL)
        auth_line(session, space + 1, length - name - 1);
    else
        ask(session, login ? "334 VXNlcm5hbWU6" : "334 ");
}
