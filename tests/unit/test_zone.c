/* Zone: clocks of the tz database, both rules for a changed clock, and files that are none. */
#include "base/clock.h"
#include "calendar/zone.h"
#include "check.h"

static int64_t ms(const char *string)
{
    struct civil civil;
    if (!civil_parse(string, &civil))
        abort();
    return civil_to_ms(civil);
}

static const struct {
    const char *promise, *zone, *wall, *instant;
} instants[] = {
    {"UTC is itself", "UTC", "2026-12-01T09:00", "2026-12-01T09:00"},
    {"winter in California", "America/Los_Angeles", "2026-12-01T09:00", "2026-12-01T17:00"},
    {"summer in California", "America/Los_Angeles", "2026-07-01T09:00", "2026-07-01T16:00"},
    {"the gap's times are its end", "America/Los_Angeles", "2026-03-08T02:30", "2026-03-08T10:00"},
    {"the gap's first time, too", "America/Los_Angeles", "2026-03-08T02:00", "2026-03-08T10:00"},
    {"behind the gap", "America/Los_Angeles", "2026-03-08T03:00", "2026-03-08T10:00"},
    {"before the gap", "America/Los_Angeles", "2026-03-08T01:59", "2026-03-08T09:59"},
    {"the overlap's times are the first", "America/Los_Angeles", "2026-11-01T01:30",
     "2026-11-01T08:30"},
    {"behind the overlap", "America/Los_Angeles", "2026-11-01T02:00", "2026-11-01T10:00"},
    {"half an hour in Lord Howe", "Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"},
    {"a day that Samoa left out", "Pacific/Apia", "2011-12-30T09:00", "2011-12-30T10:00"},
    {"a clock beyond the table, by its rule", "America/Los_Angeles", "2060-07-01T09:00",
     "2060-07-01T16:00"},
    {"the gap by the rule", "America/Los_Angeles", "2060-03-14T02:30", "2060-03-14T10:00"},
    {"south of the equator, by the rule", "Australia/Sydney", "2060-01-15T09:00",
     "2060-01-14T22:00"},
    {"a rule with a negative hour", "America/Nuuk", "2060-07-01T09:00", "2060-07-01T10:00"},
    {"no rule but an offset", "Asia/Kolkata", "2060-07-01T09:00", "2060-07-01T03:30"},
    {"a fixed zone", "Etc/GMT+8", "2026-07-01T09:00", "2026-07-01T17:00"},
};

static const struct {
    const char *promise, *zone, *instant, *furthest;
} furthests[] = {
    {"the clock itself", "America/Los_Angeles", "2026-12-01T17:00", "2026-12-01T09:00"},
    {"in the second hour of an overlap, its end", "America/Los_Angeles", "2026-11-01T09:30",
     "2026-11-01T01:59:59"},
    {"and right behind it the clock again", "America/Los_Angeles", "2026-11-01T10:00",
     "2026-11-01T02:00"},
};

/* A version 2 file with no change, one type of 3600 seconds and this closing rule. */
static struct text file_of(char *at, const char *rule)
{
    static const char block[] =
        "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" /* no isut, isstd, leap, time */
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
        "\0\0\0\1\0\0\0\4" /* type, chars */
        "\0\0\x0e\x10\0\0ABC";
    size_t length = sizeof(block);
    memcpy(at, block, length);
    memcpy(at + length, block, length);
    int more = snprintf(at + 2 * length, 64, "\n%s\n", rule);
    return text_from(at, 2 * length + (size_t)more);
}

