/* Blast: how fast can a server take mail? N connections push messages of one size, by PIPELINING or
 * BDAT.
 *
 *   blast HOST:PORT [--connections N] [--messages N] [--size BYTES] [--bdat] [--depth N]
 *
 * One write a message: `<body> . MAIL RCPT DATA` of the next one, as Broadside itself does; with
 * --bdat whole transactions, `depth` of them in flight. It keeps no ledger and looks at no
 * recipient: it is the upper bound. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REPLY_ROOM = 65536, CONNECTIONS_MAX = 1000, LINE = 78 };

struct load {
    const char *at;
    size_t length;
    unsigned replies; /* lines that answer it */
};

/* What is written when: the opening, one message, and the last one. */
struct plan {
    struct sockaddr_in server;
    unsigned long messages;
    unsigned long depth;
    bool bdat;
    struct load opening, message, closing;
};

struct pusher {
    int socket;
    unsigned long to_send;    /* messages this connection still has to write */
    unsigned long unanswered; /* messages in flight */
    unsigned replies_open;    /* lines until the front one is answered */
    struct load out;
    bool opened;
    bool done;
};

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "blast: %s: %s\n", what, strerror(errno));
    exit(69);
}

static void *room(size_t size)
{
    void *memory = calloc(1, size);
    if (memory == NULL)
        fail("memory");
    return memory;
}

static struct load load_of(char *text, unsigned replies)
{
    return (struct load){text, strlen(text), replies};
}

/* Headers and lines of 76 letters, `size` bytes in all. */
static char *message_text(size_t size)
{
    static const char header[] = "Message-ID: <blast@sender.example>\r\nSubject: blast\r\n\r\n";
    char *text = room(size + LINE + sizeof header);
    size_t length = sizeof header - 1;
    memcpy(text, header, length);
    while (length + LINE <= size) {
        memset(text + length, 'a', LINE - 2);
        memcpy(text + length + LINE - 2, "\r\n", 2);
        length += LINE;
    }
    return text;
}

static void plan_data(struct plan *plan, const char *text)
{
    static const char envelope[] =
        "MAIL FROM:<a@sender.example>\r\nRCPT TO:<b@reader.example>\r\nDATA\r\n";
    size_t size = strlen(text) + sizeof envelope + 16;
    char *opening = room(size);
    char *message = room(size);
    char *closing = room(size);
    snprintf(opening, size, "%s", envelope);
    snprintf(message, size, "%s.\r\n%s", text, envelope);
    snprintf(closing, size, "%s.\r\n", text);
    plan->opening = load_of(opening, 3);
    plan->message = load_of(message, 4);
    plan->closing = load_of(closing, 1);
}

static void plan_bdat(struct plan *plan, const char *text)
{
    size_t size = strlen(text) + 256;
    char *message = room(size);
    snprintf(message, size,
             "MAIL FROM:<a@sender.example>\r\nRCPT TO:<b@reader.example>\r\nBDAT %zu LAST\r\n%s",
             strlen(text), text);
    plan->message = plan->closing = load_of(message, 3);
}

