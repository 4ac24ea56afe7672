/* Approval: content that a person has looked at and let go out. */
#include "store/approval.h"

#include "store/statement.h"

#include "base/banned.h"

bool approval_find(struct store *store, struct text campaign, struct text content_hash,
                   bool *ret_found, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_APPROVAL_FIND);
    statement_text(s, 1, campaign);
    statement_blob(s, 2, content_hash.at, content_hash.length);
    *ret_found = statement_row(s);
    return statement_done(s, err);
}

static bool remember(struct store *store, const struct approval *approval, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_APPROVAL_ADD);
    statement_text(s, 1, approval->campaign);
    statement_blob(s, 2, approval->content_hash.at, approval->content_hash.length);
    statement_text(s, 3, approval->approver);
    statement_int(s, 4, approval->at_ms);
    return statement_run(s, NULL, err);
}

static bool add_content(struct store *store, struct text hash, struct text content,
                        struct error *err)
{
    struct statement *s = statement_of(store, QUERY_CONTENT_ADD);
    statement_blob(s, 1, hash.at, hash.length);
    statement_blob(s, 2, content.at, content.length);
    return statement_run(s, NULL, err);
}

static bool refreeze(struct store *store, const struct approval *approval, int64_t edition_id,
                     struct text commit, bool commit_dirty, bool *ret_held, struct error *err)
{
    int64_t changed;
    struct statement *s = statement_of(store, QUERY_EDITION_REFREEZE);
    statement_int(s, 1, edition_id);
    statement_blob(s, 2, approval->content_hash.at, approval->content_hash.length);
    statement_text(s, 3, commit);
    statement_int(s, 4, commit_dirty);
    if (!statement_run(s, &changed, err))
        return false;
    *ret_held = changed == 1;
    return true;
}

bool approval_give(struct store *store, const struct approval *approval, int64_t edition_id,
                   struct text content, struct text commit, bool commit_dirty, bool *ret_released,
                   struct error *err)
{
    bool held = false;
    *ret_released = false;
    if (!store_begin(store, err))
        return false;
    bool good = remember(store, approval, err);
    if (good && edition_id != 0)
        good = add_content(store, approval->content_hash, content, err) &&
               refreeze(store, approval, edition_id, commit, commit_dirty, &held, err);
    if (good && held)
        good = edition_resume(store, edition_id, ret_released, err);
    return store_end(store, good, err);
}
