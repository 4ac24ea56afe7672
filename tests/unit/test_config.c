/* Config: what config/broadside.yaml may say, and how it is told what it may not. */
#include "check.h"

#include "base/file.h"
#include "campaign/config.h"

#define SENDER "sender: {name: Us, address: us@a.example}\n"
#define RELAY "relay: {url: \"smtp://h:2525\"}\n"

struct read {
    struct arena arena;
    struct findings findings;
    struct config config;
    bool sound;
};

static void forget(struct read *read)
{
    arena_free(&read->arena);
    findings_free(&read->findings);
}

static struct read read_config(const char *yaml, const char *override)
{
    struct read read = {0};
    struct text overrides[] = {text_of(override)};
    read.sound = config_read(&read.arena, text_of(yaml), TEXT("c.yaml"), overrides,
                             override != NULL, &read.findings, &read.config);
    return read;
}
#define READ(name, yaml, override)                                                                 \
    __attribute__((cleanup(forget))) struct read name = read_config((yaml), (override))

/* The first error, as a person sees it. */
static const char *said(struct read *read, char line[ERROR_LINE])
{
    struct error err = {0};
    return findings_clean(&read->findings, &err) ? "" : error_line(&err, line);
}

static const struct {
    const char *promise, *yaml, *override, *said;
} refusals[] = {
    {"a typo in a key names what was meant", SENDER RELAY "unsubscibe: {}\n", NULL,
     "c.yaml:3:1: unknown key \"unsubscibe\"; did you mean \"unsubscribe\"?"},
    {"a typo below is found too", SENDER "relay: {url: \"smtp://h\", conections: 2}\n", NULL,
     "c.yaml:2:26: unknown key \"conections\"; did you mean \"connections\"?"},
    {"a strange key is told what may stand there", SENDER RELAY "log: {colour: red}\n", NULL,
     "c.yaml:3:7: unknown key \"colour\"; here may stand: file, level"},
    {"the sender must be there", RELAY, NULL, "c.yaml:1:1: \"sender\" is missing: Who sends."},
    {"an address is checked", "sender: {name: Us, address: us}\n" RELAY, NULL,
     "c.yaml:1:29: address: "},
    {"a choice suggests the nearest word", SENDER "relay: {url: \"smtp://h\", tls: startls}\n",
     NULL,
     "c.yaml:2:31: tls: \"startls\" is none of starttls, implicit, none; did you mean "
     "\"starttls\"?"},
    {"a number has its range", SENDER "relay: {url: \"smtp://h\", connections: 0}\n", NULL,
     "c.yaml:2:39: connections: must be a whole number from 1 to 1000, not \"0\""},
    {"a number is no octal", SENDER "relay: {url: \"smtp://h\", connections: 010}\n", NULL,
     "c.yaml:2:39: connections: must be a whole number"},
    {"a rate has its form", SENDER "relay: {url: \"smtp://h\", limits: [14/s, fast]}\n", NULL,
     "c.yaml:2:41: limits: must be a rate such as 14/s"},
    {"a password never stands in the file", SENDER "relay: {url: \"smtp://h\", password: x}\n",
     NULL, "c.yaml:2:26: password: a password never stands in this file"},
    {"nor in the URL", SENDER "relay: {url: \"smtp://u:secret@h\"}\n", NULL,
     "c.yaml:2:15: url: must not hold a user or a password"},
    {"a password has one source",
     SENDER "relay: {url: \"smtps://h\", user: u, password_env: A, password_file: b}\n", NULL,
     "c.yaml:2:8: of password_file, password_env and password_command only one"},
    {"a user needs a password", SENDER "relay: {url: \"smtps://h\", user: u}\n", NULL,
     "c.yaml:2:8: user: needs a password"},
    {"no password travels in clear",
     SENDER "relay: {url: \"smtp://h\", tls: none, user: u, password_env: A}\n", NULL,
     "c.yaml:2:8: tls: none would send the password in clear"},
    {"smtps is implicit TLS", SENDER "relay: {url: \"smtps://h\", tls: none}\n", NULL,
     "c.yaml:2:8: tls: smtps:// is implicit TLS"},
    {"another scheme is refused", SENDER "relay: {url: \"http://h\"}\n", NULL,
     "c.yaml:2:15: url: must be smtp://host:port"},
    {"a path in the relay's URL is refused", SENDER "relay: {url: \"smtp://h/x\"}\n", NULL,
     "c.yaml:2:15: url: must be smtp://host:port"},
    {"an empty list of relays is refused", SENDER "relay: []\n", NULL,
     "c.yaml:2:8: relay: needs at least one entry"},
    {"a list where text belongs is refused", "sender: {name: [a], address: us@a.example}\n" RELAY,
     NULL, "c.yaml:1:16: name: must be a single value, not a list"},
    {"a key without a value is refused", SENDER RELAY "feedback_id:\n", NULL,
     "c.yaml:3:1: feedback_id: has no value"},
    {"a block in a name is refused",
     "sender: {address: us@a.example, name: x}\n" RELAY "feedback_id: |\n  abcde\n", NULL,
     "c.yaml:4:3: feedback_id: must be one line"},
    {"a plain page for unsubscribing is refused",
     SENDER RELAY "unsubscribe: {url: \"http://a.example/u\"}\n", NULL,
     "c.yaml:3:21: url: must begin with https://"},
    {"a mailbox without TLS is refused", SENDER RELAY "bounces: {mailbox: \"imap://u@h\"}\n", NULL,
     "c.yaml:3:21: mailbox: must be imaps://"},
    {"a mailbox on a server needs a user", SENDER RELAY "bounces: {mailbox: \"imaps://h\"}\n", NULL,
     "c.yaml:3:21: mailbox: needs a user"},
    {"and a password", SENDER RELAY "bounces: {mailbox: \"imaps://u@h\"}\n", NULL,
     "c.yaml:3:10: mailbox: its user needs a password"},
    {"which does not stand in it", SENDER RELAY "bounces: {mailbox: \"pop3s://u:p@h\"}\n", NULL,
     "c.yaml:3:21: mailbox: must not hold a password"},
    {"POP3 knows no folders", SENDER RELAY "bounces: {mailbox: \"pop3s://u@h/a\"}\n", NULL,
     "c.yaml:3:21: mailbox: must end with the host"},
    {"no command ends in a folder", SENDER RELAY "bounces: {mailbox: \"imaps://u@h/a%0d\"}\n", NULL,
     "c.yaml:3:21: mailbox: must be imaps://"},
    {"half an encoded byte is refused", SENDER RELAY "bounces: {mailbox: \"imaps://u@h/a%4\"}\n",
     NULL, "c.yaml:3:21: mailbox: must be imaps://"},
    {"a group of domains needs members", SENDER RELAY "domains: {g: {limits: [1/s]}}\n", NULL,
     "c.yaml:3:14: \"match\" is missing"},
    {"a domain is checked", SENDER RELAY "domains: {g: {match: [a..b]}}\n", NULL,
     "c.yaml:3:23: match: "},
    {"a domain is in one group",
     SENDER RELAY "domains: {g: {match: b.example}, h: {match: [a.example, B.example]}}\n", NULL,
     "c.yaml:3:37: match: b.example is in group g already"},
    {"a scalar is no configuration", "hello\n", NULL, "c.yaml:1:1: must be a mapping"},
    {"an override is checked like the file", SENDER RELAY, "relay.tls=no",
     "-o relay.tls: tls: must be one of starttls"},
    {"a typo in an override names what was meant", SENDER RELAY, "relay.ulr=smtp://h",
     "-o relay.ulr: unknown key \"ulr\"; did you mean \"url\"?"},
    {"an override without = is a usage error", SENDER RELAY, "relay.url", "-o takes KEY=VALUE"},
    {"an override below a text leads nowhere", SENDER RELAY, "sender.name.x=1",
     "-o sender.name.x: leads nowhere"},
    {"an override past the end of a list leads nowhere", SENDER "relay: [{url: \"smtp://h\"}]\n",
     "relay.2.url=smtp://h", "-o relay.2.url: leads nowhere"},
    {"a password in an override is not repeated", SENDER RELAY, "relay.password=hunter2",
     "-o relay.password: password: a password never stands in this file"},
    {"broken YAML in an override is told", SENDER RELAY, "relay.limits=[14/s",
     "-o relay.limits: this [ is never closed"},
};

