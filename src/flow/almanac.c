/* Almanac: until when nothing of a campaign file can be due. */
#include "flow/almanac.h"

#include <sys/stat.h>

#include "base/buffer.h"
#include "base/file.h"

#include "base/banned.h"

enum { ALMANAC_FILE = 1024 * 1024, NUMBERS = 5 };

static const char head[] = "broadside " BROADSIDE_VERSION " almanac 1";

static const char *path_of(struct arena *arena, const char *var)
{
    return arena_printf(arena, "%s/almanac", var).at;
}

/* "inode size changed from until id path" */
static bool parse_line(struct text line, struct almanac_line *ret_line)
{
    struct almanac_line read = {0};
    int64_t *const numbers[NUMBERS] = {&read.inode, &read.size, &read.changed_ns, &read.from_ms,
                                       &read.until_ms};
    struct text piece;
    for (size_t i = 0; i < NUMBERS; i++) {
        uint64_t number;
        if (!text_take_until(&line, ' ', &piece) || !text_to_number(piece, &number) ||
            number > INT64_MAX)
            return false;
        *numbers[i] = (int64_t)number;
    }
    if (!text_take_until(&line, ' ', &read.id) || line.length == 0)
        return false;
    read.path = line;
    *ret_line = read;
    return true;
}

void almanac_read(struct almanac *almanac, struct arena *arena, const char *var)
{
    struct text rest, line;
    struct error ignored;
    *almanac = (struct almanac){.lines = arena_array(arena, struct almanac_line, ALMANAC_LINES)};
    if (!file_read(arena, path_of(arena, var), ALMANAC_FILE, &rest, &ignored) ||
        !text_take_line(&rest, &line) || !text_equal(line, text_of(head)))
        return;
    while (almanac->count < ALMANAC_LINES && text_take_line(&rest, &line))
        almanac->count += parse_line(line, &almanac->lines[almanac->count]);
}

static bool describe(const char *full, struct almanac_line *line)
{
    struct stat status;
    if (lstat(full, &status) != 0)
        return false;
    line->inode = (int64_t)status.st_ino;
    line->size = (int64_t)status.st_size;
    line->changed_ns = (int64_t)status.st_ctim.tv_sec * 1000000000 + status.st_ctim.tv_nsec;
    return true;
}

const struct almanac_line *almanac_rests(const struct almanac *almanac, const char *full,
                                         struct text path, int64_t now_ms)
{
    struct almanac_line is;
    for (size_t i = 0; i < almanac->count; i++) {
        const struct almanac_line *line = &almanac->lines[i];
        if (!text_equal(line->path, path))
            continue;
        bool same = describe(full, &is) && is.inode == line->inode && is.size == line->size &&
                    is.changed_ns == line->changed_ns;
        return same && now_ms >= line->from_ms && now_ms < line->until_ms ? line : NULL;
    }
    return NULL;
}

void almanac_note(struct almanac *almanac, const char *full, struct text path, struct text id,
                  int64_t now_ms, int64_t until_ms, int64_t real_ms)
{
    struct almanac_line line = {.path = path, .id = id, .from_ms = now_ms, .until_ms = until_ms};
    if (until_ms > now_ms + ALMANAC_REST_MS)
        line.until_ms = now_ms + ALMANAC_REST_MS;
    if (now_ms < 0 || almanac->count == ALMANAC_LINES || !describe(full, &line) ||
        line.changed_ns / 1000000 > real_ms - ALMANAC_SETTLED_MS)
        return;
    almanac->lines[almanac->count++] = line;
}

void almanac_write(const struct almanac *almanac, struct arena *arena, const char *var)
{
    BUFFER(out, ALMANAC_FILE);
    struct error ignored;
    buffer_printf(&out, "%s\n", head);
    for (size_t i = 0; i < almanac->count; i++) {
        const struct almanac_line *line = &almanac->lines[i];
        buffer_printf(&out, "%lld %lld %lld %lld %lld %.*s %.*s\n", (long long)line->inode,
                      (long long)line->size, (long long)line->changed_ns, (long long)line->from_ms,
                      (long long)line->until_ms, TEXT_ARGS(line->id), TEXT_ARGS(line->path));
    }
    if (!out.overflowed)
        file_write(path_of(arena, var), buffer_text(&out), 0600, &ignored);
}
