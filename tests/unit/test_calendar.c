/*
 * Calendar: five years of slots agree with an independent implementation.
 *
 * A row is `cron TAB zone TAB slots TAB sum TAB sum of squares`: how many slots fall into the years
 * 2024 to 2028, and what their minutes since 1970 sum up to, both modulo 2^64. Rows come from
 * tests/unit/croniter_agrees, which asks croniter and Python's zoneinfo; some are kept in
 * tests/golden/slots/croniter.tsv, any other file may be named.
 */
#include "base/file.h"
#include "calendar/slots.h"
#include "check.h"

enum { CAP = 8 * 1024 * 1024, COLUMNS = 5 };

/* 2024-01-01 and 2029-01-01 */
static const int64_t from_ms = 1704067200000, to_ms = 1861920000000;

struct row {
    struct text columns[COLUMNS];
};

static bool parse_row(struct text line, struct row *row)
{
    size_t count = 0;
    struct text piece;
    while (count < COLUMNS && text_take_until(&line, '\t', &piece))
        row->columns[count++] = piece;
    return count == COLUMNS && line.length == 0;
}

static bool agrees(const struct row *row)
{
    ARENA(arena);
    struct slots slots;
    struct slot slot = {.due_ms = from_ms - 1};
    struct schedule schedule = {.cron = row->columns[0], .timezone = row->columns[1]};
    struct error err;
    uint64_t count = 0, sum = 0, squares = 0, wanted[3];
    if (!slots_of(&arena, &schedule, &slots, &err))
        return false;
    while (slots_next(&slots, slot.due_ms, &slot) && slot.due_ms < to_ms) {
        uint64_t minute = (uint64_t)slot.due_ms / 60000;
        count++, sum += minute, squares += minute * minute;
    }
    for (size_t i = 0; i < 3; i++)
        if (!text_to_number(row->columns[2 + i], &wanted[i]))
            return false;
    return count == wanted[0] && sum == wanted[1] && squares == wanted[2];
}

int main(int count, char **arguments)
{
    ARENA(arena);
    struct text content = {0}, line;
    struct row row;
    struct error err;
    const char *path = count > 1 ? arguments[1] : "tests/golden/slots/croniter.tsv";
    check("the rows are there", file_read(&arena, path, CAP, &content, &err));
    while (text_take_line(&content, &line))
        if (!check("croniter says the same", parse_row(line, &row) && agrees(&row)))
            fprintf(stderr, "    %.*s\n", TEXT_ARGS(line));
    return check_done();
}
