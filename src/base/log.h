/*
 * Log: one line an event, on stderr and, when opened, in a file.
 *
 * A line is `2026-12-01T17:00:00Z level message`, at most LOG_LINE bytes, control characters
 * replaced, written with one write(2); a loop with thousands of them a second writes those of a
 * turn together (log_later). Secrets never reach it: callers pass names of credentials, never
 * values.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

enum {
    LOG_LINE = 1024,
    LOG_LINES = 1024 * 1024,    /* of a turn; more are written at once */
    LOG_FILE = 8 * 1024 * 1024, /* bytes; a longer file becomes FILE.1, that one FILE.2 … */
    LOG_KEPT = 4,               /* older files that are kept, so nothing else needs to rotate it */
};

struct log {
    const struct clock *clock;
    enum log_level shown; /* the least level that goes to stderr */
    int file;             /* -1: no file; everything from LOG_INFO on goes there */
    const char *path;     /* of the file; borrowed */
    int64_t size;         /* … as far as this process knows */
    /* Called around a line on stderr, so that a progress bar can step aside. May be NULL. */
    void (*aside)(void *progress, bool begin);
    void *progress;
};

struct log log_to_stderr(const struct clock *clock, enum log_level shown);
/* Appends to the file at `path`, mode 0600; `path` must outlive the log. Several processes may. */
bool log_open(struct log *log, const char *path, struct error *err);
void log_close(struct log *log);

void log_line(struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* To the file alone: whoever sits before stderr hears it in another way. */
void log_in_file(struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* As log_line(), but what goes to the file is appended to `lines`, and log_write() writes those
 * with one write(2). A crash loses the lines of one turn; what must not be lost is in the ledger.
 */
void log_later(struct log *log, struct buffer *lines, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void log_write(struct log *log, struct buffer *lines);
#define log_debug(log, ...) log_line((log), LOG_DEBUG, __VA_ARGS__)
#define log_info(log, ...) log_line((log), LOG_INFO, __VA_ARGS__)
#define log_warning(log, ...) log_line((log), LOG_WARNING, __VA_ARGS__)
#define log_error(log, ...) log_line((log), LOG_ERROR, __VA_ARGS__)

#endif
