/* Relay: what the settings allow, what is overheard until AUTH, and what a failure means. Against
 * servers of a few lines on loopback; TLS and AUTH are tested with the catcher (tests/e2e). */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "wire/relay.h"
#include "wire/relay_greeting.h"

/* Settings */

static const struct {
    const char *promise;
    struct relay_target target;
    const char *complaint; /* a piece of it; NULL: fine */
} targets[] = {
    {"starttls", {.url = "smtp://h", .security = RELAY_STARTTLS}, NULL},
    {"implicit", {.url = "smtps://h", .security = RELAY_IMPLICIT}, NULL},
    {"in clear", {.url = "smtp://h:2525", .security = RELAY_CLEAR}, NULL},
    {"with a password", {"smtp://h", RELAY_STARTTLS, NULL, "u", "p"}, NULL},
    {"no credential in clear", {"smtp://h", RELAY_CLEAR, NULL, "u", "p"}, "in clear"},
    {"not even to ourselves", {"smtp://127.0.0.1", RELAY_CLEAR, NULL, "u", "p"}, "in clear"},
    {"a user alone", {"smtp://h", RELAY_STARTTLS, NULL, "u", NULL}, "belong together"},
    {"another scheme", {.url = "http://h", .security = RELAY_CLEAR}, "smtp://host:port"},
    {"smtps in clear", {.url = "smtps://h", .security = RELAY_CLEAR}, "do not fit"},
    {"smtp with implicit TLS", {.url = "smtp://h", .security = RELAY_IMPLICIT}, "do not fit"},
};

static void settings_are_checked(void)
{
    for (size_t i = 0; i < COUNT_OF(targets); i++) {
        struct error err = {0};
        bool good = relay_target_check(&targets[i].target, &err);
        check(targets[i].promise, good == (targets[i].complaint == NULL));
        if (!good && check(targets[i].promise, err.fault == FAULT_CONFIG))
            check(targets[i].promise, strstr(err.message, targets[i].complaint) != NULL);
    }
}

/* Overhearing */

static const struct {
    const char *promise;
    bool starttls;
    const char *lines; /* separated by '|' */
    bool pipelining, chunking, authenticated;
    uint64_t size;
    enum facts_stage stage;
} heard[] = {
    {"capabilities of EHLO", false, "220 hi|250-me|250-PIPELINING|250-chunking|250 SIZE 1000", true,
     true, false, 1000, STAGE_AUTH},
    {"the greeting line of EHLO offers nothing", false, "220 hi|250-PIPELINING|250 8BITMIME", false,
     false, false, 0, STAGE_AUTH},
    {"only the last EHLO counts", true,
     "220 hi|250-me|250-CHUNKING|250 STARTTLS|220 go|250-me|250 PIPELINING", true, false, false, 0,
     STAGE_AUTH},
    {"behind EHLO comes STARTTLS", true, "220 hi|250 me", false, false, false, 0, STAGE_STARTTLS},
    {"HELO after a refused EHLO offers nothing", false, "220 hi|502 what|250 me", false, false,
     false, 0, STAGE_AUTH},
    {"235 is heard", false, "220 hi|250 me|334 VXNlcjo=|334 UGFzczo=|235 welcome", false, false,
     true, 0, STAGE_AUTH},
    {"235 as a greeting is no AUTH", false, "235 hi|250 me", false, false, false, 0, STAGE_AUTH},
    {"SIZE without a number limits nothing", false, "220 hi|250-me|250 SIZE", false, false, false,
     0, STAGE_AUTH},
};

static void overhear(struct relay_greeting *greeting, const char *lines)
{
    struct text rest = text_of(lines), line;
    char bytes[256];
    while (text_take_until(&rest, '|', &line)) {
        snprintf(bytes, sizeof(bytes), "%.*s\r\n", TEXT_ARGS(line));
        relay_greeting_read(greeting, text_of(bytes));
    }
}

static void what_was_said_is_heard(void)
{
    for (size_t i = 0; i < COUNT_OF(heard); i++) {
        struct relay_greeting greeting;
        relay_greeting_begin(&greeting, heard[i].starttls);
        overhear(&greeting, heard[i].lines);
        check(heard[i].promise, greeting.capabilities.pipelining == heard[i].pipelining);
        check(heard[i].promise, greeting.capabilities.chunking == heard[i].chunking);
        check(heard[i].promise, greeting.authenticated == heard[i].authenticated);
        check_number(heard[i].promise, (long long)greeting.capabilities.size,
                     (long long)heard[i].size);
        check_number(heard[i].promise, greeting.stage, heard[i].stage);
        relay_greeting_free(&greeting);
    }
}

/* Connecting */

static const struct {
    const char *promise;
    enum relay_security security;
    const char *script; /* what the server says, one line a command; "-" closes */
    enum relay_state state;
    enum relay_reach reach;
    const char *words;
} servers[] = {
    {"a server in clear", RELAY_CLEAR, "220 hi\r\n|250-me\r\n250 PIPELINING\r\n|", RELAY_READY, 0,
     NULL},
    {"421 as a greeting is for later", RELAY_CLEAR, "421 4.3.2 busy\r\n|-", RELAY_FAILED,
     RELAY_TRY_LATER, "421 busy"},
    {"554 as a greeting is for good", RELAY_CLEAR, "554 5.7.1 go away\r\n|-", RELAY_FAILED,
     RELAY_MISCONFIGURED, "go away"},
    {"EHLO and HELO refused", RELAY_CLEAR, "220 hi\r\n|502 no\r\n|550 no name\r\n|-", RELAY_FAILED,
     RELAY_MISCONFIGURED, "550"},
    {"a server that only closes", RELAY_CLEAR, "-", RELAY_FAILED, RELAY_TRY_LATER, "reached"},
    {"no STARTTLS where it is required", RELAY_STARTTLS, "220 hi\r\n|250-me\r\n250 SIZE\r\n|-",
     RELAY_FAILED, RELAY_MISCONFIGURED, "nothing is sent in clear"},
    {"STARTTLS refused for now", RELAY_STARTTLS,
     "220 hi\r\n|250-me\r\n250 STARTTLS\r\n|454 4.7.0 later\r\n|-", RELAY_FAILED, RELAY_TRY_LATER,
     "454"},
    {"STARTTLS refused for good", RELAY_STARTTLS,
     "220 hi\r\n|250-me\r\n250 STARTTLS\r\n|501 never\r\n|-", RELAY_FAILED, RELAY_MISCONFIGURED,
     "501"},
    {"no TLS behind 220", RELAY_STARTTLS,
     "220 hi\r\n|250-me\r\n250 STARTTLS\r\n|220 go\r\nwhat\r\n|", RELAY_FAILED, RELAY_MISCONFIGURED,
     "Weird server reply"},
};

