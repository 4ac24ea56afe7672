/*
 * Error: what went wrong, where, and whose fault it is.
 *
 * `bool f(…, struct error *err)`: err is filled exactly when false is returned. The fault is the
 * exit status (sysexits where they fit), so a failure travels from where it is met to the shell
 * unchanged. A message says what is wrong and what to do next, in one line, without a final period
 * or newline.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/text.h"

enum fault {
    FAULT_NONE = 0,
    FAULT_USAGE = 64,       /* the command line */
    FAULT_FILE = 65,        /* a file a person wrote: campaign, template, CSV */
    FAULT_UNREACHABLE = 69, /* relay or mailbox */
    FAULT_BUG = 70,         /* ours */
    FAULT_CREATE = 73,      /* cannot create a file */
    FAULT_WRITE = 74,       /* cannot write: disk full, read-only, damaged */
    FAULT_REMAINS = 75,     /* work remains: run again */
    FAULT_REFUSED = 77,     /* not confirmed, or the audience moved */
    FAULT_CONFIG = 78,      /* configuration, credentials, TLS */
    FAULT_SOME_FAILED = 80, /* finished, but some failed for good */
    FAULT_BREAKER = 81,     /* the breaker paused it */
};

/* Where a person would look. Line and column count from 1; 0 means unknown. Borrowed path. */
struct place {
    struct text path;
    unsigned line, column;
};

enum { ERROR_PATH = 256, ERROR_MESSAGE = 512 };

struct error {
    enum fault fault;
    unsigned line, column;
    char path[ERROR_PATH];
    char message[ERROR_MESSAGE];
};

/* Both return false, so that a caller can `return error_set(…)`. Control characters become '?'. */
bool error_set(struct error *err, enum fault fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool error_at(struct error *err, enum fault fault, struct place place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool error_vat(struct error *err, enum fault fault, struct place place, const char *format,
               va_list args) __attribute__((format(printf, 4, 0)));

/* Puts "what: " before the message, once more context on the way up. Returns false. */
bool error_within(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "path:line:column: message", without what is unknown. */
enum { ERROR_LINE = ERROR_PATH + ERROR_MESSAGE + 32 };
const char *error_line(const struct error *err, char line[ERROR_LINE]);

/* Replaces control characters and broken UTF-8 in place by '?': for anything a stranger said. */
void error_clean(char *string);

#endif