static int connected(const struct sockaddr_in *server)
{
    int on = 1;
    int opened = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (opened < 0 ||
        connect(opened, (const struct sockaddr *)(const void *)server, sizeof *server) != 0)
        fail("connect");
    setsockopt(opened, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return opened;
}

/* The greeting and EHLO, one after the other; replies end with a line that has a space in its
 * fourth place. */
static void say_hello(int socket)
{
    static const char hello[] = "EHLO blast.example\r\n";
    char reply[4096];
    for (int i = 0; i < 2; i++) {
        size_t got = 0;
        do {
            ssize_t more = recv(socket, reply + got, sizeof reply - 1 - got, 0);
            if (more <= 0)
                fail("hello");
            got += (size_t)more;
            reply[got] = '\0';
        } while (reply[got - 1] != '\n' ||
                 (strstr(reply, "\r\n250 ") == NULL && (reply[0] != '2' || reply[3] != ' ')));
        if (i == 0 && send(socket, hello, sizeof hello - 1, MSG_NOSIGNAL) < 0)
            fail("hello");
    }
}

static void push_out(struct pusher *pusher)
{
    while (pusher->out.length > 0) {
        ssize_t sent =
            send(pusher->socket, pusher->out.at, pusher->out.length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN)
            return;
        if (sent < 0)
            fail("send");
        pusher->out.at += sent;
        pusher->out.length -= (size_t)sent;
    }
}

/* Writes the next messages, as many as the depth allows. */
static void push(struct pusher *pusher, const struct plan *plan)
{
    push_out(pusher);
    while (pusher->out.length == 0 && pusher->to_send > 0 && pusher->unanswered < plan->depth) {
        const struct load *load = pusher->to_send == 1 ? &plan->closing : &plan->message;
        pusher->out = *load;
        pusher->to_send--;
        pusher->unanswered++;
        pusher->replies_open += load->replies;
        push_out(pusher);
    }
}

static void hear(struct pusher *pusher, const struct plan *plan)
{
    static char replies[REPLY_ROOM];
    static const unsigned lines_a_message[] = {4, 3};
    ssize_t got = recv(pusher->socket, replies, sizeof replies, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN))
        fail("recv");
    for (ssize_t i = 0; i < got; i++) {
        if (replies[i] != '\n')
            continue;
        pusher->replies_open--;
        if (i >= 1 && (replies[0] == '4' || replies[0] == '5')) {
            fprintf(stderr, "blast: refused: %.60s\n", replies);
            exit(69);
        }
    }
    pusher->opened = pusher->opened || pusher->replies_open == 0;
    unsigned lines = lines_a_message[plan->bdat];
    pusher->unanswered = (pusher->replies_open + lines - 1) / lines;
    pusher->done = pusher->to_send == 0 && pusher->replies_open == 0;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double blast(const struct plan *plan, struct pusher *pushers, size_t count)
{
    struct epoll_event events[CONNECTIONS_MAX];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    double start = now_s();
    for (size_t i = 0; i < count; i++) {
        struct pusher *pusher = &pushers[i];
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = pusher};
        epoll_ctl(epoll, EPOLL_CTL_ADD, pusher->socket, &event);
        pusher->to_send = plan->messages / count + (i < plan->messages % count ? 1 : 0);
        pusher->done = pusher->to_send == 0;
        pusher->opened = plan->opening.length == 0;
        pusher->out = plan->opening;
        pusher->replies_open = plan->opening.replies;
        push_out(pusher);
    }
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        left += pushers[i].done ? 0 : 1;
    while (left > 0) {
        int ready = epoll_wait(epoll, events, CONNECTIONS_MAX, -1);
        for (int i = 0; i < ready; i++) {
            struct pusher *pusher = events[i].data.ptr;
            if (pusher->done)
                continue;
            hear(pusher, plan);
            if (pusher->opened)
                push(pusher, plan);
            left -= pusher->done ? 1 : 0;
        }
    }
    close(epoll);
    return now_s() - start;
}

static unsigned long number_after(int count, char **words, const char *name, unsigned long usual)
{
    for (int i = 2; i + 1 < count; i++) {
        if (strcmp(words[i], name) == 0)
            return strtoul(words[i + 1], NULL, 10);
    }
    return usual;
}

static void read_server(struct plan *plan, const char *where)
{
    char host[32];
    const char *colon = strrchr(where, ':');
    if (colon == NULL || (size_t)(colon - where) >= sizeof host)
        fail("HOST:PORT");
    snprintf(host, sizeof host, "%.*s", (int)(colon - where), where);
    plan->server.sin_family = AF_INET;
    plan->server.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    if (inet_pton(AF_INET, host, &plan->server.sin_addr) != 1)
        fail(host);
}

int main(int count, char **words)
{
    struct plan plan = {0};
    if (count < 2) {
        fputs("blast HOST:PORT [--connections N] [--messages N] [--size BYTES] [--bdat] [--depth "
              "N]\n",
              stderr);
        return 64;
    }
    read_server(&plan, words[1]);
    for (int i = 2; i < count; i++)
        plan.bdat = plan.bdat || strcmp(words[i], "--bdat") == 0;
    size_t connections = number_after(count, words, "--connections", 10);
    plan.messages = number_after(count, words, "--messages", 100000);
    plan.depth = plan.bdat ? number_after(count, words, "--depth", 4) : 1;
    if (connections == 0 || connections > CONNECTIONS_MAX || plan.depth == 0)
        return 64;
    char *text = message_text(number_after(count, words, "--size", 20000));
    (plan.bdat ? plan_bdat : plan_data)(&plan, text);
    struct pusher *pushers = room(connections * sizeof *pushers);
    for (size_t i = 0; i < connections; i++) {
        pushers[i].socket = connected(&plan.server);
        say_hello(pushers[i].socket);
    }
    double seconds = blast(&plan, pushers, connections);
    printf("%-10s %3zu connections  %8.0f messages/s  %6.2f GB/s\n",
           plan.bdat ? "BDAT" : "PIPELINING", connections, (double)plan.messages / seconds,
           (double)plan.messages * (double)strlen(text) / seconds * 1e-9);
    for (size_t i = 0; i < connections; i++)
        close(pushers[i].socket);
    return 0;
}
