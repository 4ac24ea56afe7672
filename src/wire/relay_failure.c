/* Failure: why there is no connection, how far that reaches, and what a person can do about it. */
#include "wire/relay_failure.h"

#include "base/banned.h"
#include "mail/echo.h"

static const struct trouble_row {
    enum relay_reach reach;
    const char *what, *todo;
} rows[] = {
    [RELAY_DOWN] = {RELAY_TRY_LATER, "cannot be reached", "is it running, and is relay.url right?"},
    [RELAY_NO_HOST] = {RELAY_TRY_LATER, "has no address", "check the host name in relay.url"},
    [RELAY_BAD_URL] = {RELAY_MISCONFIGURED, "is no address of a relay",
                       "write relay.url as smtp://host:port or smtps://host:port"},
    [RELAY_NO_TLS] = {RELAY_MISCONFIGURED, "does not offer TLS, and nothing is sent in clear",
                      "use a relay with STARTTLS, smtps://, or relay.tls: none without a password"},
    [RELAY_BAD_CERTIFICATE] = {RELAY_MISCONFIGURED, "shows a certificate that cannot be trusted",
                               "check the host name in relay.url, or name its authority in "
                               "relay.ca_file"},
    [RELAY_BAD_CA_FILE] = {RELAY_MISCONFIGURED, "cannot be verified: relay.ca_file is unreadable",
                           "name a file of PEM certificates"},
    [RELAY_TLS_BROKEN] = {RELAY_MISCONFIGURED, "and we find no common TLS",
                          "check whether relay.url wants smtps:// or relay.tls: starttls"},
    [RELAY_NO_AUTH] = {RELAY_MISCONFIGURED, "does not accept the user and password",
                       "check relay.user and where its password comes from"},
    [RELAY_REFUSED] = {RELAY_MISCONFIGURED, "does not want to talk to us",
                       "ask its administrator, with this answer"},
};

/* RFC 5321 4.2.1: with 4yz the server itself asks to come again, whatever it was about. */
static bool is_temporary(const struct reply *reply)
{
    return reply->code / 100 == 4;
}

static bool server_spoke_last(enum relay_trouble trouble)
{
    return trouble == RELAY_NO_AUTH || trouble == RELAY_REFUSED || trouble == RELAY_NO_TLS ||
           trouble == RELAY_DOWN;
}

void relay_failure_of(enum relay_trouble trouble, const struct relay_target *target,
                      const struct relay_greeting *greeting, const char *words,
                      struct relay_failure *ret_failure)
{
    const struct trouble_row *row = &rows[trouble];
    const struct reply *last = &greeting->last;
    bool refused = server_spoke_last(trouble) && last->code >= 400;
    enum relay_reach reach = row->reach;
    if (refused)
        reach = is_temporary(last) ? RELAY_TRY_LATER : RELAY_MISCONFIGURED;
    *ret_failure = (struct relay_failure){
        .reach = reach, .stage = refused ? greeting->last_stage : greeting->stage};
    enum fault fault = reach == RELAY_TRY_LATER ? FAULT_UNREACHABLE : FAULT_CONFIG;
    if (refused) {
        /* It may repeat what it was told; that goes into no log. */
        ret_failure->reply = *last;
        if (echo_holds(last->text, target->secret))
            ret_failure->reply.text = TEXT("[words that hold the password]");
        error_set(&ret_failure->error, fault, "the relay %s %s (it said \"%u %.*s\"); %s",
                  target->url, row->what, last->code, TEXT_ARGS(ret_failure->reply.text),
                  reach == RELAY_TRY_LATER ? "try again later" : row->todo);
    } else if (words[0] != '\0') {
        error_set(&ret_failure->error, fault, "the relay %s %s (%s); %s", target->url, row->what,
                  words, row->todo);
    } else {
        error_set(&ret_failure->error, fault, "the relay %s %s; %s", target->url, row->what,
                  row->todo);
    }
}

bool relay_target_check(const struct relay_target *target, struct error *err)
{
    struct text url = text_of(target->url);
    bool implicit = text_starts_nocase(url, TEXT("smtps://"));
    if (!implicit && !text_starts_nocase(url, TEXT("smtp://")))
        return error_set(err, FAULT_CONFIG,
                         "relay.url %s is no address of a relay; write smtp://host:port or "
                         "smtps://host:port",
                         target->url);
    if (implicit != (target->security == RELAY_IMPLICIT))
        return error_set(err, FAULT_CONFIG,
                         "relay.url %s and relay.tls do not fit: smtps:// is implicit TLS, smtp:// "
                         "is starttls or none",
                         target->url);
    if (target->security == RELAY_CLEAR && (target->user != NULL || target->secret != NULL))
        return error_set(err, FAULT_CONFIG,
                         "relay.tls: none with a user would send the password in clear; use "
                         "starttls or implicit");
    if ((target->user == NULL) != (target->secret == NULL))
        return error_set(err, FAULT_CONFIG, "relay.user and its password belong together");
    return true;
}
