/*
 * HTTP: a small server for one person, on 127.0.0.1 and nowhere else.
 *
 * Only GET is answered, only under a random token that stands in the address, and only when Host
 * names this very address: so no page of another site can reach it, not even by a name that was
 * rebound to 127.0.0.1. Every answer carries a strict policy and is never kept.
 */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H

#include "base/error.h"

enum {
    HTTP_CONNECTIONS = 64,
    HTTP_WAITING = 32,   /* requests that wait for a change */
    HTTP_PATH = 512,     /* longer ones are refused */
    HTTP_TOKEN = 26 + 1, /* characters */
    HTTP_ADDRESS = 128,
};

struct http_request {
    struct text path; /* behind "/TOKEN/" */
    void *connection;
};

/* Its value in the query, decoded; empty when it is not there. Lives as long as the request. */
struct text http_query(const struct http_request *request, const char *name);

struct http_reply {
    unsigned status; /* 200 when left 0 */
    const char *type;
    const char *policy;     /* Content-Security-Policy */
    const char *attachment; /* a file's name: to be saved, not shown. NULL: shown */
    struct text body;       /* copied */
    bool wait;              /* nothing to say yet: ask again at the next http_wake() */
};

typedef void http_answer(void *self, const struct http_request *request, struct http_reply *reply);

struct http;

/* `port` 0: a free one. */
struct http *http_open(uint16_t port, http_answer *answer, void *self, struct error *err);
void http_close(struct http *http);

/* "http://127.0.0.1:41234/TOKEN/" */
const char *http_address(const struct http *http);

/* To be polled for reading; at the latest after http_timeout_ms() (-1: whenever). */
int http_descriptor(const struct http *http);
int http_timeout_ms(const struct http *http);
/* Answers what has come in. */
void http_work(struct http *http);
/* Requests that wait are asked again. */
void http_wake(struct http *http);

#endif
