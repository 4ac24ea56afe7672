/*
 * Session: one run of the program as the person started it: where, how to speak, what to override.
 */
#ifndef DESK_SESSION_H
#define DESK_SESSION_H

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "desk/option.h"

struct session {
    /* the common options */
    const char *folder; /* -C, default "." */
    bool json, quiet, verbose, help, version;
    struct option_list overrides; /* -o KEY=VALUE */

    struct arena arena; /* lives as long as the run */
    const struct clock *clock;
    struct log log;
};

extern const struct option_row session_rows[];

/* Prints to stdout; a reader that went away (EPIPE) ends the program quietly, a full disk with 74.
 */
void session_say(struct text text);
void session_sayf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void session_say_buffer(const struct buffer *buffer);
/* The same with a newline: one JSON object a line. */
void session_say_line(const struct buffer *buffer);
void session_flush(void);

/* True when a person sits at the terminal and colours are welcome (NO_COLOR, TERM=dumb). */
bool session_colours(void);
/* Asks on the terminal; false when there is none, or the answer is not yes. */
bool session_confirm(const char *question);

#endif