static void check_rules(void)
{
    static const struct {
        const char *promise, *rule;
        bool reads;
        const char *instant, *wall;
    } rules[] = {
        {"no rule", "", true, "2026-07-01T00:00", "2026-07-01T01:00"},
        {"a number for a name", "<+03>-3", true, "2026-07-01T00:00", "2026-07-01T03:00"},
        {"days of the year", "A0B,J60/0,J305/0", true, "2026-07-01T00:00", "2026-07-01T01:00"},
        {"… never the leap day", "A0B,J60/0,J305/0", true, "2028-02-29T23:00", "2028-02-29T23:00"},
        {"… but the day after", "A0B,J60/0,J305/0", true, "2028-03-01T00:00", "2028-03-01T01:00"},
        {"counted from 0", "A0B,59/0,304/0", true, "2028-02-29T00:00", "2028-02-29T01:00"},
        {"an offset of its own", "A0B-0:30,M3.5.0/1,M10.5.0/2", true, "2026-07-01T00:00",
         "2026-07-01T00:30"},
        {"half a rule", "A0B,M3.2.0", false, NULL, NULL},
        {"a 13th month", "A0B,M13.2.0,M11.1.0", false, NULL, NULL},
        {"a sixth week", "A0B,M3.6.0,M11.1.0", false, NULL, NULL},
        {"an open bracket", "<+03-3", false, NULL, NULL},
        {"something behind", "A0B,M3.2.0,M11.1.0x", false, NULL, NULL},
        {"an hour too many", "A168", false, NULL, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        ARENA(arena);
        char bytes[256];
        struct error err;
        const struct zone *zone = zone_parse(&arena, file_of(bytes, rules[i].rule), &err);
        check(rules[i].promise, (zone != NULL) == rules[i].reads);
        if (zone != NULL && rules[i].reads)
            check_number(rules[i].promise, zone_wall(zone, ms(rules[i].instant)),
                         ms(rules[i].wall));
    }
}

/* Every prefix and every flipped byte of a file is read or refused, never more. */
static void check_damage(void)
{
    char whole[256], bytes[256];
    struct text text = file_of(whole, "A0B,M3.2.0,M11.1.0");
    struct error err;
    size_t read = 0;
    for (size_t i = 0; i < text.length; i++) {
        ARENA(arena);
        read += zone_parse(&arena, text_slice(text, 0, i), &err) != NULL;
        for (int flip = 1; flip < 256; flip++) {
            memcpy(bytes, whole, text.length);
            bytes[i] = (char)(bytes[i] ^ flip);
            const struct zone *zone = zone_parse(&arena, text_from(bytes, text.length), &err);
            if (zone != NULL)
                zone_instant(zone, zone_wall(zone, 1796115601000));
        }
    }
    check_number("no part of a file is a zone", (long long)read, 0);
}

static void check_names(void)
{
    static const char *const refused[] = {
        "",
        "/etc/localtime",
        "../../../etc/passwd",
        "America//Los_Angeles",
        "America/",
        "America",
        "Mars/Olympus",
        "right/UTC",
        "zone.tab",
        "America/Los Angeles",
    };
    struct error err;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        ARENA(arena);
        check(refused[i], zone_read(&arena, text_of(refused[i]), &err) == NULL);
    }
    check_text("it says what one looks like", text_of(err.message),
               TEXT("\"America/Los Angeles\" is no zone of the tz database, such as "
                    "America/Los_Angeles or UTC"));
    struct zones *zones = zones_open();
    const struct zone *zone = zones_find(zones, TEXT("Europe/Vienna"));
    check("a zone is kept", zone != NULL && zones_find(zones, TEXT("Europe/Vienna")) == zone);
    check("so is a name that is none", zones_find(zones, TEXT("Mars/Olympus")) == NULL);
    zones_close(zones);
}

int main(void)
{
    struct error err;
    for (size_t i = 0; i < COUNT_OF(instants); i++) {
        ARENA(arena);
        const struct zone *zone = zone_read(&arena, text_of(instants[i].zone), &err);
        if (check(instants[i].promise, zone != NULL))
            check_number(instants[i].promise, zone_instant(zone, ms(instants[i].wall)),
                         ms(instants[i].instant));
    }
    for (size_t i = 0; i < COUNT_OF(furthests); i++) {
        ARENA(arena);
        const struct zone *zone = zone_read(&arena, text_of(furthests[i].zone), &err);
        if (check(furthests[i].promise, zone != NULL))
            check_number(furthests[i].promise, zone_furthest(zone, ms(furthests[i].instant)) / 1000,
                         ms(furthests[i].furthest) / 1000);
    }
    check_rules();
    check_damage();
    check_names();
    return check_done();
}
