/*
 * Almanac: until when nothing of a campaign file can be due, so that a run every five minutes need
 * not read it.
 *
 * A small file in var/, a line a campaign file that was sound: how to tell that the file is still
 * the same, its id, and the span of time in which nothing of it is due. It only saves work: without
 * it, or when anything about the file changed, the file is read.
 */
#ifndef FLOW_ALMANAC_H
#define FLOW_ALMANAC_H

#include "base/arena.h"

enum {
    ALMANAC_LINES = 1000,
    ALMANAC_REST_MS =
        24 * 60 * 60 * 1000,   /* no file rests longer: zones and programs change, too */
    ALMANAC_SETTLED_MS = 2000, /* a file changed within that may change again in the same tick */
};

struct almanac_line {
    struct text path, id;
    int64_t inode, size, changed_ns; /* of the file; any change of it moves ctime */
    int64_t from_ms, until_ms;       /* nothing is due then */
};

struct almanac {
    struct almanac_line *lines; /* room for ALMANAC_LINES */
    size_t count;
};

/* What is known; nothing when there is no such file. Lives in `arena`. */
void almanac_read(struct almanac *almanac, struct arena *arena, const char *var);

/* NULL when the file (`full` is its whole path, `path` that inside the workspace) must be read. */
const struct almanac_line *almanac_rests(const struct almanac *almanac, const char *full,
                                         struct text path, int64_t now_ms);

/* Adds what was found out about a file that was read at `real_ms`, unless that is too fresh. */
void almanac_note(struct almanac *almanac, const char *full, struct text path, struct text id,
                  int64_t now_ms, int64_t until_ms, int64_t real_ms);

/* A failure only costs time. */
void almanac_write(const struct almanac *almanac, struct arena *arena, const char *var);

#endif
