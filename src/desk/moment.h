/* Moment: a time that a person names, and a clock that begins there and goes on. */
#ifndef DESK_MOMENT_H
#define DESK_MOMENT_H

#include "base/clock.h"
#include "base/error.h"

/* Must stay where it is while its clock is used. */
struct moment {
    struct clock clock;
    int64_t ahead_ms; /* of real time */
};

/* "2026-12-01T17:00" in UTC, or with an offset: "2026-12-01T09:00-08:00". FAULT_USAGE. */
bool moment_parse(const char *word, int64_t *ret_ms, struct error *err);

/* A clock on which it is that moment now. */
bool moment_begin(struct moment *moment, const char *word, struct error *err);

#endif
