/*
 * Plan: what an edition would say, who would get it, who would not and why, and how long it takes.
 *
 * Making a plan reads files and the store and changes nothing. Writing it freezes it: the content
 * as a bundle, one row per member. So what was looked at is what is sent.
 */
#ifndef FLOW_PLAN_H
#define FLOW_PLAN_H

#include "compose/compose.h"
#include "flow/workspace.h"
#include "store/edition.h"

struct plan {
    struct text path; /* of the campaign, inside the workspace */
    const struct campaign *campaign;
    struct bundle *bundle;
    struct composed *composed;
    struct selection selection;
    struct selection_counts counts;
    bool checked_each; /* every selected member was merged once, because only that can tell */
    char content_hash[DIGEST_HEX];
    struct text hold;   /* not empty: why it waits for a person; see flow/guard.h */
    int64_t hold_above; /* … when more than so many are selected */
};

/*
 * Makes the plan of the campaign file `path`. Every mistake of the campaign, its templates and of
 * single members goes to `findings`; false when there is any (or the store failed). Without a store
 * nobody is selected. Close it in any case.
 */
bool plan_make(struct plan *plan, struct arena *arena, const struct workspace *workspace,
               struct text path, int64_t now_ms, struct findings *findings, struct error *err);
void plan_close(struct plan *plan);

/* Is the number of members within the campaign's `expect`? FAULT_REFUSED otherwise. */
bool plan_expected(const struct plan *plan, struct error *err);

/*
 * The slot of an edition that was given no name: an edition that is not finished is gone on with;
 * content that was sent before is the edition it was sent as, so that nobody gets it twice; else
 * today's date. `ret_reason` says which, for people.
 */
bool plan_slot(const struct plan *plan, struct arena *arena, const struct workspace *workspace,
               int64_t now_ms, struct text *ret_slot, const char **ret_reason, struct error *err);

/* Writes edition and rows, in one transaction, with the git commit of the workspace. FAULT_REFUSED
 * outside `expect`. */
bool plan_write(const struct plan *plan, const struct workspace *workspace, struct text slot,
                int64_t now_ms, struct edition_planned *ret_planned, struct error *err);

/* What the store knows of a member, as compose wants it. Borrows all texts. */
struct recipient plan_recipient(const struct member *member);

#endif