static void refuses(void)
{
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        READ(read, refusals[i].yaml, refusals[i].override);
        char line[ERROR_LINE];
        const char *is = said(&read, line);
        check(refusals[i].promise, !read.sound);
        if (!check(refusals[i].promise, text_starts(text_of(is), text_of(refusals[i].said))))
            fprintf(stderr, "    said   %s\n    wanted %s\n", is, refusals[i].said);
        check("no secret is repeated", strstr(is, "hunter2") == NULL && !strstr(is, "secret@"));
    }
}

static void tells_all_mistakes_at_once(void)
{
    READ(read, "sender: {nme: Us}\nrelay:\n  url: ftp://h\n  tls: maybe\nsender: 1\n", NULL);
    check_number("every mistake is told in one run", read.findings.errors, 6);
    check_number("as a mistake of configuration", read.findings.first->fault, FAULT_CONFIG);
}

static const struct {
    const char *promise, *relay, *host;
    unsigned port;
    enum tls_mode tls;
} relays[] = {
    {"smtp takes STARTTLS and 25", "{url: \"smtp://mail.example\"}", "mail.example", 25,
     TLS_STARTTLS},
    {"smtps takes TLS at once and 465", "{url: \"smtps://mail.example/\"}", "mail.example", 465,
     TLS_IMPLICIT},
    {"a port may be named", "{url: \"smtp://mail.example:587\"}", "mail.example", 587,
     TLS_STARTTLS},
    {"clear text may be asked for", "{url: \"smtp://127.0.0.1:2525\", tls: none}", "127.0.0.1",
     2525, TLS_NONE},
    {"an IPv6 address stands in brackets", "{url: \"smtp://[::1]:2525\"}", "::1", 2525,
     TLS_STARTTLS},
    {"implicit TLS goes on any port", "{url: \"smtp://h:4650\", tls: implicit}", "h", 4650,
     TLS_IMPLICIT},
    {"a list of relays keeps its order", "[{url: \"smtp://a\"}, {url: \"smtp://b\"}]", "a", 25,
     TLS_STARTTLS},
};

