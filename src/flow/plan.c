/* Plan: what an edition would say, who would get it, who would not and why, and how long it takes.
 */
#include "flow/plan.h"

#include "base/banned.h"
#include "flow/issue.h"
#include "flow/probe.h"
#include "flow/revision.h"
#include "flow/selecting.h"

struct recipient plan_recipient(const struct member *member)
{
    return (struct recipient){
        .member_id = member->id,
        .key = member->key,
        .email = member->email,
        .is_organization = member->kind == MEMBER_ORGANIZATION,
        .first_name = member->first_name,
        .last_name = member->last_name,
        .organization = member->organization,
        .role = member->role,
        .language = member->language,
        .timezone = member->timezone,
        .tags = member->tags,
        .attributes = member->attributes,
    };
}

static bool needs_each_member(struct composed *composed)
{
    for (size_t i = 0; composition_at(composed, i) != NULL; i++)
        if (composition_needs_member_values(composition_at(composed, i)))
            return true;
    return false;
}

static bool select_members(struct plan *plan, struct arena *arena,
                           const struct workspace *workspace, struct findings *findings,
                           struct error *err)
{
    struct probe probe = {.arena = arena, .composed = plan->composed};
    if (workspace->store == NULL)
        return true;
    plan->checked_each = needs_each_member(plan->composed);
    if (!plan->checked_each)
        return selection_count(workspace->store, &plan->selection, &plan->counts, err);
    if (!selection_walk(workspace->store, &plan->selection, probe_member, &probe, &plan->counts,
                        err))
        return false;
    probe_report(&probe, findings);
    return findings_clean(findings, err);
}

bool plan_make(struct plan *plan, struct arena *arena, const struct workspace *workspace,
               struct text path, int64_t now_ms, struct findings *findings, struct error *err)
{
    unsigned char digest[DIGEST_SIZE];
    must(workspace->configured);
    *plan = (struct plan){.path = path, .bundle = bundle_record(arena, workspace->root)};
    compose_settings_put(plan->bundle, &workspace->config);
    bundle_put(plan->bundle, TEXT(ISSUE_CAMPAIGN), path);
    plan->composed = compose_campaign(arena, plan->bundle, path, findings);
    if (plan->composed == NULL)
        return findings_clean(findings, err);
    plan->campaign = compose_campaign_of(plan->composed);
    bundle_digest(plan->bundle, digest);
    digest_hex(digest, plan->content_hash);
    plan->selection = selection_of(arena, &workspace->config, plan->campaign, now_ms);
    return select_members(plan, arena, workspace, findings, err);
}

void plan_close(struct plan *plan)
{
    compose_close(plan->composed);
    *plan = (struct plan){0};
}

bool plan_expected(const struct plan *plan, struct error *err)
{
    const struct audience_expect *expect = &plan->campaign->audience.expect;
    int64_t selected = plan->counts.selected;
    bool fits = selected >= expect->min && (expect->max == 0 || selected <= expect->max);
    if (fits)
        return true;
    return error_at(err, FAULT_REFUSED, expect->place,
                    "%lld members are selected, but audience.expect allows %lld to %lld; nothing "
                    "is sent until one of them changes",
                    (long long)selected, (long long)expect->min, (long long)expect->max);
}

static struct text today(struct arena *arena, int64_t now_ms)
{
    struct civil civil = civil_of(now_ms);
    return arena_printf(arena, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

static bool is_unfinished(const struct edition *edition)
{
    return edition->state == EDITION_RUNNING || edition->state == EDITION_PAUSED;
}

bool plan_slot(const struct plan *plan, struct arena *arena, const struct workspace *workspace,
               int64_t now_ms, struct text *ret_slot, const char **ret_reason, struct error *err)
{
    struct edition *editions = NULL;
    size_t count = 0;
    *ret_reason = NULL;
    *ret_slot = today(arena, now_ms);
    if (workspace->store == NULL)
        return true;
    if (!edition_list(workspace->store, arena, plan->campaign->id, &editions, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool unfinished = is_unfinished(&editions[i]);
        bool same = text_equal(editions[i].content_hash, text_of(plan->content_hash));
        /* The newest comes first; of several with the same content it counts. */
        if (!unfinished && (!same || *ret_reason != NULL))
            continue;
        *ret_slot = editions[i].slot;
        *ret_reason = unfinished ? "it is not finished yet" : "its content is the same";
        if (unfinished)
            return true;
    }
    return true;
}

bool plan_write(const struct plan *plan, const struct workspace *workspace, struct text slot,
                int64_t now_ms, struct edition_planned *ret_planned, struct error *err)
{
    ARENA(scratch);
    const struct campaign *campaign = plan->campaign;
    struct revision revision = revision_of(&scratch, workspace->root);
    struct edition_order order = {
        .campaign = campaign->id,
        .slot = slot,
        .selection = &plan->selection,
        .priority = campaign->kind == KIND_ALERT ? PRIORITY_ALERT : PRIORITY_NEWSLETTER,
        .on_unknown =
            campaign->send.on_unknown == UNKNOWN_HOLD ? ON_UNKNOWN_HOLD : ON_UNKNOWN_RESEND,
        .content_hash = text_of(plan->content_hash),
        .content = bundle_serialize(plan->bundle),
        .expect_min = campaign->audience.expect.min,
        .expect_max = campaign->audience.expect.max,
        .commit = revision.commit,
        .commit_dirty = revision.dirty,
        .hold = plan->hold,
        .hold_above = plan->hold_above,
        .now_ms = now_ms,
    };
    must(workspace->store != NULL);
    return edition_plan(workspace->store, &order, ret_planned, err);
}
