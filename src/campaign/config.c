/* Config: config/broadside.yaml as a checked struct: who sends, by which relay, how fast, where
 * answers go. */
#include "campaign/config.h"

#include "campaign/fit.h"
#include "mail/address.h"
#include "settings/override.h"
#include "settings/secret.h"

#include "base/banned.h"
#include "base/memory.h"

#define NO_PASSWORD_HERE                                                                           \
    "a password never stands in this file; use password_file, password_env or password_command"

static const struct key sender_keys[] = {
    {"name", KEY_TEXT(struct sender, name), REQUIRED, NULL,
     "\"The Children's Movement of California\"",
     "The name readers see in From, and the signature of every mail."},
    {"address", KEY_TEXT_AS(struct sender, address, fit_address), REQUIRED, NULL,
     "updates@childrensmovement.example", "The From address, unless a campaign names its own."},
    {"postal_address", KEY_TEXT(struct sender, postal_address), 0, NULL,
     "\"1 Example Way, Oakland, CA 94607\"",
     "Where the group can be written to; the footer shows it, and the law asks for one."},
};
static const struct shape sender_shape = SHAPE(struct sender, sender_keys);

static const struct word tls_words[] = {
    {"starttls", TLS_STARTTLS}, {"implicit", TLS_IMPLICIT}, {"none", TLS_NONE}, {NULL, 0}};

static const struct key relay_keys[] = {
    {"url", KEY_TEXT_AS(struct relay_config, url, fit_relay_url), REQUIRED, NULL,
     "\"smtp://mail.example:587\"",
     "Where the relay is: smtp://host:port (25 unless named), or smtps://host:port (465) for TLS "
     "from the first byte."},
    {"tls", KEY_WORD(struct relay_config, tls, enum tls_mode, tls_words), 0, NULL, "starttls",
     "How the connection is made secure: starttls (the default for smtp://), implicit (for "
     "smtps://), or none, which only a relay without a password may have."},
    {"user", KEY_TEXT(struct relay_config, user), 0, NULL, "updates", "Who logs in at the relay."},
    {"password_file", KEY_TEXT(struct relay_config, password.file), 0, NULL,
     "/etc/broadside/relay.password",
     "A file that holds the password; refused when others can read it."},
    {"password_env", KEY_TEXT_AS(struct relay_config, password.env, fit_variable), 0, NULL,
     "RELAY_PASSWORD", "The name of the environment variable that holds the password."},
    {"password_command", KEY_TEXT(struct relay_config, password.command), 0, NULL,
     "\"pass show relay\"", "A command that prints the password within ten seconds."},
    {"password", KEY_REFUSED(NO_PASSWORD_HERE), 0, NULL, NULL, ""},
    {"ca_file", KEY_TEXT(struct relay_config, ca_file), 0, NULL, "/etc/ssl/certs/relay.pem",
     "The certificates to trust, in PEM, instead of the system's."},
    {"connections", KEY_NUMBER(struct relay_config, connections, 1, CONFIG_CONNECTIONS), 0, "10",
     NULL, "At most so many connections at once."},
    {"depth", KEY_NUMBER(struct relay_config, depth, 1, CONFIG_DEPTH), 0, "1", NULL,
     "So many messages in flight on one connection, where the relay offers CHUNKING. More is "
     "faster over a long way; a crash leaves as many unknown."},
    {"limits", KEY_RATES(struct relay_config, limits), 0, NULL, "[14/s, 50000/day]",
     "Never more messages than this in any window of that length: N/s, N/min, N/h, N/day, several "
     "at once. A place is free one window after the answer to the message that had it, so a relay "
     "that takes long to answer gets less: 14/s at 200 ms an answer is 11.7/s."},
    {"warmup", KEY_MAPPING(struct relay_config, warmup, struct warmup, warmup_shape), 0, NULL, NULL,
     "For a relay or an address that is new: a daily limit that grows."},
};

static void check_secret(struct schema *schema, struct place place, struct secret_source *source)
{
    int named = (source->file.length > 0) + (source->env.length > 0) + (source->command.length > 0);
    source->place = place;
    if (named > 1)
        schema_mistake(schema, place,
                       "of password_file, password_env and password_command only one may stand");
}

static void check_tls(struct schema *schema, struct relay_config *relay, bool implicit)
{
    bool secret = relay->user.length > 0 || secret_is_named(&relay->password);
    if (relay->tls == TLS_BY_SCHEME)
        relay->tls = implicit ? TLS_IMPLICIT : TLS_STARTTLS;
    if (relay->tls == TLS_NONE && secret)
        schema_mistake(schema, relay->place,
                       "tls: none would send the password in clear; leave user and password out, "
                       "or take starttls");
    if (relay->tls != TLS_IMPLICIT && implicit)
        schema_mistake(schema, relay->place,
                       "tls: smtps:// is implicit TLS; for starttls or none write smtp://");
}