static void understands_relays(void)
{
    for (size_t i = 0; i < COUNT_OF(relays); i++) {
        ARENA(scratch);
        struct text yaml = arena_printf(&scratch, SENDER "relay: %s\n", relays[i].relay);
        READ(read, yaml.at, NULL);
        const struct relay_config *relay = read.config.relay.at;
        if (!check(relays[i].promise, read.sound))
            continue;
        check_text(relays[i].promise, relay->host, text_of(relays[i].host));
        check_number(relays[i].promise, relay->port, relays[i].port);
        check_number(relays[i].promise, relay->tls, relays[i].tls);
    }
}

static void fills_in_defaults(void)
{
    READ(read, SENDER RELAY, NULL);
    const struct config *config = &read.config;
    check("two keys are a configuration", read.sound);
    check_number("ten connections", config->relay.at[0].connections, 10);
    check_number("the log tells what happens", config->log.level, LOG_INFO);
    check_text("and is kept in var", config->log.file, TEXT("var/broadside.log"));
    check("what was not written has no place", config->bounces.place.path.length == 0);
}

static void overrides_win(void)
{
    READ(read, SENDER RELAY, "relay.limits=[14/s, 5/day]");
    check("an override is read", read.sound);
    check_number("with all its entries", read.config.relay.at[0].limits.count, 2);
    READ(made, SENDER RELAY, "unsubscribe.mailto=u@a.example");
    check_text("an override makes the mapping it needs", made.config.unsubscribe.mailto,
               TEXT("u@a.example"));
    READ(list, SENDER "relay: [{url: \"smtp://a\"}]\n", "relay.0.url=smtp://b:26");
    check_text("an override reaches into a list", list.config.relay.at[0].host, TEXT("b"));
    READ(whole, SENDER RELAY, "relay={url: \"smtp://c\"}");
    check_text("an override replaces a whole mapping", whole.config.relay.at[0].host, TEXT("c"));
}

static void lowers_domains(void)
{
    READ(read, SENDER RELAY "domains:\n  g: {match: GMail.com, limits: 20/s}\n", NULL);
    check("a single domain needs no brackets", read.sound && read.config.domains.count == 1);
    check_text("the group has its name", read.config.domains.at[0].name, TEXT("g"));
    check_text("domains are in lower case", read.config.domains.at[0].match.at[0],
               TEXT("gmail.com"));
    check_number("they have their effect", read.findings.notes, 0);
}

#define BOUNCES(url) "bounces: {mailbox: \"" url "\", password_env: P}\n"

static void takes_mailboxes_apart(void)
{
    READ(whole, SENDER RELAY BOUNCES("imaps://a%40b.example@[::1]:1993/Dead%20letters/new"), NULL);
    const struct mailbox_url *server = &whole.config.bounces.server;
    check("it is on a server", whole.sound && server->is_remote && !server->is_pop3);
    check_text("the user is decoded", server->user, TEXT("a@b.example"));
    check_text("the host has no brackets", server->host, TEXT("::1"));
    check_number("the port is the named one", server->port, 1993);
    check_text("the folder is decoded", server->folder, TEXT("Dead letters/new"));
    check_number("an answer has a minute", whole.config.bounces.timeout_ms, 60000);
    READ(bare, SENDER RELAY BOUNCES("imaps://u@h/"), NULL);
    check_text("the folder is INBOX", bare.config.bounces.server.folder, TEXT("INBOX"));
    check_number("the port is that of imaps", bare.config.bounces.server.port, 993);
    READ(post, SENDER RELAY BOUNCES("pop3s://u@h"), NULL);
    check("or of pop3s",
          post.config.bounces.server.is_pop3 && post.config.bounces.server.port == 995);
    READ(files, SENDER RELAY "bounces: {mailbox: \"maildir:x\"}\n", NULL);
    check("a Maildir is on no server", files.sound && !files.config.bounces.server.is_remote);
}

static void accepts_the_example(void)
{
    ARENA(arena);
    FINDINGS(findings);
    struct text text;
    struct config config;
    struct error err = {0};
    char line[ERROR_LINE];
    bool sound =
        file_read(&arena, "config/broadside.yaml", DOCUMENT_BYTES, &text, &err) &&
        config_read(&arena, text, TEXT("config/broadside.yaml"), NULL, 0, &findings, &config) &&
        findings_clean(&findings, &err);
    if (!check("the example configuration is sound", sound))
        fprintf(stderr, "    %s\n", findings_clean(&findings, &err) ? "" : error_line(&err, line));
}

int main(void)
{
    refuses();
    tells_all_mistakes_at_once();
    understands_relays();
    fills_in_defaults();
    overrides_win();
    lowers_domains();
    takes_mailboxes_apart();
    accepts_the_example();
    return check_done();
}
