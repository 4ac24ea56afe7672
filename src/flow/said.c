/* Said: what cron's mail has said already. */
#include "flow/said.h"

#include "base/file.h"

#include "base/banned.h"

enum { SAID_FILE = 64 * 1024 };

struct said {
    struct {
        uint64_t what;
        int64_t at_ms;
    } lines[SAID_KEPT];
    size_t count;
};

static const char *path_of(struct arena *arena, const char *var)
{
    return arena_printf(arena, "%s/said", var).at;
}

/* "WHAT AT", both decimal. A line that is none, or too old to matter, is forgotten. */
static void read_said(struct said *said, struct arena *arena, const char *var, int64_t now_ms)
{
    struct text rest, line;
    struct error ignored;
    if (!file_read(arena, path_of(arena, var), SAID_FILE, &rest, &ignored))
        return;
    while (said->count < SAID_KEPT && text_take_line(&rest, &line)) {
        size_t blank = text_find_byte(line, ' ');
        uint64_t what, at;
        if (blank == TEXT_NONE || !text_to_number(text_slice(line, 0, blank), &what) ||
            !text_to_number(text_after(line, blank + 1), &at) || at > (uint64_t)now_ms ||
            now_ms - (int64_t)at >= SAID_AGAIN_MS)
            continue;
        said->lines[said->count].what = what;
        said->lines[said->count++].at_ms = (int64_t)at;
    }
}

static void write_said(const struct said *said, struct arena *arena, const char *var)
{
    BUFFER(out, SAID_FILE);
    struct error ignored;
    for (size_t i = 0; i < said->count; i++)
        buffer_printf(&out, "%llu %lld\n", (unsigned long long)said->lines[i].what,
                      (long long)said->lines[i].at_ms);
    file_write(path_of(arena, var), buffer_text(&out), 0600, &ignored);
}

static bool say(struct said *said, uint64_t what, int64_t now_ms)
{
    for (size_t i = 0; i < said->count; i++)
        if (said->lines[i].what == what)
            return false;
    if (said->count < SAID_KEPT) {
        said->lines[said->count].what = what;
        said->lines[said->count++].at_ms = now_ms;
    }
    return true;
}

void said_mark(struct arena *arena, const char *var, struct run_events *events, int64_t now_ms)
{
    struct said said = {.count = 0};
    bool any = false, is_new = false;
    for (size_t i = 0; i < events->count; i++)
        any = any || events->at[i].outcome == RUN_REFUSED || events->at[i].outcome == RUN_FAILED;
    if (!any)
        return;
    read_said(&said, arena, var, now_ms);
    for (size_t i = 0; i < events->count; i++) {
        struct run_event *event = &events->at[i];
        if (event->outcome != RUN_REFUSED && event->outcome != RUN_FAILED)
            continue;
        struct text what = arena_printf(arena, "%.*s %.*s %.*s", TEXT_ARGS(event->campaign),
                                        TEXT_ARGS(event->slot), TEXT_ARGS(event->reason));
        event->repeated = !say(&said, text_hash(what), now_ms);
        is_new = is_new || !event->repeated;
    }
    if (is_new)
        write_said(&said, arena, var);
}
