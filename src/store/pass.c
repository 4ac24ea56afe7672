/* Pass: one look at every member. SQL calls back here: to count, to interleave, to tell the first.
 */
#include "store/pass.h"

#include <sqlite3.h>

#include "base/memory.h"
#include "store/selection_sql.h"

#include "base/banned.h"

/* left_out(reason): counts it; true when there is none. */
static void call_left_out(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    struct pass *pass = sqlite3_user_data(context);
    int reason = sqlite3_value_int(values[0]);
    must(reason >= 0 && reason <= LEFT_OUT_COUNT);
    if (reason == LEFT_OUT_COUNT)
        pass->kept++;
    else
        pass->counts.left_out[reason]++;
    sqlite3_result_int(context, reason == LEFT_OUT_COUNT);
}

/* turn_of(domain): 0 for a domain's first member, 1 for its second … Sorted by it, domains
 * interleave. */
static void call_turn_of(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    struct pass *pass = sqlite3_user_data(context);
    size_t domain = (size_t)sqlite3_value_int64(values[0]);
    if (domain >= pass->turn_count) {
        size_t wanted = domain * 2 + 64;
        pass->turns = memory_grow(pass->turns, wanted * sizeof(*pass->turns));
        memset(pass->turns + pass->turn_count, 0,
               (wanted - pass->turn_count) * sizeof(*pass->turns));
        pass->turn_count = wanted;
    }
    sqlite3_result_int64(context, pass->turns[domain]++);
}

/* first_of(what): true the first time. In a temporary table, not in memory. */
static void call_first_of(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    struct pass *pass = sqlite3_user_data(context);
    struct error err;
    int64_t changed;
    struct statement *s = statement_of(pass->store, QUERY_SEEN_ADD);
    statement_blob(s, 1, sqlite3_value_blob(values[0]), (size_t)sqlite3_value_bytes(values[0]));
    if (statement_run(s, &changed, &err))
        sqlite3_result_int(context, changed > 0);
    else
        sqlite3_result_error(context, err.message, -1);
}

static const struct {
    const char *name;
    void (*call)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
    {"left_out", call_left_out},
    {"turn_of", call_turn_of},
    {"first_of", call_first_of},
};

static bool offer_functions(struct pass *pass, bool offered, struct error *err)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        int code = sqlite3_create_function_v2(
            store_engine(pass->store), functions[i].name, 1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
            offered ? pass : NULL, offered ? functions[i].call : NULL, NULL, NULL, NULL);
        if (code != SQLITE_OK)
            return store_fail(pass->store, code, err);
    }
    return true;
}

static bool empty_seen(struct store *store, struct error *err)
{
    return statement_run(statement_of(store, QUERY_SEEN_TABLE), NULL, err) &&
           statement_run(statement_of(store, QUERY_SEEN_EMPTY), NULL, err);
}

bool pass_begin(struct pass *pass, struct store *store, const struct selection *selection,
                enum query_name head, struct text tail, struct statement **ret_statement,
                struct error *err)
{
    *pass = (struct pass){.store = store, .sql = memory_take(sizeof(*pass->sql))};
    pass->sql->text = BUFFER_INIT(SQL_TEXT);
    if (!sql_build(pass->sql, store, selection, head, tail, err) ||
        (selection->per != PER_MEMBER && !empty_seen(store, err)) ||
        !offer_functions(pass, true, err))
        return false;
    *ret_statement = statement_made(store, buffer_text(&pass->sql->text));
    sql_bind(pass->sql, selection, *ret_statement);
    return true;
}

/* Those the query did not look at: members without a word about any of the topics. */
static bool count_the_rest(struct pass *pass, struct error *err)
{
    struct selection_counts *counts = &pass->counts;
    int64_t met = pass->kept;
    if (!member_count(pass->store, &counts->members, err))
        return false;
    for (size_t i = 0; i < LEFT_OUT_COUNT; i++)
        met += counts->left_out[i];
    counts->left_out[LEFT_OUT_NOT_SUBSCRIBED] += counts->members - met;
    return true;
}

bool pass_end(struct pass *pass, const struct selection *selection, struct error *err)
{
    struct error ignored;
    struct selection_counts *counts = &pass->counts;
    bool good = count_the_rest(pass, err);
    bool over = selection->limit > 0 && pass->kept > selection->limit;
    counts->selected = over ? selection->limit : pass->kept;
    counts->left_out[LEFT_OUT_LIMIT] = pass->kept - counts->selected;
    /* They point at this pass, which ends now. */
    (void)offer_functions(pass, false, &ignored);
    sql_free(pass->sql);
    memory_free(pass->turns);
    return good;
}
