/*
 * Progress: one line on the terminal that says how far, how fast and how long still.
 *
 * Drawn on stderr, only when that is a terminal and nobody asked for quiet; at most ten times a
 * second. The log steps around it by progress_aside().
 */
#ifndef DESK_PROGRESS_H
#define DESK_PROGRESS_H

#include "base/buffer.h"
#include "base/clock.h"

struct progress {
    const struct clock *clock;
    const char *label; /* "sending" */
    bool shown;        /* false: every call does nothing */
    bool drawn;        /* a line stands there now */
    uint64_t done, total;
    int64_t began_ms, drawn_ms; /* steady */
};

struct progress progress_begin(const struct clock *clock, const char *label, uint64_t total,
                               bool quiet);
void progress_update(struct progress *progress, uint64_t done);
/* Takes the line off the terminal. */
void progress_end(struct progress *progress);
/* For struct log: takes the line away before a log line, draws it again behind. */
void progress_aside(void *progress, bool begin);

/* "[=====>    ] 512/1,024  34/s  15 s left" in `columns`; pure, for tests. */
void progress_render(const struct progress *progress, int64_t now_ms, unsigned columns,
                     struct buffer *out);

/* "12", "1,234", "1,000,000" */
enum { GROUPED = 32 };
const char *grouped(uint64_t number, char text[GROUPED]);

#endif
