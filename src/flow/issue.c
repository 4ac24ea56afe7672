/* Issue: an edition's frozen content, composed again from what was stored when it was planned. */
#include "flow/issue.h"

#include "base/banned.h"

static void forget(struct issue *issue)
{
    compose_close(issue->composed);
    arena_free(&issue->arena);
    *issue = (struct issue){0};
}

static bool compose_again(struct issue *issue, struct text content, struct error *err)
{
    FINDINGS(findings);
    struct bundle *bundle;
    struct text path;
    bool found = false;
    if (!bundle_parse(&issue->arena, content, &bundle, err) ||
        !bundle_read(bundle, TEXT(ISSUE_CAMPAIGN), BUNDLE_PATH, &path, &found, err))
        return false;
    if (!found)
        return error_set(err, FAULT_FILE, "the stored content names no campaign");
    issue->composed = compose_campaign(&issue->arena, bundle, path, &findings);
    return issue->composed != NULL || findings_clean(&findings, err);
}

static bool load(struct issue *issue, struct store *store, int64_t edition_id, struct error *err)
{
    struct edition *edition;
    struct text content;
    if (!edition_read(store, &issue->arena, edition_id, &edition, err))
        return false;
    if (edition == NULL)
        return error_set(err, FAULT_BUG, "edition %lld is gone", (long long)edition_id);
    if (!edition_content(store, &issue->arena, edition->content_hash, &content, err) ||
        !compose_again(issue, content, err))
        return error_within(err, "%.*s %.*s", TEXT_ARGS(edition->campaign),
                            TEXT_ARGS(edition->slot));
    issue->edition_id = edition_id;
    issue->slot = edition->slot;
    issue->campaign = edition->campaign;
    const struct campaign *campaign = compose_campaign_of(issue->composed);
    issue->limits = campaign->send.limits;
    issue->retry_for_ms = campaign->send.retry_for_ms;
    issue->schedule = &campaign->schedule;
    issue->zone = zone_read(&issue->arena, campaign->schedule.timezone, err);
    return issue->zone != NULL;
}

struct issue *issues_find(struct issues *issues, int64_t edition_id, struct error *err)
{
    struct issue *oldest = &issues->kept[0];
    for (size_t i = 0; i < ISSUES_KEPT; i++) {
        struct issue *issue = &issues->kept[i];
        if (issue->edition_id == edition_id) {
            issue->used = ++issues->uses;
            return issue;
        }
        if (issue->used < oldest->used)
            oldest = issue;
    }
    forget(oldest);
    if (!load(oldest, issues->store, edition_id, err)) {
        forget(oldest);
        return NULL;
    }
    oldest->used = ++issues->uses;
    return oldest;
}

void issues_close(struct issues *issues)
{
    for (size_t i = 0; i < ISSUES_KEPT; i++)
        forget(&issues->kept[i]);
}