static void check_relay(struct schema *schema, void *at)
{
    struct relay_config *relay = at;
    struct error err;
    bool implicit = false;
    must(fit_relay_url_parts(relay->url, &implicit, &relay->host, &relay->port, &err));
    relay->host = arena_text(schema->arena, relay->host);
    check_tls(schema, relay, implicit);
    check_secret(schema, relay->place, &relay->password);
    if (relay->user.length > 0 && !secret_is_named(&relay->password))
        schema_mistake(schema, relay->place,
                       "user: needs a password; add password_file, password_env or "
                       "password_command");
    if (relay->user.length == 0 && secret_is_named(&relay->password))
        schema_mistake(schema, relay->place, "the password needs a user; add user");
}

static const struct shape relay_shape =
    SHAPE_WITH(struct relay_config, relay_keys, .check = check_relay);

static const struct key domain_keys[] = {
    {"match", KEY_TEXTS(struct domain_group, match, fit_domain), 0, NULL,
     "[gmail.com, googlemail.com]",
     "The recipient domains of this group. A group named default has none: its limits hold for "
     "each other domain by itself."},
    {"limits", KEY_RATES(struct domain_group, limits), 0, NULL, "[20/s]",
     "What all of them together get at most."},
};

/* The store and the dialogue speak of domains in A-labels and lower case, so these must too. */
static void check_domain_group(struct schema *schema, void *at)
{
    struct domain_group *group = at;
    struct error err;
    if (text_equal(group->name, TEXT("default")) != (group->match.count == 0))
        schema_mistake(schema, group->place,
                       group->match.count == 0
                           ? "\"match\" is missing: the recipient domains of this group"
                           : "default: is for all other domains, so it has no match");
    for (size_t i = 0; i < group->match.count; i++)
        must(address_domain_parse(schema->arena, group->match.at[i], ADDRESS_STRICT,
                                  &group->match.at[i], &err));
}

static const struct shape domain_shape =
    SHAPE_WITH(struct domain_group, domain_keys, .name_offset = offsetof(struct domain_group, name),
               .name_check = fit_name, .check = check_domain_group);

static const struct key bounce_keys[] = {
    {"return_path", KEY_TEXT_AS(struct bounce_config, return_path, fit_address), 0, NULL,
     "bounces@mail.example",
     "Where bounces go; each mail adds its own +TOKEN before the @. The sender's address when not "
     "written."},
    {"mailbox", KEY_TEXT_AS(struct bounce_config, mailbox, fit_mailbox_url), 0, NULL,
     "\"maildir:/var/mail/bounces\"",
     "The mailbox that collects them: imaps://user@host/INBOX, pop3s://user@host, maildir:PATH or "
     "mbox:PATH. A user such as a@mail.example is written a%40mail.example."},
    {"password_file", KEY_TEXT(struct bounce_config, password.file), 0, NULL,
     "/etc/broadside/bounces.password",
     "A file that holds the mailbox's password; refused when others can read it."},
    {"password_env", KEY_TEXT_AS(struct bounce_config, password.env, fit_variable), 0, NULL,
     "BOUNCES_PASSWORD", "The name of the environment variable that holds it."},
    {"password_command", KEY_TEXT(struct bounce_config, password.command), 0, NULL,
     "\"pass show bounces\"", "A command that prints it within ten seconds."},
    {"password", KEY_REFUSED(NO_PASSWORD_HERE), 0, NULL, NULL, ""},
    {"ca_file", KEY_TEXT(struct bounce_config, ca_file), 0, NULL, "/etc/ssl/certs/mail.pem",
     "The certificates to trust at imaps:// and pop3s://, in PEM, instead of the system's."},
    {"timeout", KEY_DURATION(struct bounce_config, timeout_ms, 1000, 3600 * 1000), 0, "1m", NULL,
     "So long imaps:// and pop3s:// may take for one answer."},
    {"keep", KEY_BOOL(struct bounce_config, keep), 0, "false", NULL,
     "Whether mails that were taken stay on the server, as read; else they are deleted there once "
     "their effect is stored. What a person should read is always left, as new. A Maildir or mbox "
     "keeps all."},
};

static void check_bounces(struct schema *schema, void *at)
{
    struct bounce_config *bounces = at;
    struct error err;
    check_secret(schema, bounces->place, &bounces->password);
    if (bounces->mailbox.length > 0)
        must(fit_mailbox_url_parts(schema->arena, bounces->mailbox, &bounces->server, &err));
    if (bounces->server.is_remote && !secret_is_named(&bounces->password))
        schema_mistake(schema, bounces->place,
                       "mailbox: its user needs a password; add password_file, password_env or "
                       "password_command");
}

static const struct shape bounce_shape =
    SHAPE_WITH(struct bounce_config, bounce_keys, .check = check_bounces);

static const struct key unsubscribe_keys[] = {
    {"url", KEY_TEXT_AS(struct unsubscribe_config, url, fit_public_url), 0, NULL,
     "\"https://lists.example/u\"",
     "The page for one-click unsubscribing; the reader's token is appended."},
    {"mailto", KEY_TEXT_AS(struct unsubscribe_config, mailto, fit_address), 0, NULL,
     "unsubscribe@mail.example",
     "The address that takes unsubscribe mails, for mail programs that send one."},
};
static const struct shape unsubscribe_shape = SHAPE(struct unsubscribe_config, unsubscribe_keys);

