/*
 * Relay: one connection to the server that takes our mail.
 *
 * libcurl connects, in the background: TCP, TLS, STARTTLS, EHLO, AUTH. From there on the bytes are
 * ours. One handle is one connection and is never pooled or reused. A hub drives all connections
 * that are still being made, so that opening fifty of them blocks nobody.
 */
#ifndef WIRE_RELAY_H
#define WIRE_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "wire/smtp.h"

enum relay_security {
    RELAY_STARTTLS, /* required: without it nothing is sent */
    RELAY_IMPLICIT, /* smtps:// */
    RELAY_CLEAR,    /* only without a secret */
};

/* All strings are borrowed for as long as the hub lives. */
struct relay_target {
    const char *url; /* smtp://host[:port] or smtps://host[:port] */
    enum relay_security security;
    const char *ca_file; /* NULL: the system's authorities */
    const char *user;    /* NULL: no AUTH */
    const char *secret;
};

/* What can be said without connecting: scheme, TLS against scheme, no secret in clear.
 * FAULT_CONFIG. */
bool relay_target_check(const struct relay_target *target, struct error *err);

struct relay_hub;
struct relay;

struct relay_hub *relay_hub_open(const struct clock *clock, struct error *err);
/* All relays are closed before. */
void relay_hub_close(struct relay_hub *hub);
/* Readable when a connection in the making can go on: one descriptor for epoll. */
int relay_hub_socket(const struct relay_hub *hub);
/* Steady time at which relay_hub_turn() wants to be called at the latest; INT64_MAX: none. */
int64_t relay_hub_deadline(const struct relay_hub *hub);
void relay_hub_turn(struct relay_hub *hub);

/* Begins to connect. `owner` is the caller's. */
struct relay *relay_open(struct relay_hub *hub, const struct relay_target *target, void *owner);
/* At once, without QUIT. NULL is fine. */
void relay_close(struct relay *relay);

enum relay_state { RELAY_CONNECTING, RELAY_READY, RELAY_FAILED };

/* Next relay whose connecting has ended, one way or the other; NULL: none. Its owner tells which.
 */
struct relay *relay_hub_ready(struct relay_hub *hub);
void *relay_owner(const struct relay *relay);
enum relay_state relay_state(const struct relay *relay);

/* RELAY_READY: what EHLO offered, and the socket for epoll. */
const struct smtp_capabilities *relay_capabilities(const struct relay *relay);
int relay_socket(const struct relay *relay);

/* RELAY_FAILED: how far the failure reaches decides what to do about it. */
enum relay_reach {
    RELAY_TRY_LATER,     /* down, busy, 4yz, 421: FAULT_UNREACHABLE */
    RELAY_MISCONFIGURED, /* 5yz, AUTH, TLS, certificate: FAULT_CONFIG; trying again is no use */
};

struct relay_failure {
    enum relay_reach reach;
    enum facts_stage stage;
    struct reply reply; /* code 0: the server said nothing; borrowed from the relay */
    struct error error; /* with what to do */
};

const struct relay_failure *relay_failure(const struct relay *relay);

enum relay_io {
    RELAY_MOVED, /* some bytes went through */
    RELAY_AGAIN, /* not now: wait for the socket */
    RELAY_ENDED, /* the peer closed, or the connection broke */
};

/* At most `size` bytes; `*ret_got` > 0 with RELAY_MOVED. */
enum relay_io relay_read(struct relay *relay, char *at, size_t size, size_t *ret_got);
/* Received bytes may wait inside (TLS): read until RELAY_AGAIN, the socket will not tell. */
bool relay_buffers(const struct relay *relay);
/* See smtp_output() and smtp_wrote(). A relay in clear writes all pieces in one system call. */
enum relay_io relay_write(struct relay *relay, const struct text *pieces, size_t count,
                          size_t *ret_taken, size_t *ret_reached);

#endif
