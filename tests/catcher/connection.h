/* Connection: a socket, perhaps TLS on it, and the session that speaks over it. */
#ifndef CATCHER_CONNECTION_H
#define CATCHER_CONNECTION_H

#include "session.h"
#include "tls.h"

enum { CONNECTION_READ = 256 * 1024 };

struct connection {
    int socket;
    uint32_t interest; /* what epoll watches */
    struct tls *tls;
    bool handshaking;
    bool wants_write;
    bool lingers; /* our end is closed; what comes is thrown away until theirs is */
    bool ended;   /* they said all they had to say */
    bool hungry;  /* has bytes at hand that no event will announce */
    bool dead;
    bool touched;   /* in this turn's list */
    int64_t due_ns; /* when it must be looked at without any event; OUTBOX_NEVER: never */
    struct session session;
    struct bytes unused; /* read, not yet taken by the session */
    struct connection *next, *previous;
};

/* `batch` is room for 2 * CONNECTION_READ bytes, shared by all connections of a thread. */
void connection_open(struct connection *connection, const struct tls_identity *implicit_tls);
/* Reads once and lets the session hear it, or goes on with a handshake. */
void connection_hear(struct connection *connection, char *batch);
/* Writes what may leave by now, acts on marks, and sets `due_ns`. */
void connection_speak(struct connection *connection, const struct tls_identity *identity);
/* The epoll events it wants to be told of. */
uint32_t connection_interest(const struct connection *connection);
void connection_close(struct connection *connection);

#endif
