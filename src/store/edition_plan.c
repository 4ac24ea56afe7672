/* Edition, planning: who gets it and what it says, frozen in one transaction. */
#include "store/edition.h"
#include "store/ledger.h"
#include "store/names.h"
#include "store/pass.h"
#include "store/tally.h"

#include "base/banned.h"

static bool add_topics(struct store *store, const struct selection *selection, int64_t edition_id,
                       struct error *err)
{
    for (size_t i = 0; i < selection->topic_count; i++) {
        int64_t topic_id;
        if (!topic_number(store, selection->topics[i], &topic_id, err))
            return false;
        struct statement *s = statement_of(store, QUERY_EDITION_TOPIC_ADD);
        statement_int(s, 1, edition_id);
        statement_int(s, 2, topic_id);
        if (!statement_run(s, NULL, err))
            return false;
    }
    return true;
}

static bool add_content(struct store *store, const struct edition_order *order, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_CONTENT_ADD);
    statement_blob(s, 1, order->content_hash.at, order->content_hash.length);
    statement_blob(s, 2, order->content.at, order->content.length);
    return statement_run(s, NULL, err);
}

static bool add_edition(struct store *store, const struct edition_order *order, int64_t *ret_id,
                        struct error *err)
{
    const struct selection *selection = order->selection;
    int64_t topic_id = 0;
    if (!add_content(store, order, err) ||
        (selection->topic.length > 0 && !topic_number(store, selection->topic, &topic_id, err)))
        return false;
    struct statement *s = statement_of(store, QUERY_EDITION_ADD);
    statement_text(s, 1, order->campaign);
    statement_text(s, 2, order->slot);
    if (topic_id != 0)
        statement_int(s, 3, topic_id);
    statement_int(s, 4, order->priority);
    statement_blob(s, 5, order->content_hash.at, order->content_hash.length);
    statement_text(s, 6, order->commit);
    statement_int(s, 7, order->commit_dirty);
    statement_int(s, 8, order->on_unknown);
    statement_int(s, 9, order->now_ms);
    if (!statement_run(s, NULL, err))
        return false;
    *ret_id = store_last_id(store);
    return add_topics(store, selection, *ret_id, err);
}

/* Every row in one INSERT … SELECT, in the order in which they are to be sent. */
static bool add_rows(struct store *store, const struct edition_order *order, int64_t edition_id,
                     struct selection_counts *ret_counts, struct error *err)
{
    struct pass pass;
    struct error ignored;
    struct statement *s;
    int64_t inserted = 0;
    bool good = pass_begin(&pass, store, order->selection, QUERY_FRAGMENT_PLAN,
                           text_of(query_texts[QUERY_FRAGMENT_INTERLEAVED]), &s, err);
    if (good) {
        statement_int(s, 1, edition_id);
        statement_int(s, 2, order->start_ms > 0 ? order->start_ms : order->now_ms);
        statement_int(s, 5, order->selection->limit > 0 ? order->selection->limit : -1);
        good = statement_run(s, &inserted, err);
    }
    good = pass_end(&pass, order->selection, good ? err : &ignored) && good;
    *ret_counts = pass.counts;
    must(!good || inserted == pass.counts.selected);
    return good;
}

static bool freeze_counts(struct store *store, int64_t edition_id, int64_t first_id,
                          int64_t selected, int64_t now_ms, struct error *err)
{
    TALLY_MOVES(moves);
    struct statement *s = statement_of(store, QUERY_EDITION_PLANNED);
    statement_int(s, 1, edition_id);
    statement_int(s, 2, first_id);
    statement_int(s, 3, first_id + selected - 1);
    statement_int(s, 4, selected);
    if (!statement_run(s, NULL, err))
        return false;
    tally_note(&moves, edition_id, DELIVERY_READY, REASON_NONE, selected);
    return tally_flush(&moves, store, now_ms, false, err);
}

/* A guard of the campaign: outside it, nothing is sent. */
static bool check_expected(const struct edition_order *order, int64_t selected, struct error *err)
{
    if (order->expect_min > 0 && selected < order->expect_min)
        return error_set(err, FAULT_REFUSED,
                         "%lld members would get it, but the campaign expects at least %lld; "
                         "nothing was planned",
                         (long long)selected, (long long)order->expect_min);
    if (order->expect_max > 0 && selected > order->expect_max)
        return error_set(err, FAULT_REFUSED,
                         "%lld members would get it, but the campaign expects at most %lld; "
                         "nothing was planned",
                         (long long)selected, (long long)order->expect_max);
    return true;
}

/* In the transaction that plans: no dispatcher sees it running before. */
static bool hold(struct store *store, const struct edition_order *order,
                 struct edition_planned *planned, struct error *err)
{
    if (order->hold.length == 0 || planned->counts.selected <= order->hold_above)
        return true;
    return edition_pause(store, planned->edition_id, order->hold, &planned->held, err);
}

static bool plan(struct store *store, const struct edition_order *order,
                 struct edition_planned *planned, struct error *err)
{
    int64_t last_id;
    struct statement *s = statement_of(store, QUERY_EDITION_ID);
    statement_text(s, 1, order->campaign);
    statement_text(s, 2, order->slot);
    if (!statement_read_int(s, 0, &planned->edition_id, err))
        return false;
    planned->existed = planned->edition_id != 0;
    if (planned->existed)
        return true;
    return statement_read_int(statement_of(store, QUERY_EDITION_LAST_ROW), 0, &last_id, err) &&
           add_edition(store, order, &planned->edition_id, err) &&
           add_rows(store, order, planned->edition_id, &planned->counts, err) &&
           check_expected(order, planned->counts.selected, err) &&
           freeze_counts(store, planned->edition_id, last_id + 1, planned->counts.selected,
                         order->now_ms, err) &&
           hold(store, order, planned, err);
}

bool edition_plan(struct store *store, const struct edition_order *order,
                  struct edition_planned *ret_planned, struct error *err)
{
    must(order->campaign.length > 0 && order->slot.length > 0 && order->now_ms > 0);
    *ret_planned = (struct edition_planned){0};
    if (!store_begin(store, err))
        return false;
    return store_end(store, plan(store, order, ret_planned, err), err);
}
