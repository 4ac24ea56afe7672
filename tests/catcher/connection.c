/* Connection: a socket, perhaps TLS on it, and the session that speaks over it. */
#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LINGER_MS = 2000,
    UNREAD_LIMIT = 65536, /* replies a client lets pile up before we stop reading it */
};

void connection_open(struct connection *connection, const struct tls_identity *implicit_tls)
{
    connection->due_ns = OUTBOX_NEVER;
    if (implicit_tls == NULL) {
        session_greet(&connection->session);
        return;
    }
    connection->tls = tls_open(implicit_tls, connection->socket);
    connection->handshaking = true;
}

void connection_close(struct connection *connection)
{
    tls_close(connection->tls);
    close(connection->socket);
    session_close(&connection->session);
    bytes_free(&connection->unused);
    free(connection);
}

static ssize_t receive(struct connection *connection, char *at, size_t length)
{
    if (connection->tls != NULL)
        return tls_read(connection->tls, at, length);
    return recv(connection->socket, at, length, 0);
}

static void shake_hands(struct connection *connection)
{
    enum tls_step step = tls_handshake(connection->tls);
    connection->wants_write = step == TLS_WRITE;
    connection->dead = step == TLS_BROKEN;
    if (step != TLS_DONE)
        return;
    connection->handshaking = false;
    bool implicit = connection->session.options->implicit_tls[0] != NULL;
    session_secure(&connection->session);
    if (implicit)
        session_greet(&connection->session);
}

static void throw_away(struct connection *connection, char *batch)
{
    ssize_t got = recv(connection->socket, batch, CONNECTION_READ, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        connection->dead = true;
}

/* The session hears what it had left over and what has come since, in one run. */
static void let_hear(struct connection *connection, char *batch, size_t length)
{
    size_t used = session_hear(&connection->session, batch, length);
    connection->unused.length = 0;
    bytes_append(&connection->unused, batch + used, length - used);
}

void connection_hear(struct connection *connection, char *batch)
{
    if (connection->lingers) {
        throw_away(connection, batch);
        return;
    }
    if (connection->handshaking) {
        shake_hands(connection);
        return;
    }
    size_t left = connection->unused.length;
    bool pressed = connection->session.paused || left > CONNECTION_READ;
    if (left > 0)
        memcpy(batch, connection->unused.at, left);
    ssize_t got = pressed ? 0 : receive(connection, batch + left, CONNECTION_READ);
    if (got < 0 && errno != EAGAIN && errno != EINTR)
        connection->dead = true;
    connection->ended = connection->ended || (got == 0 && !pressed);
    /* A full batch may have left a record inside the TLS library, where epoll does not see it. */
    connection->hungry = connection->tls != NULL && got == CONNECTION_READ;
    if (got > 0 || (left > 0 && !connection->session.paused))
        let_hear(connection, batch, left + (got > 0 ? (size_t)got : 0));
}

static ssize_t transmit(struct connection *connection, const char *at, size_t length)
{
    if (connection->tls != NULL)
        return tls_write(connection->tls, at, length);
    return send(connection->socket, at, length, MSG_NOSIGNAL);
}

static void reset(struct connection *connection)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    connection->dead = true;
}

/* FIN, then read on for a while: a close with unread bytes would send RST, and that can eat our
 * last reply. */
static void finish(struct connection *connection)
{
    shutdown(connection->socket, SHUT_WR);
    connection->lingers = true;
    connection->due_ns = connection->session.now_ns + (int64_t)LINGER_MS * 1000000;
    connection->dead = connection->dead || connection->ended;
}

static void begin_tls(struct connection *connection, const struct tls_identity *identity)
{
    connection->tls = tls_open(identity, connection->socket);
    connection->handshaking = true;
    connection->due_ns = OUTBOX_NEVER;
}

static void act(struct connection *connection, enum then then, const struct tls_identity *identity)
{
    if (then == THEN_RESET) {
        reset(connection);
    } else if (then == THEN_TLS) {
        begin_tls(connection, identity);
    } else {
        if (then == THEN_CLOSE && connection->tls != NULL)
            tls_bye(connection->tls);
        finish(connection);
    }
}

static void write_ready(struct connection *connection)
{
    struct outbox *outbox = &connection->session.outbox;
    int64_t now_ns = connection->session.now_ns;
    connection->wants_write = false;
    for (size_t ready; (ready = outbox_ready(outbox, now_ns)) > 0;) {
        ssize_t sent = transmit(connection, outbox->bytes.at + outbox->sent, ready);
        if (sent <= 0) {
            connection->wants_write = errno == EAGAIN || errno == EINTR;
            connection->dead = !connection->wants_write;
            return;
        }
        outbox_leave(outbox, (size_t)sent);
    }
}

/* A paused session goes on once all it had to say has left: due at once when bytes wait. */
static void settle(struct connection *connection)
{
    struct session *session = &connection->session;
    connection->due_ns = connection->wants_write ? OUTBOX_NEVER : outbox_due(&session->outbox);
    if (!outbox_is_empty(&session->outbox))
        return;
    if (session->paused) {
        session->paused = false;
        connection->hungry = connection->unused.length > 0;
    }
    if (connection->hungry)
        connection->due_ns = session->now_ns;
    else if (connection->ended)
        connection->dead = true;
}

void connection_speak(struct connection *connection, const struct tls_identity *identity)
{
    if (connection->lingers) {
        connection->dead = connection->dead || connection->session.now_ns >= connection->due_ns;
        return;
    }
    if (connection->handshaking || connection->dead)
        return;
    write_ready(connection);
    if (connection->dead || connection->wants_write) {
        connection->due_ns = OUTBOX_NEVER;
        return;
    }
    enum then then = outbox_act(&connection->session.outbox, connection->session.now_ns);
    if (then != THEN_NOTHING)
        act(connection, then, identity);
    else
        settle(connection);
}

uint32_t connection_interest(const struct connection *connection)
{
    const struct outbox *outbox = &connection->session.outbox;
    bool full = connection->wants_write && outbox->bytes.length - outbox->sent > UNREAD_LIMIT;
    bool reads = connection->lingers || connection->handshaking ||
                 (!connection->session.paused && !connection->ended && !full);
    bool writes = connection->wants_write && !connection->lingers;
    return (reads ? EPOLLIN : 0U) | (writes ? EPOLLOUT : 0U);
}
