/*
 * Zone: the clock on the wall of a place, from the tz database (TZif files, RFC 8536).
 *
 * Files are read here rather than through the C library, whose one zone is a global of the process:
 * a campaign and each of its members may live in different ones. A member's zone name is a
 * stranger's word: it is checked for its shape before it becomes a path, and each file is read with
 * caps.
 *
 * Two rules for what a clock change does to a time on the wall, both from one definition: a wall
 * time is the first instant at which the clock shows it, or a later time.
 * - in the gap, when clocks go forward (02:30 does not exist), it is the instant the gap ends;
 * - in the overlap, when clocks go back (01:30 comes twice), it is the first of the two.
 */
#ifndef CALENDAR_ZONE_H
#define CALENDAR_ZONE_H

#include "base/arena.h"
#include "base/error.h"

enum {
    ZONE_NAME = 64,
    ZONE_FILE = 64 * 1024, /* bytes of a TZif file */
    ZONE_CHANGES = 4096,   /* clock changes in a file */
    ZONE_LAST_YEAR = 2070, /* the rule behind the last change is followed so far */
};

struct zone;

/* Only the shape of a name: letters, digits, / _ + -, no empty part. */
bool zone_name_fits(struct text name);

/* Is there such a zone? FAULT_FILE with what to do when there is none. */
bool zone_exists(struct text name, struct error *err);

/* Reads the zone into `arena`. UTC needs no file. FAULT_FILE with what to do when there is none. */
const struct zone *zone_read(struct arena *arena, struct text name, struct error *err);

/* The same from the bytes of a file. */
const struct zone *zone_parse(struct arena *arena, struct text bytes, struct error *err);

/* What the clock shows at an instant, counted as civil_to_ms() does. */
int64_t zone_wall(const struct zone *zone, int64_t utc_ms);

/* The latest time the clock has ever shown up to an instant: in and after an overlap, the end of
 * it. */
int64_t zone_furthest(const struct zone *zone, int64_t utc_ms);

/* The first instant at which the clock shows `wall_ms` or a later time. */
int64_t zone_instant(const struct zone *zone, int64_t wall_ms);

/* Zones that were read, by name; for members. Names that are no zone are remembered too. */
struct zones;

enum { ZONES_KEPT = 1024 };

struct zones *zones_open(void);
/* NULL is fine. */
void zones_close(struct zones *zones);
/* NULL when there is no such zone, or ZONES_KEPT names were asked for. */
const struct zone *zones_find(struct zones *zones, struct text name);

#endif
