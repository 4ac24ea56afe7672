/* Options: how the catcher was started. */
#ifndef CATCHER_OPTIONS_H
#define CATCHER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
    const char *listen;
    const char *port_file;
    const char *pid_file;
    const char *out;
    const char *ledger;
    const char *trace;
    const char *script;
    const char *tls_fault;
    const char *starttls[2];     /* certificate, key */
    const char *implicit_tls[2]; /* certificate, key */
    const char *auth;            /* USER:PASSWORD */
    bool count_only;
    bool quiet;
    bool no_pipelining;
    bool no_chunking;
    bool no_8bitmime;
    bool smtputf8;
    bool require_auth;
    int64_t size; /* bytes */
    int64_t delay_ms;
    int64_t seed;
    int64_t threads;
    int64_t exit_after; /* messages; 0: never */
    int64_t max_seconds;
};

/* Reads the command line; a mistake ends the program with status 64, --help with 0. */
void options_parse(struct options *options, int count, char **words);

#endif
