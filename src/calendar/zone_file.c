/* Zone file: TZif (RFC 8536) read with caps, and its closing rule spelt out year by year. */
#include "calendar/zone_file.h"

#include "base/clock.h"
#include "base/memory.h"
#include "calendar/zone_rule.h"

#include "base/banned.h"

enum {
    HEADER = 44,
    TYPE = 6,
    MOST_TYPES = 256,
    MOST_OFFSET = 26 * 3600, /* RFC 8536 3.2 */
    FIRST_YEAR = 1970,       /* before it no closing rule is followed */
    RULE_SPANS = 2 * (ZONE_LAST_YEAR - FIRST_YEAR + 1),
};

/* Beyond, milliseconds do not fit. Old files begin with a change at the Big Bang. */
#define MOST_SECONDS (INT64_MAX / 4000)

struct header {
    char version;
    size_t isut, isstd, leap, time, type, chars;
};

/* Big-endian, two's complement. The caller has checked that the bytes are there. */
static int64_t number_at(struct text bytes, size_t at, size_t size)
{
    uint64_t number = (unsigned char)bytes.at[at] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | (unsigned char)bytes.at[at + i];
    return (int64_t)number;
}

static size_t count_at(struct text bytes, size_t at)
{
    return (size_t)(number_at(bytes, at, 4) & 0xffffffff);
}

static bool broken(struct error *err, const char *why)
{
    return error_set(err, FAULT_FILE, "no zone can be read here: %s", why);
}

static bool parse_header(struct text bytes, struct header *ret_header, struct error *err)
{
    if (bytes.length < HEADER || !text_starts(bytes, TEXT("TZif")))
        return broken(err, "it is no TZif file");
    struct header header = {
        .version = bytes.at[4],
        .isut = count_at(bytes, 20),
        .isstd = count_at(bytes, 24),
        .leap = count_at(bytes, 28),
        .time = count_at(bytes, 32),
        .type = count_at(bytes, 36),
        .chars = count_at(bytes, 40),
    };
    if (header.isut > MOST_TYPES || header.isstd > MOST_TYPES || header.time > ZONE_CHANGES ||
        header.type == 0 || header.type > MOST_TYPES || header.chars > ZONE_FILE ||
        header.leap > ZONE_CHANGES)
        return broken(err, "its counts are out of range");
    *ret_header = header;
    return true;
}

/* Of the block behind a header whose times have `size` bytes. */
static size_t block_size(const struct header *header, size_t size)
{
    return header->time * (size + 1) + header->type * TYPE + header->chars +
           header->leap * (size + 4) + header->isstd + header->isut;
}

static void add_span(struct zone *zone, int64_t from_ms, int64_t offset)
{
    zone->spans[zone->count++] = (struct zone_span){.from_ms = from_ms, .offset_ms = offset * 1000};
}

static bool offset_at(struct text types, const struct header *header, size_t index,
                      int64_t *ret_offset, struct error *err)
{
    if (index >= header->type)
        return broken(err, "a change names no type");
    *ret_offset = number_at(types, index * TYPE, 4);
    return (*ret_offset >= -MOST_OFFSET && *ret_offset <= MOST_OFFSET) ||
           broken(err, "an offset is out of range");
}

/* RFC 8536 3.2: before the first change type 0 holds. */
static bool parse_changes(struct text block, const struct header *header, size_t size,
                          struct zone *zone, struct error *err)
{
    struct text types = text_after(block, header->time * (size + 1));
    int64_t offset = 0, before = INT64_MIN;
    if (!offset_at(types, header, 0, &offset, err))
        return false;
    add_span(zone, INT64_MIN, offset);
    for (size_t i = 0; i < header->time; i++) {
        int64_t at = number_at(block, i * size, size);
        size_t index = (unsigned char)block.at[header->time * size + i];
        if ((i > 0 && at <= before) || at > MOST_SECONDS)
            return broken(err, "its changes are not in order");
        if (!offset_at(types, header, index, &offset, err))
            return false;
        if (at < -MOST_SECONDS)
            zone->count = 0;
        add_span(zone, at < -MOST_SECONDS ? INT64_MIN : at * 1000, offset);
        before = at;
    }
    return true;
}

static void add_change(struct zone *zone, int64_t at, int64_t offset)
{
    const struct zone_span *last = &zone->spans[zone->count - 1];
    if (at * 1000 > last->from_ms && offset * 1000 != last->offset_ms)
        add_span(zone, at * 1000, offset);
}

/* The rule takes over behind the last change of the table. */
static void follow_rule(struct zone *zone, const struct zone_rule *rule)
{
    int year = FIRST_YEAR;
    if (zone->count > 1 && civil_of(zone->spans[zone->count - 1].from_ms).year > year)
        year = civil_of(zone->spans[zone->count - 1].from_ms).year;
    else if (zone->count == 1)
        zone->spans[0].offset_ms = rule->offset * 1000;
    for (; rule->changes && year <= ZONE_LAST_YEAR; year++) {
        int64_t summer = zone_rule_change(&rule->summer, year, rule->offset);
        int64_t winter = zone_rule_change(&rule->winter, year, rule->summer_offset);
        if (summer < winter)
            add_change(zone, summer, rule->summer_offset);
        add_change(zone, winter, rule->offset);
        if (summer > winter)
            add_change(zone, summer, rule->summer_offset);
    }
}

/* "\nRULE\n"; an empty rule says that none is known. */
static bool parse_footer(struct text footer, struct zone_rule *ret_rule, bool *ret_known,
                         struct error *err)
{
    if (!text_starts(footer, TEXT("\n")))
        return broken(err, "its closing rule is missing");
    footer = text_after(footer, 1);
    size_t end = text_find_byte(footer, '\n');
    if (end == TEXT_NONE)
        return broken(err, "its closing rule has no end");
    *ret_known = end > 0;
    return end == 0 || zone_rule_parse(text_slice(footer, 0, end), ret_rule) ||
           broken(err, "its closing rule makes no sense");
}

/* Version 2 and later repeat everything with times of eight bytes; the first block is for readers
 * of the past (RFC 8536 3). */
static bool parse_headers(struct text *bytes, struct header *ret_header, size_t *ret_size,
                          struct error *err)
{
    *ret_size = 4;
    if (!parse_header(*bytes, ret_header, err))
        return false;
    if (ret_header->version >= '2') {
        *ret_size = 8;
        *bytes = text_after(*bytes, HEADER + block_size(ret_header, 4));
        if (!parse_header(*bytes, ret_header, err))
            return false;
    }
    *bytes = text_after(*bytes, HEADER);
    if (bytes->length < block_size(ret_header, *ret_size))
        return broken(err, "it ends too early");
    /* The files below right/ have instants that are not POSIX's. */
    return ret_header->leap == 0 || broken(err, "it counts leap seconds");
}

const struct zone *zone_parse(struct arena *arena, struct text bytes, struct error *err)
{
    struct header header;
    struct zone_rule rule = {0};
    bool known = false;
    size_t size;
    if (!parse_headers(&bytes, &header, &size, err))
        return NULL;
    if (size == 8 &&
        !parse_footer(text_after(bytes, block_size(&header, size)), &rule, &known, err))
        return NULL;
    struct zone *zone = arena_new(arena, struct zone);
    zone->spans =
        arena_array(arena, struct zone_span, header.time + 1 + (rule.changes ? RULE_SPANS : 0));
    if (!parse_changes(bytes, &header, size, zone, err))
        return NULL;
    if (known)
        follow_rule(zone, &rule);
    return zone;
}