static int listen_on(char url[64])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(bind(fd, (struct sockaddr *)&address, length) == 0 && listen(fd, 1) == 0);
    must(getsockname(fd, (struct sockaddr *)&address, &length) == 0);
    snprintf(url, 64, "smtp://127.0.0.1:%u", ntohs(address.sin_port));
    return fd;
}

/* One piece of the script, then a command is awaited, and so on; at the end all is read. */
static _Noreturn void serve(int listener, const char *script)
{
    struct text rest = text_of(script), piece;
    char command[1024];
    alarm(20);
    int fd = accept(listener, NULL, NULL);
    while (text_take_until(&rest, '|', &piece) && !text_equal(piece, TEXT("-"))) {
        if (piece.length > 0 && write(fd, piece.at, piece.length) < 0)
            _exit(1);
        if (read(fd, command, sizeof(command)) <= 0)
            _exit(0);
    }
    if (!text_equal(piece, TEXT("-")))
        while (read(fd, command, sizeof(command)) > 0)
            ;
    _exit(0);
}

static struct relay *connect_to(struct relay_hub *hub, const struct relay_target *target)
{
    struct relay *relay = relay_open(hub, target, NULL);
    for (int turns = 0; turns < 2000 && relay_hub_ready(hub) == NULL; turns++) {
        struct pollfd readable = {.fd = relay_hub_socket(hub), .events = POLLIN};
        poll(&readable, 1, 5);
        relay_hub_turn(hub);
    }
    return relay;
}

static void servers_are_judged(void)
{
    for (size_t i = 0; i < COUNT_OF(servers); i++) {
        char url[64];
        struct error err = {0};
        int listener = listen_on(url);
        pid_t child = fork();
        if (child == 0)
            serve(listener, servers[i].script);
        close(listener);
        struct relay_target target = {.url = url, .security = servers[i].security};
        struct relay_hub *hub = relay_hub_open(&clock_system, &err);
        struct relay *relay = connect_to(hub, &target);
        if (check_number(servers[i].promise, relay_state(relay), servers[i].state) &&
            servers[i].words != NULL) {
            const struct relay_failure *failure = relay_failure(relay);
            check_number(servers[i].promise, failure->reach, servers[i].reach);
            if (!check(servers[i].promise, strstr(failure->error.message, servers[i].words)))
                fprintf(stderr, "    %s\n", failure->error.message);
        }
        relay_close(relay);
        relay_hub_close(hub);
        waitpid(child, NULL, 0);
    }
}

static void nobody_listens(void)
{
    char url[64];
    struct error err = {0};
    close(listen_on(url));
    struct relay_target target = {.url = url, .security = RELAY_CLEAR};
    struct relay_hub *hub = relay_hub_open(&clock_system, &err);
    struct relay *relay = connect_to(hub, &target);
    check("nobody listens: later", relay_failure(relay)->reach == RELAY_TRY_LATER);
    check_number("unreachable", relay_failure(relay)->error.fault, FAULT_UNREACHABLE);
    relay_close(relay);
    relay_hub_close(hub);
}

static void bytes_go_through(void)
{
    char url[64], bytes[64] = "";
    struct error err = {0};
    size_t taken, reached, got = 0;
    int listener = listen_on(url);
    pid_t child = fork();
    if (child == 0)
        serve(listener, "220 hi\r\n|250-me\r\n250 PIPELINING\r\n|250 ours\r\n|-");
    close(listener);
    struct relay_target target = {.url = url, .security = RELAY_CLEAR};
    struct relay_hub *hub = relay_hub_open(&clock_system, &err);
    struct relay *relay = connect_to(hub, &target);
    check("PIPELINING was offered", relay_capabilities(relay)->pipelining);
    struct text pieces[2] = {TEXT("NO"), TEXT("OP\r\n")};
    check("pieces leave together",
          relay_write(relay, pieces, 2, &taken, &reached) == RELAY_MOVED && taken == 6);
    struct pollfd readable = {.fd = relay_socket(relay), .events = POLLIN};
    poll(&readable, 1, 5000);
    relay_read(relay, bytes, sizeof(bytes), &got);
    check_text("an answer comes", text_from(bytes, got), TEXT("250 ours\r\n"));
    relay_write(relay, pieces, 2, &taken, &reached);
    poll(&readable, 1, 5000);
    check("then the end", relay_read(relay, bytes, sizeof(bytes), &got) == RELAY_ENDED);
    relay_close(relay);
    relay_hub_close(hub);
    waitpid(child, NULL, 0);
}

int main(void)
{
    settings_are_checked();
    what_was_said_is_heard();
    servers_are_judged();
    nobody_listens();
    bytes_go_through();
    return check_done();
}
