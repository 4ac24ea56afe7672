/* Breaker's memory: the last results of an edition. */
#include "store/breaker.h"

#include "store/statement.h"

#include "base/banned.h"

bool breaker_read(struct store *store, struct arena *arena, int64_t edition_id,
                  struct text *ret_results, int64_t *ret_forgiven, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_BREAKER_GET);
    statement_int(s, 1, edition_id);
    *ret_results = TEXT("");
    *ret_forgiven = 0;
    if (statement_row(s)) {
        *ret_results = arena_text(arena, statement_get_blob(s, 0));
        *ret_forgiven = statement_get_int(s, 1);
    }
    return statement_done(s, err);
}

bool breaker_write(struct store *store, int64_t edition_id, struct text results, int64_t forgiven,
                   struct error *err)
{
    struct statement *s = statement_of(store, QUERY_BREAKER_PUT);
    statement_int(s, 1, edition_id);
    statement_blob(s, 2, results.length > 0 ? results.at : "", results.length);
    statement_int(s, 3, forgiven);
    return statement_run(s, NULL, err);
}

bool breaker_complaints(struct store *store, int64_t edition_id, int64_t *ret_count,
                        struct error *err)
{
    struct statement *s = statement_of(store, QUERY_BREAKER_COMPLAINTS);
    statement_int(s, 1, edition_id);
    return statement_read_int(s, 0, ret_count, err);
}
