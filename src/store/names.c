/* Names: topics, domains and sources, which rows share by number. */
#include "store/names.h"

#include "store/statement.h"

#include "base/banned.h"

static bool find(struct store *store, enum query_name query, struct text name, int64_t *ret_id,
                 struct error *err)
{
    struct statement *s = statement_of(store, query);
    statement_text(s, 1, name);
    return statement_read_int(s, 0, ret_id, err);
}

static bool number(struct store *store, enum query_name finds, enum query_name adds,
                   struct text name, int64_t *ret_id, struct error *err)
{
    if (!find(store, finds, name, ret_id, err))
        return false;
    if (*ret_id != 0)
        return true;
    struct statement *s = statement_of(store, adds);
    statement_text(s, 1, name);
    if (!statement_run(s, NULL, err))
        return false;
    *ret_id = store_last_id(store);
    return true;
}

bool topic_find(struct store *store, struct text name, int64_t *ret_id, struct error *err)
{
    return find(store, QUERY_TOPIC_FIND, name, ret_id, err);
}

bool topic_number(struct store *store, struct text name, int64_t *ret_id, struct error *err)
{
    return number(store, QUERY_TOPIC_FIND, QUERY_TOPIC_ADD, name, ret_id, err);
}

bool domain_number(struct store *store, struct text name, int64_t *ret_id, struct error *err)
{
    return number(store, QUERY_DOMAIN_FIND, QUERY_DOMAIN_ADD, name, ret_id, err);
}

bool source_number(struct store *store, struct text name, int64_t *ret_id, struct error *err)
{
    return number(store, QUERY_SOURCE_FIND, QUERY_SOURCE_ADD, name, ret_id, err);
}

/* Most results have none: "" is number 0 without asking. */
bool reason_number(struct store *store, struct text name, int64_t *ret_id, struct error *err)
{
    *ret_id = 0;
    return name.length == 0 ||
           number(store, QUERY_REASON_FIND, QUERY_REASON_ADD, name, ret_id, err);
}
