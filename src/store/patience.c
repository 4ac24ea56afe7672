/* Patience: how often an address may fail softly until it is left alone for a while. */
#include "store/patience.h"

#include <string.h>

#include "store/statement.h"

#include "base/banned.h"

static const int64_t day_ms = INT64_C(24) * 60 * 60 * 1000;

static int64_t most_of(struct text class)
{
    return text_equal(class, TEXT("inactive-mailbox")) ? PATIENCE_MOST_INACTIVE : PATIENCE_MOST;
}

/* Counts too many rather than too few: ends before an arrival, a delivery that came home twice, a
 * failure of another kind. Nearly always even these are too few, and the rest is not looked for. */
static bool may_be_over(struct store *store, const unsigned char hash[ADDRESS_HASH],
                        int64_t member_id, struct text class, int64_t now_ms, bool *ret_may,
                        struct error *err)
{
    int64_t most = 0;
    struct statement *s = statement_of(store, QUERY_PATIENCE_AT_MOST);
    statement_blob(s, 1, hash, ADDRESS_HASH);
    statement_int(s, 2, now_ms - PATIENCE_DAYS * day_ms);
    statement_int(s, 3, member_id);
    bool good = statement_read_int(s, 0, &most, err);
    *ret_may = most >= most_of(class);
    return good;
}

bool patience_with(struct store *store, const unsigned char hash[ADDRESS_HASH], int64_t member_id,
                   struct text class, int64_t now_ms, struct patience *ret_patience,
                   struct error *err)
{
    int64_t arrived_ms;
    bool may_be = false;
    *ret_patience = (struct patience){.until_ms = now_ms + PATIENCE_REST_DAYS * day_ms};
    if (!may_be_over(store, hash, member_id, class, now_ms, &may_be, err))
        return false;
    if (!may_be)
        return true;
    struct statement *s = statement_of(store, QUERY_PATIENCE_ARRIVED);
    statement_int(s, 1, member_id);
    statement_int(s, 2, now_ms - PATIENCE_QUIET_DAYS * day_ms);
    if (!statement_read_int(s, 0, &arrived_ms, err))
        return false;
    s = statement_of(store, QUERY_PATIENCE_ENDS);
    statement_blob(s, 1, hash, ADDRESS_HASH);
    statement_int(s, 2, now_ms - PATIENCE_DAYS * day_ms);
    statement_int(s, 3, arrived_ms);
    statement_int(s, 4, member_id);
    if (!statement_read_int(s, 0, &ret_patience->ends, err))
        return false;
    ret_patience->is_over = ret_patience->ends >= most_of(class);
    return true;
}

bool patience_after(struct store *store, int64_t delivery_id, struct text class, int64_t now_ms,
                    struct patience *ret_patience, struct error *err)
{
    unsigned char hash[ADDRESS_HASH];
    int64_t member_id = 0;
    struct text found = {0};
    struct statement *s = statement_of(store, QUERY_PATIENCE_WHOSE);
    statement_int(s, 1, delivery_id);
    if (statement_row(s)) {
        member_id = statement_get_int(s, 0);
        found = statement_get_blob(s, 1);
    }
    if (found.length == sizeof(hash))
        memcpy(hash, found.at, sizeof(hash));
    bool is_there = found.length == sizeof(hash);
    *ret_patience = (struct patience){0};
    return statement_done(s, err) &&
           (!is_there || patience_with(store, hash, member_id, class, now_ms, ret_patience, err));
}
