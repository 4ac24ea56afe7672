/* Catcher: a real SMTP server for quickstart, tests and benchmarks. It starts, listens and says
 * where. */
#include "worker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024, PATH_LIMIT = 4096, TIME_OVER = 75 };

static struct hall hall;

union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

static uint16_t port_of(const char *digits)
{
    char *end = NULL;
    unsigned long port = strtoul(digits, &end, 10);
    if (digits[0] < '0' || digits[0] > '9' || *end != '\0' || port > 65535)
        die(64, "no port: %s", digits);
    return (uint16_t)port;
}

/* 127.x.x.x:PORT, localhost:PORT, [::1]:PORT or PORT. Nothing else: a test server is nobody's
 * relay. */
static socklen_t address_parse(const char *listen, union address *address)
{
    *address = (union address){0};
    const char *colon = strrchr(listen, ':');
    size_t host = colon == NULL ? 0 : (size_t)(colon - listen);
    uint16_t port = htons(port_of(colon == NULL ? listen : colon + 1));
    if (host == 5 && memcmp(listen, "[::1]", 5) == 0) {
        address->six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
        address->six.sin6_addr = in6addr_loopback;
        return sizeof address->six;
    }
    char name[INET_ADDRSTRLEN] = "127.0.0.1";
    if (host >= sizeof name)
        die(64, "%s is not a loopback address", listen);
    bool by_name = host == 0 || (host == 9 && memcmp(listen, "localhost", 9) == 0);
    if (!by_name) {
        memcpy(name, listen, host);
        name[host] = '\0';
    }
    address->four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port};
    if (inet_pton(AF_INET, name, &address->four.sin_addr) != 1 ||
        (ntohl(address->four.sin_addr.s_addr) >> 24) != 127)
        die(64, "%s is not a loopback address", listen);
    return sizeof address->four;
}

static void open_listener(void)
{
    union address address;
    socklen_t length = address_parse(hall.options.listen, &address);
    int on = 1;
    hall.listener = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (hall.listener < 0)
        die(71, "socket: %s", strerror(errno));
    setsockopt(hall.listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(hall.listener, &address.any, length) != 0 || listen(hall.listener, BACKLOG) != 0)
        die(69, "%s: %s", hall.options.listen, strerror(errno));
}

static unsigned listener_port(void)
{
    union address address = {0};
    socklen_t length = sizeof address;
    if (getsockname(hall.listener, &address.any, &length) != 0)
        die(71, "getsockname: %s", strerror(errno));
    return ntohs(address.any.sa_family == AF_INET6 ? address.six.sin6_port : address.four.sin_port);
}

/* By rename: who waits for the file never reads half a number. */
static void announce(const char *path, unsigned long number)
{
    if (path == NULL)
        return;
    char hidden[PATH_LIMIT];
    snprintf(hidden, sizeof hidden, "%s.%ld.new", path, (long)getpid());
    FILE *file = fopen(hidden, "we");
    if (file == NULL || fprintf(file, "%lu\n", number) < 0 || fclose(file) != 0 ||
        rename(hidden, path) != 0)
        die(73, "%s: %s", path, strerror(errno));
}

static void stop(int signal_number)
{
    (void)signal_number;
    atomic_store(&hall.stopping, true);
}

/* Blocked but while a worker waits, so that none slips in between the look and the wait. */
static void prepare_signals(void)
{
    struct sigaction action = {.sa_handler = stop};
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    sigprocmask(SIG_BLOCK, &stops, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void add_tls_fault(const char *name)
{
    static const struct {
        const char *name;
        const char *rule;
    } rows[] = {
        {"strip-starttls", "ehlo strip-starttls"},
        {"inject", "starttls extra-reply \"250 2.0.0 injected\""},
        {"truncate", "end half-reply"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            script_add(&hall.script, rows[i].rule, "--tls-fault", 1);
            return;
        }
    }
    die(64, "--tls-fault knows strip-starttls, inject and truncate, not %s", name);
}

static void prepare(int count, char **words)
{
    struct options *options = &hall.options;
    options_parse(options, count, words);
    hall.script.seed = (uint64_t)options->seed;
    if (options->script != NULL)
        script_read(&hall.script, options->script);
    if (options->tls_fault != NULL)
        add_tls_fault(options->tls_fault);
    const char **pem = options->starttls[0] != NULL ? options->starttls : options->implicit_tls;
    if (pem[0] != NULL)
        hall.identity = tls_identity_open(pem[0], pem[1]);
    hall.deadline_ns = options->max_seconds == 0
                           ? OUTBOX_NEVER
                           : worker_now_ns() + options->max_seconds * 1000000000;
    intake_prepare(options, &hall.tally);
}

static void *serve(void *unused)
{
    worker_run(&hall);
    return unused;
}

static void serve_all(void)
{
    size_t extra = (size_t)hall.options.threads - 1;
    pthread_t *threads = memory_zeroed(extra, sizeof *threads);
    for (size_t i = 0; i < extra; i++) {
        if (pthread_create(&threads[i], NULL, serve, NULL) != 0)
            die(71, "no thread");
    }
    worker_run(&hall);
    for (size_t i = 0; i < extra; i++)
        pthread_join(threads[i], NULL);
    free(threads);
}

int main(int count, char **words)
{
    prepare(count, words);
    prepare_signals();
    open_listener();
    announce(hall.options.pid_file, (unsigned long)getpid());
    announce(hall.options.port_file, listener_port());
    serve_all();
    if (!hall.options.quiet)
        printf("%lu accepted, %lu swallowed, %lu refused, %lu connections, %lu bytes\n",
               atomic_load(&hall.tally.accepted), atomic_load(&hall.tally.swallowed),
               atomic_load(&hall.tally.refused), atomic_load(&hall.tally.connections),
               atomic_load(&hall.tally.bytes));
    tls_identity_close(hall.identity);
    close(hall.listener);
    bool too_late = hall.options.exit_after > 0 && worker_now_ns() >= hall.deadline_ns;
    return too_late && !worker_is_satisfied(&hall) ? TIME_OVER : 0;
}
