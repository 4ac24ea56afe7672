/* Setting: the shapes of values a key may hold, beyond a text and a number. All text is borrowed
 * from the arena of the read. */
#ifndef SETTINGS_SETTING_H
#define SETTINGS_SETTING_H

#include "base/clock.h"
#include "base/error.h"
#include "base/value.h"
#include "settings/rate.h"

struct text_list {
    struct text *at;
    size_t count;
};

struct rate_list {
    struct rate *at;
    size_t count;
};

struct node;

/*
 * A text that may hold merge fields, and where it stands, so that a mistake in it can be named by
 * line and column. Line n of a block scalar (from 0) begins at place.line + n, column indent + 1;
 * whatever was quoted or folded is answered exactly by document_place_at(node, offset). `node` is
 * NULL when the text came from elsewhere.
 */
struct placed_text {
    struct text text;
    struct place place; /* the first content byte */
    unsigned indent;    /* of a block scalar, else 0 */
    const struct node *node;
};

/* One name and the values it may have: `county: [Alameda, Fresno]`. */
struct named_texts {
    struct text name;
    struct place place;
    struct text_list values;
};

struct named_texts_list {
    struct named_texts *at;
    size_t count;
};

/* A written moment, to be read in a zone that stands elsewhere. */
struct local_time {
    bool given;
    bool whole_day; /* only a date was written */
    struct civil civil;
};

/* A daily window in minutes after midnight, "08:00-20:00" = {480, 1200}. `to` is excluded; `to` <
 * `from` goes over midnight. Both 0: not given. */
struct hours {
    int from_minute, to_minute;
};

/* Where a password may be fetched from; at most one of the three is set. Never the password itself.
 */
struct secret_source {
    struct text file, env, command;
    struct place place;
};

#endif
