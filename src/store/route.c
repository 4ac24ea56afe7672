/* Route: the relays of the last sending in order of preference. */
#include "store/route.h"

#include "store/statement.h"

#include "base/banned.h"

static bool put_one(struct store *store, const struct route *route, size_t rank, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_ROUTE_PUT);
    statement_text(s, 1, route->relay);
    statement_text(s, 2, route->url);
    statement_int(s, 3, (int64_t)rank);
    return statement_run(s, NULL, err);
}

bool route_put(struct store *store, const struct route *routes, size_t count, struct error *err)
{
    if (!store_begin(store, err))
        return false;
    bool good = statement_run(statement_of(store, QUERY_ROUTE_UNLIST), NULL, err);
    for (size_t i = 0; good && i < count; i++)
        good = put_one(store, &routes[i], i, err);
    good = good && statement_run(statement_of(store, QUERY_ROUTE_FORGET), NULL, err);
    return store_end(store, good, err);
}

bool route_use(struct store *store, struct text relay, int64_t now_ms, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_ROUTE_USE);
    statement_text(s, 1, relay);
    statement_int(s, 2, now_ms);
    return statement_run(s, NULL, err);
}

bool route_fail(struct store *store, struct text relay, struct text why, int64_t now_ms,
                struct error *err)
{
    struct statement *s = statement_of(store, QUERY_ROUTE_FAIL);
    statement_text(s, 1, relay);
    statement_int(s, 2, now_ms);
    statement_text(s, 3, why);
    return statement_run(s, NULL, err);
}

bool route_answer(struct store *store, struct text relay, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_ROUTE_ANSWER);
    statement_text(s, 1, relay);
    return statement_run(s, NULL, err);
}

bool route_list(struct store *store, struct arena *arena, struct route routes[ROUTES],
                size_t *ret_count, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_ROUTE_LIST);
    size_t count = 0;
    for (; count < ROUTES && statement_row(s); count++)
        routes[count] = (struct route){.relay = statement_copy_text(s, 0, arena),
                                       .url = statement_copy_text(s, 1, arena),
                                       .used_ms = statement_get_int(s, 2),
                                       .failing_ms = statement_get_int(s, 3),
                                       .tried_ms = statement_get_int(s, 4),
                                       .why = statement_copy_text(s, 5, arena)};
    *ret_count = count;
    return statement_done(s, err);
}
