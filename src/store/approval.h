/*
 * Approval: content that a person has looked at and let go out, by campaign and content hash; and
 * the release of an edition that was held until then.
 */
#ifndef STORE_APPROVAL_H
#define STORE_APPROVAL_H

#include "store/edition.h"

struct approval {
    struct text campaign, content_hash;
    struct text approver; /* who, as the system knows them */
    int64_t at_ms;
};

bool approval_find(struct store *store, struct text campaign, struct text content_hash,
                   bool *ret_found, struct error *err);

/*
 * Remembers the approval, and lets the held edition `edition_id` (0: none) go, with this content,
 * commit and all: what was approved is what is sent, also when the files changed since it was
 * planned. `ret_released` is false when the edition was not held any more.
 */
bool approval_give(struct store *store, const struct approval *approval, int64_t edition_id,
                   struct text content, struct text commit, bool commit_dirty, bool *ret_released,
                   struct error *err);

#endif
