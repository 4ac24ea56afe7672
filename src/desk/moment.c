/* Moment: a time that a person names, and a clock that begins there and goes on. */
#include "desk/moment.h"

#include "base/arena.h"

#include "base/banned.h"

/* "+01:00", "-0800" */
static bool parse_offset(struct text text, int64_t *ret_ms)
{
    uint64_t hours, minutes;
    size_t minutes_at = text.length == 6 && text.at[3] == ':' ? 4 : 3;
    if ((text.length != 6 && text.length != 5) || !text_to_number(text_slice(text, 1, 2), &hours) ||
        !text_to_number(text_after(text, minutes_at), &minutes) || hours > 26 || minutes > 59)
        return false;
    int64_t ms = (int64_t)(hours * 60 + minutes) * 60000;
    *ret_ms = text.at[0] == '-' ? -ms : ms;
    return true;
}

/* A date has two hyphens; a sign behind its T is an offset's. */
static bool parse(struct arena *arena, const char *word, int64_t *ret_ms)
{
    struct text text = text_of(word);
    size_t time = text_find_byte(text, 'T'), sign = TEXT_NONE;
    int64_t offset_ms = 0;
    struct civil civil;
    for (size_t i = time == TEXT_NONE ? text.length : time; i < text.length; i++)
        if (text.at[i] == '+' || text.at[i] == '-')
            sign = i;
    if (sign != TEXT_NONE && !parse_offset(text_after(text, sign), &offset_ms))
        return false;
    if (!civil_parse(arena_string(arena, text_slice(text, 0, sign)), &civil))
        return false;
    *ret_ms = civil_to_ms(civil) - offset_ms;
    return true;
}

bool moment_parse(const char *word, int64_t *ret_ms, struct error *err)
{
    ARENA(scratch);
    return parse(&scratch, word, ret_ms) ||
           error_set(err, FAULT_USAGE,
                     "\"%s\" is no moment such as 2026-12-01T17:00 (UTC) or "
                     "2026-12-01T09:00-08:00",
                     word);
}

static int64_t moved_wall(void *self)
{
    return clock_wall_ms(&clock_system) + *(const int64_t *)self;
}

static int64_t moved_steady(void *self)
{
    (void)self;
    return clock_steady_ms(&clock_system);
}

bool moment_begin(struct moment *moment, const char *word, struct error *err)
{
    int64_t now_ms;
    if (!moment_parse(word, &now_ms, err))
        return false;
    moment->ahead_ms = now_ms - clock_wall_ms(&clock_system);
    moment->clock = (struct clock){moved_wall, moved_steady, &moment->ahead_ms};
    return true;
}
