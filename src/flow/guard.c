/* Guard: when an edition waits for a person instead of going out. */
#include "flow/guard.h"

#include "store/approval.h"

#include "base/banned.h"

static bool guard_approval(struct plan *plan, struct arena *arena,
                           const struct workspace *workspace, struct error *err)
{
    const struct campaign_approval *approval = &plan->campaign->approval;
    bool approved;
    if (approval->place.path.length == 0)
        return true;
    if (!approval_find(workspace->store, plan->campaign->id, text_of(plan->content_hash), &approved,
                       err))
        return false;
    if (approved)
        return true;
    plan->hold_above = approval->over;
    plan->hold = arena_printf(arena, EDITION_HELD "it goes to more than %lld members",
                              (long long)approval->over);
    return true;
}

static bool guard_jump(struct plan *plan, struct arena *arena, const struct workspace *workspace,
                       struct text slot, struct error *err)
{
    bool any;
    int64_t last;
    if (!edition_last_planned(workspace->store, plan->campaign->id, slot, &any, &last, err))
        return false;
    if (!any || last == 0 || (plan->hold.length > 0 && plan->hold_above < GUARD_JUMP * last))
        return true;
    plan->hold_above = GUARD_JUMP * last - 1;
    plan->hold = arena_printf(arena,
                              EDITION_HELD "it goes to %d times the %lld members of the edition "
                                           "before, or more",
                              GUARD_JUMP, (long long)last);
    return true;
}

bool guard_set(struct plan *plan, struct arena *arena, const struct workspace *workspace,
               struct text slot, bool jumps, struct error *err)
{
    plan->hold = (struct text){0};
    return guard_approval(plan, arena, workspace, err) &&
           (!jumps || guard_jump(plan, arena, workspace, slot, err));
}
