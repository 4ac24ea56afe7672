/*
 * Net: connections between the process and its servers, with bytes under way in both directions.
 */
#ifndef SIM_NET_H
#define SIM_NET_H

#include "sim.h"
#include "wire/relay.h"

enum { PIPE_PARTS = 64, NET_RELAYS = 64 };

/* Bytes in the order they were put, each part arriving at its time. */
struct pipe {
    struct buffer bytes;
    size_t arrived; /* of `bytes` */
    struct {
        int64_t at_ms;
        size_t end;
    } parts[PIPE_PARTS];
    unsigned count;
    int64_t newest_ms;
};

/* Reads a client's bytes as commands and content. */
struct reading {
    enum { READ_LINES, READ_DATA, READ_CHUNK } mode;
    struct buffer bytes; /* of the line or content that is not whole */
    size_t chunk_left;
    bool whole; /* `bytes` was told and begins anew with the next byte */
};

enum heard { HEARD_NOTHING, HEARD_LINE, HEARD_CONTENT };

void reading_free(struct reading *reading);
/* Takes one byte; HEARD_LINE, HEARD_CONTENT: reading->bytes is whole (dots unstuffed), until the
 * next byte. */
enum heard reading_take(struct reading *reading, char byte);

struct server {
    struct reading reading;
    bool in_mail, rcpt_accepted, content_open; /* content_open: 354 was said */
    bool hung, closed, alone;                  /* alone: nobody hears it any more */
    unsigned person, messages;
    int64_t busy_until_ms;
};

/* The final replies that are on their way, so that it is known when the process has read one. */
enum { NET_ANSWERS = 64, NET_ATTEMPTS = 64 };

struct relay {
    unsigned serial, which; /* of the relays */
    struct relay *next;
    void *owner;
    enum relay_state state;
    bool handed_out; /* by relay_hub_ready() */
    int64_t ready_ms;
    struct relay_failure failure;
    struct pipe up, down;
    int64_t blocked_until_ms;
    struct buffer record; /* TLS: taken inside, not yet out and not yet told as taken */
    struct reading watch; /* what crosses relay_write() */
    bool data_asked;      /* the last line that crossed was DATA */
    unsigned person;      /* of the envelope that crossed */
    unsigned attempts[NET_ATTEMPTS], attempt_first, attempt_count; /* crossed, not at the server */
    struct {
        uint64_t end; /* of its bytes, in the stream downward */
        unsigned attempt, code;
    } answers[NET_ANSWERS];
    unsigned answer_count;
    uint64_t said, read; /* bytes downward */
    int64_t closes_ms;   /* the server closes: INT64_MAX not */
    bool watched;
    uint32_t interest;
    void *data;
    struct server server;
};

/* server.c: acts on all that has arrived. */
void server_serve(struct relay *relay);
/* The client is gone: takes what is there, and nobody hears the answers. */
void server_finish(struct relay *relay);

void pipe_put(struct pipe *pipe, struct text bytes, int64_t at_ms);
void pipe_arrive(struct pipe *pipe, int64_t now_ms);
void pipe_consume(struct pipe *pipe, size_t count);

#endif
