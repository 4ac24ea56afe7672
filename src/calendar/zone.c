/* Zone: instants and times on the wall, by the changes of a clock. */
#include "calendar/zone.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "calendar/zone_file.h"

#include "base/banned.h"

/* RFC 8536 3.2: offsets lie between -25 and +26 hours, so no clock is further from UTC. */
#define FURTHEST_MS ((int64_t)26 * 60 * 60 * 1000)

static const char folder[] = "/usr/share/zoneinfo";

bool zone_name_fits(struct text name)
{
    if (name.length == 0 || name.length > ZONE_NAME || name.at[0] == '/' ||
        text_ends(name, TEXT("/")) || text_contains(name, TEXT("//")))
        return false;
    for (size_t i = 0; i < name.length; i++) {
        char byte = text_lower_byte(name.at[i]);
        if (!((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '/' ||
              byte == '_' || byte == '+' || byte == '-'))
            return false;
    }
    return true;
}

static const struct zone *zone_utc(struct arena *arena)
{
    struct zone *zone = arena_new(arena, struct zone);
    zone->spans = arena_new(arena, struct zone_span);
    zone->spans[0].from_ms = INT64_MIN;
    zone->count = 1;
    return zone;
}

static bool no_such_zone(struct text name, struct error *err)
{
    ARENA(scratch);
    struct text content;
    struct error ignored;
    if (!file_read(&scratch, "/usr/share/zoneinfo/Etc/UTC", ZONE_FILE, &content, &ignored))
        return error_set(err, FAULT_FILE,
                         "the tz database is missing below %s: install the package tzdata", folder);
    return error_set(err, FAULT_FILE,
                     "\"%.*s\" is no zone of the tz database, such as America/Los_Angeles or UTC",
                     TEXT_ARGS(name));
}

static bool is_utc(struct text name)
{
    return text_equal(name, TEXT("UTC")) || text_equal(name, TEXT("Etc/UTC"));
}

static bool read_file(struct arena *arena, struct text name, struct text *ret_bytes,
                      struct error *err)
{
    return (zone_name_fits(name) &&
            file_read(arena, arena_printf(arena, "%s/%.*s", folder, TEXT_ARGS(name)).at, ZONE_FILE,
                      ret_bytes, err) &&
            text_starts(*ret_bytes, TEXT("TZif"))) ||
           no_such_zone(name, err);
}

bool zone_exists(struct text name, struct error *err)
{
    ARENA(scratch);
    struct text ignored;
    return is_utc(name) || read_file(&scratch, name, &ignored, err);
}

const struct zone *zone_read(struct arena *arena, struct text name, struct error *err)
{
    ARENA(scratch);
    struct text bytes;
    if (is_utc(name))
        return zone_utc(arena);
    if (!read_file(&scratch, name, &bytes, err))
        return NULL;
    const struct zone *zone = zone_parse(arena, bytes, err);
    if (zone == NULL)
        error_within(err, "%s/%.*s", folder, TEXT_ARGS(name));
    return zone;
}

/* The span an instant lies in. */
static size_t span_of(const struct zone *zone, int64_t utc_ms)
{
    size_t low = 0, high = zone->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (zone->spans[middle].from_ms <= utc_ms)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int64_t zone_wall(const struct zone *zone, int64_t utc_ms)
{
    return utc_ms + zone->spans[span_of(zone, utc_ms)].offset_ms;
}

int64_t zone_furthest(const struct zone *zone, int64_t utc_ms)
{
    size_t i = span_of(zone, utc_ms);
    int64_t furthest = utc_ms + zone->spans[i].offset_ms;
    /* A span that ended longer ago cannot have shown a later time. */
    for (; i > 0 && zone->spans[i].from_ms > utc_ms - 2 * FURTHEST_MS; i--) {
        int64_t shown = zone->spans[i].from_ms - 1 + zone->spans[i - 1].offset_ms;
        if (shown > furthest)
            furthest = shown;
    }
    return furthest;
}

int64_t zone_instant(const struct zone *zone, int64_t wall_ms)
{
    size_t i = span_of(zone, wall_ms - FURTHEST_MS);
    for (;; i++) {
        const struct zone_span *span = &zone->spans[i];
        int64_t instant = wall_ms - span->offset_ms;
        if (instant < span->from_ms)
            instant = span->from_ms;
        if (i + 1 == zone->count || instant < span[1].from_ms)
            return instant;
    }
}

struct zones {
    struct arena arena;
    struct {
        struct text name;
        const struct zone *zone; /* NULL: there is none */
    } kept[ZONES_KEPT];
    size_t count;
};

struct zones *zones_open(void)
{
    return memory_take(sizeof(struct zones));
}

void zones_close(struct zones *zones)
{
    if (zones == NULL)
        return;
    arena_free(&zones->arena);
    memory_free(zones);
}

const struct zone *zones_find(struct zones *zones, struct text name)
{
    struct error ignored;
    for (size_t i = 0; i < zones->count; i++)
        if (text_equal(zones->kept[i].name, name))
            return zones->kept[i].zone;
    if (zones->count == ZONES_KEPT || name.length > ZONE_NAME)
        return NULL;
    zones->kept[zones->count].name = arena_text(&zones->arena, name);
    zones->kept[zones->count].zone = zone_read(&zones->arena, name, &ignored);
    return zones->kept[zones->count++].zone;
}
