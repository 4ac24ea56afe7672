/* Worker: one thread's event loop over its connections.
 *
 * A turn: wait, let every connection that has something hear it, write the ledger, and only then
 * let the replies of all connections leave. So a 250 is never on the wire before its line is in the
 * file. */
#include "worker.h"
#include "connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    EVENTS_A_TURN = 256,
    CONNECTIONS_MAX = 10000,
    STOP_GRACE_MS = 1000, /* for clients to say QUIT after --exit-after */
    THREAD_GLANCE_MS = 100,
};

struct worker {
    struct hall *hall;
    struct intake intake;
    int epoll;
    char *batch;
    struct connection *first;
    size_t count;
    struct connection **touched;
    size_t touched_count;
    int64_t now_ns;
    int64_t next_due_ns;
    int64_t satisfied_ns; /* since when --exit-after is reached; OUTBOX_NEVER: it is not */
};

int64_t worker_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

bool worker_is_satisfied(struct hall *hall)
{
    uint64_t wanted = (uint64_t)hall->options.exit_after;
    return wanted > 0 &&
           atomic_load(&hall->tally.accepted) + atomic_load(&hall->tally.swallowed) >= wanted;
}

static void touch(struct worker *worker, struct connection *connection)
{
    connection->session.now_ns = worker->now_ns;
    if (connection->touched)
        return;
    connection->touched = true;
    worker->touched[worker->touched_count++] = connection;
}

static void admit(struct worker *worker, int socket)
{
    struct hall *hall = worker->hall;
    int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *connection = memory_zeroed(1, sizeof *connection);
    connection->socket = socket;
    connection->session.options = &hall->options;
    connection->session.script = &hall->script;
    connection->session.intake = &worker->intake;
    connection->session.now_ns = worker->now_ns;
    session_open(&connection->session, atomic_fetch_add(&hall->tally.connections, 1) + 1);
    connection_open(connection, hall->options.implicit_tls[0] == NULL ? NULL : hall->identity);
    connection->interest = EPOLLIN;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(worker->epoll, EPOLL_CTL_ADD, socket, &event);
    connection->next = worker->first;
    if (worker->first != NULL)
        worker->first->previous = connection;
    worker->first = connection;
    worker->count++;
    touch(worker, connection);
}

static void accept_all(struct worker *worker)
{
    while (worker->count < CONNECTIONS_MAX && worker->touched_count < CONNECTIONS_MAX) {
        int socket = accept4(worker->hall->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0)
            return;
        admit(worker, socket);
    }
}

static void dismiss(struct worker *worker, struct connection *connection)
{
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        worker->first = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    worker->count--;
    connection_close(connection);
}

static void hear(struct worker *worker, const struct epoll_event *event)
{
    struct connection *connection = event->data.ptr;
    if (connection == NULL) {
        accept_all(worker);
        return;
    }
    touch(worker, connection);
    if ((event->events & EPOLLIN) != 0 || connection->handshaking)
        connection_hear(connection, worker->batch);
    else if ((event->events & (EPOLLERR | EPOLLHUP)) != 0)
        connection->dead = true;
}

static void hear_overdue(struct worker *worker)
{
    if (worker->next_due_ns > worker->now_ns)
        return;
    for (struct connection *at = worker->first; at != NULL; at = at->next) {
        if (at->due_ns > worker->now_ns)
            continue;
        touch(worker, at);
        if (at->hungry)
            connection_hear(at, worker->batch);
    }
}

static void watch(struct worker *worker, struct connection *connection)
{
    uint32_t interest = connection_interest(connection);
    if (interest == connection->interest)
        return;
    struct epoll_event event = {.events = interest, .data.ptr = connection};
    epoll_ctl(worker->epoll, EPOLL_CTL_MOD, connection->socket, &event);
    connection->interest = interest;
}

