/* Pace: what a recipient domain, or a relay, asked for. */
#include "store/pace.h"

#include "base/arena.h"
#include "store/statement.h"

#include "base/banned.h"

enum { PACE_LINES = 10000 };

/* Rates are kept in thousandths: SQLite binds whole numbers here. */
static int64_t thousandths(double rate)
{
    return (int64_t)(rate * 1000 + 0.5);
}

bool pace_put(struct store *store, const struct pace_line *line, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_PACE_PUT);
    statement_text(s, 1, line->relay);
    statement_text(s, 2, line->domain);
    statement_int(s, 3, thousandths(line->rate));
    statement_int(s, 4, thousandths(line->ceiling));
    statement_int(s, 5, line->rests_until_ms);
    statement_int(s, 6, line->rest_ms);
    statement_int(s, 7, line->halved);
    statement_int(s, 8, line->moved_ms);
    statement_int(s, 9, line->moved_ms);
    statement_text(s, 10, line->why);
    return statement_run(s, NULL, err);
}

bool pace_drop(struct store *store, struct text relay, struct text domain, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_PACE_DROP);
    statement_text(s, 1, relay);
    statement_text(s, 2, domain);
    return statement_run(s, NULL, err);
}

struct found {
    struct pace_line line;
    int64_t domain_id;
};

/* Read whole before anybody is told: a visitor may ask the store. */
static bool read_lines(struct store *store, struct arena *arena, struct found *found,
                       size_t *ret_count, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_PACE_LIST);
    size_t count = 0;
    for (; count < PACE_LINES && statement_row(s); count++) {
        found[count].line = (struct pace_line){
            .relay = statement_copy_text(s, 0, arena),
            .domain = statement_copy_text(s, 1, arena),
            .rate = (double)statement_get_int(s, 2) / 1000,
            .ceiling = (double)statement_get_int(s, 3) / 1000,
            .rests_until_ms = statement_get_int(s, 4),
            .rest_ms = statement_get_int(s, 5),
            .halved = (unsigned)statement_get_int(s, 6),
            .since_ms = statement_get_int(s, 7),
            .moved_ms = statement_get_int(s, 8),
            .why = statement_copy_text(s, 9, arena),
        };
        found[count].domain_id = statement_get_int(s, 10);
    }
    *ret_count = count;
    return statement_done(s, err);
}

bool pace_list(struct store *store, pace_visit *visit, void *self, struct error *err)
{
    ARENA(scratch);
    struct found *found = arena_array(&scratch, struct found, PACE_LINES);
    size_t count;
    bool good = read_lines(store, &scratch, found, &count, err);
    for (size_t i = 0; good && i < count; i++)
        good = visit(self, &found[i].line, found[i].domain_id, err);
    return good;
}