static const struct word level_words[] = {{"debug", LOG_DEBUG},
                                          {"info", LOG_INFO},
                                          {"warning", LOG_WARNING},
                                          {"error", LOG_ERROR},
                                          {NULL, 0}};

static const struct key log_keys[] = {
    {"file", KEY_TEXT(struct log_config, file), 0, "var/broadside.log", NULL,
     "Where the log is kept, besides the terminal; \"\" for nowhere."},
    {"level", KEY_WORD(struct log_config, level, enum log_level, level_words), 0, "info", NULL,
     "The least a line must matter to be shown on the terminal."},
};
static const struct shape log_shape = SHAPE(struct log_config, log_keys);

static const struct key config_keys[] = {
    {"sender", KEY_MAPPING(struct config, sender, struct sender, sender_shape), REQUIRED, NULL,
     NULL, "Who sends."},
    {"relay",
     KEY_MAPPING_OR_LIST(struct config, relay, struct relay_list, struct relay_config, relay_shape,
                         CONFIG_RELAYS),
     REQUIRED, NULL, NULL,
     "The mail server that takes our mail; or a list of them, the preferred first: when one cannot "
     "be used the next carries the mail, until a better one answers again. Each has its own "
     "limits."},
    {"domains",
     KEY_MAP(struct config, domains, struct domain_group_list, struct domain_group, domain_shape,
             1000),
     0, NULL, "google",
     "Recipient domains that share one limit, each group under a name; default is for all others, "
     "each by itself."},
    {"send", KEY_MAPPING(struct config, send, struct send_config, send_config_shape), 0, NULL, NULL,
     "How long a sending waits."},
    {"breaker", KEY_MAPPING(struct config, breaker, struct breaker_config, breaker_shape), 0, NULL,
     NULL, "When an edition pauses by itself."},
    {"frequency", KEY_TEXT_AS(struct config, frequency_text, fit_frequency), 0, NULL, "2/week",
     "No member is planned for more messages than this, whatever the campaigns; alerts are "
     "exempt."},
    {"bounces", KEY_MAPPING(struct config, bounces, struct bounce_config, bounce_shape), 0, NULL,
     NULL, "Where undeliverable mail comes home to."},
    {"unsubscribe",
     KEY_MAPPING(struct config, unsubscribe, struct unsubscribe_config, unsubscribe_shape), 0, NULL,
     NULL, "How readers leave."},
    {"feedback_id", KEY_TEXT_AS(struct config, feedback_id, fit_feedback_id), 0, NULL, "childmove",
     "Our part of the Feedback-ID header, by which Gmail's Postmaster Tools tell campaigns apart; "
     "letters of "
     "the sender's domain when not written."},
    {"notify", KEY_MAPPING(struct config, notify, struct notify_config, notify_shape), 0, NULL,
     NULL, "Who is told by mail what `run` did."},
    {"log", KEY_MAPPING(struct config, log, struct log_config, log_shape), 0, NULL, NULL,
     "The log."},
};

/* The group before `last` (or `last` itself, before its name at `before`) that has this domain. */
static const struct domain_group *group_of(const struct domain_group_list *groups, size_t last,
                                           size_t before, struct text domain)
{
    for (size_t i = 0; i <= last; i++) {
        const struct text_list *match = &groups->at[i].match;
        for (size_t k = 0; k < (i < last ? match->count : before); k++)
            if (text_equal(match->at[k], domain))
                return &groups->at[i];
    }
    return NULL;
}

/* A domain in two groups would have two limits, and nobody could say which holds. */
static void check_config(struct schema *schema, void *at)
{
    struct config *config = at;
    struct error err;
    if (config->frequency_text.length > 0)
        must(frequency_parse(config->frequency_text, &config->frequency, &err));
    breaker_config_settle(&config->breaker);
    const struct domain_group_list *groups = &((const struct config *)at)->domains;
    for (size_t i = 0; i < groups->count; i++) {
        for (size_t k = 0; k < groups->at[i].match.count; k++) {
            struct text domain = groups->at[i].match.at[k];
            const struct domain_group *other = group_of(groups, i, k, domain);
            if (other != NULL)
                schema_mistake(schema, groups->at[i].place, "match: %.*s is in group %.*s already",
                               TEXT_ARGS(domain), TEXT_ARGS(other->name));
        }
    }
}

const struct shape config_shape = SHAPE_WITH(struct config, config_keys, .check = check_config);

bool config_read(struct arena *arena, struct text text, struct text path,
                 const struct text *overrides, size_t override_count, struct findings *findings,
                 struct config *ret_config)
{
    unsigned before = findings->errors;
    struct node *root = document_read(arena, text, path, FAULT_CONFIG, findings);
    for (size_t i = 0; i < override_count && root != NULL; i++)
        override_apply(arena, root, overrides[i], FAULT_CONFIG, findings);
    *ret_config = (struct config){0};
    if (root != NULL)
        schema_read(&config_shape, root, arena, FAULT_CONFIG, findings, ret_config);
    return findings->errors == before;
}