static void speak_all(struct worker *worker)
{
    intake_flush(&worker->intake);
    for (size_t i = 0; i < worker->touched_count; i++) {
        struct connection *connection = worker->touched[i];
        connection->touched = false;
        connection_speak(connection, worker->hall->identity);
        if (connection->dead) {
            dismiss(worker, connection);
            continue;
        }
        watch(worker, connection);
        if (connection->due_ns < worker->next_due_ns)
            worker->next_due_ns = connection->due_ns;
    }
    worker->touched_count = 0;
}

/* next_due_ns is a lower bound between turns; once it has passed, it is found anew. */
static void find_next_due(struct worker *worker)
{
    if (worker->next_due_ns > worker->now_ns)
        return;
    worker->next_due_ns = OUTBOX_NEVER;
    for (const struct connection *at = worker->first; at != NULL; at = at->next) {
        if (at->due_ns < worker->next_due_ns)
            worker->next_due_ns = at->due_ns;
    }
}

static int64_t earlier(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

static int wait_for_events(struct worker *worker, struct epoll_event *events)
{
    const struct hall *hall = worker->hall;
    int64_t until_ns = earlier(worker->next_due_ns, hall->deadline_ns);
    if (worker->satisfied_ns != OUTBOX_NEVER)
        until_ns = earlier(until_ns, worker->satisfied_ns + (int64_t)STOP_GRACE_MS * 1000000);
    int64_t rest_ns = until_ns == OUTBOX_NEVER ? OUTBOX_NEVER : until_ns - worker_now_ns();
    if (hall->options.threads > 1)
        rest_ns = earlier(rest_ns, (int64_t)THREAD_GLANCE_MS * 1000000);
    if (rest_ns < 0)
        rest_ns = 0;
    struct timespec rest = {.tv_sec = rest_ns / 1000000000, .tv_nsec = rest_ns % 1000000000};
    sigset_t none;
    sigemptyset(&none);
    return epoll_pwait2(worker->epoll, events, EVENTS_A_TURN,
                        rest_ns == OUTBOX_NEVER ? NULL : &rest, &none);
}

static bool goes_on(struct worker *worker)
{
    struct hall *hall = worker->hall;
    if (worker->now_ns >= hall->deadline_ns)
        atomic_store(&hall->stopping, true);
    if (atomic_load(&hall->stopping))
        return false;
    if (worker->satisfied_ns == OUTBOX_NEVER && worker_is_satisfied(hall)) {
        worker->satisfied_ns = worker->now_ns;
        epoll_ctl(worker->epoll, EPOLL_CTL_DEL, hall->listener, NULL);
    }
    return worker->satisfied_ns == OUTBOX_NEVER ||
           (worker->count > 0 &&
            worker->now_ns < worker->satisfied_ns + (int64_t)STOP_GRACE_MS * 1000000);
}

static void turn(struct worker *worker)
{
    struct epoll_event events[EVENTS_A_TURN];
    int count = wait_for_events(worker, events);
    worker->now_ns = worker_now_ns();
    for (int i = 0; i < count; i++)
        hear(worker, &events[i]);
    hear_overdue(worker);
    speak_all(worker);
    find_next_due(worker);
}

static void worker_open(struct worker *worker, struct hall *hall)
{
    *worker = (struct worker){.hall = hall,
                              .next_due_ns = OUTBOX_NEVER,
                              .satisfied_ns = OUTBOX_NEVER,
                              .now_ns = worker_now_ns()};
    intake_open(&worker->intake, &hall->options, &hall->tally);
    worker->batch = memory_zeroed(2, CONNECTION_READ);
    worker->touched = memory_zeroed(2 * CONNECTIONS_MAX, sizeof(struct connection *));
    worker->epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};
    if (worker->epoll < 0 || epoll_ctl(worker->epoll, EPOLL_CTL_ADD, hall->listener, &event) != 0)
        die(71, "epoll is not available");
}

void worker_run(struct hall *hall)
{
    struct worker worker;
    worker_open(&worker, hall);
    while (goes_on(&worker))
        turn(&worker);
    while (worker.first != NULL)
        dismiss(&worker, worker.first);
    intake_close(&worker.intake);
    close(worker.epoll);
    free(worker.batch);
    free(worker.touched);
}
