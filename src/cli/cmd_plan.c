/* plan: who would get it, who not and why, how many, how long. Sends nothing. */
#include "base/banned.h"
#include "cli/commands.h"
#include "desk/desk.h"
#include "desk/member_report.h"
#include "desk/progress.h"
#include "desk/report.h"
#include "flow/plan.h"
#include "pacing/forecast.h"

struct plan_options {
    const char *edition;
    bool list;
};

static const struct option_row rows[] = {
    STRING_ROW(struct plan_options, edition, "edition", 'e', "NAME",
               "the edition that `send --edition NAME` would send"),
    FLAG_ROW(struct plan_options, list, "list", 'l', "every member who would get it, one a line"),
    ROWS_END,
};

enum { PLAN_TEXT = 64 * 1024 };

static bool list_member(void *self, const struct member *member, struct error *err)
{
    const struct session *session = self;
    if (session->json)
        return member_report(member, err);
    session_sayf("%.*s\t%.*s\n", TEXT_ARGS(member->key), TEXT_ARGS(member->email));
    return true;
}

/* Names for programs: they stay, whatever left_out_name() tells people. */
static const char *const left_out_keys[LEFT_OUT_COUNT] = {
    [LEFT_OUT_NOT_SUBSCRIBED] = "not_subscribed",
    [LEFT_OUT_UNSUBSCRIBED] = "unsubscribed",
    [LEFT_OUT_CONDITIONS] = "conditions",
    [LEFT_OUT_EXCLUDED] = "excluded",
    [LEFT_OUT_RECEIVED] = "received",
    [LEFT_OUT_FREQUENCY] = "frequency",
    [LEFT_OUT_SUPPRESSED] = "suppressed",
    [LEFT_OUT_DUPLICATE] = "duplicate",
    [LEFT_OUT_LIMIT] = "limit",
};

static void say_json(const struct plan *plan, struct text slot, const struct edition *before,
                     const struct forecast *forecast)
{
    BUFFER(out, PLAN_TEXT);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    json_put_text(&writer, "campaign", plan->campaign->id);
    json_put_text(&writer, "edition", slot);
    json_put_number(&writer, "planned", before == NULL ? plan->counts.selected : 0);
    json_put_number(&writer, "members", plan->counts.members);
    json_key(&writer, "left_out");
    json_begin_object(&writer);
    for (enum left_out why = 0; why < LEFT_OUT_COUNT; why++)
        json_put_number(&writer, left_out_keys[why], plan->counts.left_out[why]);
    json_end_object(&writer);
    json_put_number(&writer, "duration_s", (forecast->duration_ms + 999) / 1000);
    json_key(&writer, "groups");
    json_begin_array(&writer);
    for (size_t i = 0; i < forecast->count; i++) {
        json_begin_object(&writer);
        json_put_text(&writer, "group", forecast->groups[i].name);
        json_put_number(&writer, "planned", forecast->groups[i].count);
        json_put_number(&writer, "domains", forecast->groups[i].domains);
        json_put_number(&writer, "duration_s", (forecast->groups[i].duration_ms + 999) / 1000);
        json_end_object(&writer);
    }
    json_end_array(&writer);
    json_put_string(&writer, "content", plan->content_hash);
    json_put_bool(&writer, "planned_before", before != NULL);
    json_end_object(&writer);
    session_say_line(&out);
}

enum { DURATION = 32 };

static const char *duration(int64_t duration_ms, char text[DURATION])
{
    long long seconds = (duration_ms + 999) / 1000;
    if (seconds < 120)
        snprintf(text, DURATION, "%lld s", seconds);
    else if (seconds < 7200)
        snprintf(text, DURATION, "%lld min", seconds / 60);
    else if (seconds < 3 * 86400)
        snprintf(text, DURATION, "%lld h %lld min", seconds / 3600, seconds / 60 % 60);
    else
        snprintf(text, DURATION, "%lld days", (seconds + 86399) / 86400);
    return text;
}

/* By groups of recipient domains, when the limits make any of them wait. */
static void say_forecast(const struct forecast *forecast, int64_t now_ms)
{
    char takes[DURATION], until[DESK_TIME], number[GROUPED];
    if (forecast->duration_ms == 0) {
        session_sayf("  takes        no longer than the relay needs\n");
        return;
    }
    session_sayf("  takes        about %s under the limits, until %s UTC\n",
                 duration(forecast->duration_ms, takes),
                 desk_time(now_ms + forecast->duration_ms, until));
    for (size_t i = 0; i < forecast->count && forecast->count > 1; i++) {
        const struct forecast_group *group = &forecast->groups[i];
        session_sayf("    %-14.*s %10s  %s\n", TEXT_ARGS(group->name),
                     grouped((uint64_t)group->count, number), duration(group->duration_ms, takes));
    }
    session_sayf("    %s\n", forecast->spark);
}

static void say_plain(const struct plan *plan, struct text slot, const char *slot_reason,
                      const struct edition *before, const struct forecast *forecast)
{
    char number[GROUPED];
    session_sayf("%.*s, edition %.*s%s%s%s\n", TEXT_ARGS(plan->campaign->id), TEXT_ARGS(slot),
                 slot_reason != NULL ? " (" : "", slot_reason != NULL ? slot_reason : "",
                 slot_reason != NULL ? ")" : "");
    session_sayf("  would get it %s of %lld members\n",
                 grouped((uint64_t)plan->counts.selected, number), (long long)plan->counts.members);
    for (enum left_out why = 0; why < LEFT_OUT_COUNT; why++)
        if (plan->counts.left_out[why] > 0)
            session_sayf("  left out     %s: %s\n",
                         grouped((uint64_t)plan->counts.left_out[why], number), left_out_name(why));
    say_forecast(forecast, plan->selection.now_ms);
    session_sayf("  content      %.12s\n", plan->content_hash);
    if (before != NULL)
        session_sayf("This edition was planned before (%lld members, %lld sent); sending it again "
                     "adds nobody.\n",
                     (long long)before->planned, (long long)before->sent);
}

static bool tell(struct session *session, const struct workspace *workspace,
                 const struct plan *plan, const struct plan_options *options, struct error *err)
{
    struct text slot;
    const char *slot_reason = NULL;
    struct edition *before = NULL;
    int64_t now_ms = clock_wall_ms(session->clock);
    struct forecast forecast;
    if (options->list)
        return workspace->store == NULL ||
               selection_walk(workspace->store, &plan->selection, list_member, session, NULL, err);
    if (!plan_slot(plan, &session->arena, workspace, now_ms, &slot, &slot_reason, err))
        return false;
    if (options->edition != NULL)
        slot = text_of(options->edition), slot_reason = NULL;
    if (workspace->store != NULL &&
        !edition_find(workspace->store, &session->arena, plan->campaign->id, slot, &before, err))
        return false;
    if (!forecast_make(&forecast, &session->arena, &workspace->config, plan->campaign,
                       workspace->store, &plan->selection, err))
        return false;
    if (session->json)
        say_json(plan, slot, before, &forecast);
    else
        say_plain(plan, slot, slot_reason, before, &forecast);
    return plan_expected(plan, err);
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    WORKSPACE(workspace);
    FINDINGS(findings);
    struct plan plan = {0};
    struct text path;
    struct campaign campaign;
    int status = desk_open(session, WORKSPACE_READER, true, &workspace, err);
    if (status == 0)
        status = desk_campaign(session, &workspace, words[0], &campaign, &path, err);
    if (status != 0)
        return status;
    bool made = plan_make(&plan, &session->arena, &workspace, path, clock_wall_ms(session->clock),
                          &findings, err);
    if (!made && findings.errors > 0) {
        *err = (struct error){0};
        status = report_problems(session, &findings);
    } else if (!made || !tell(session, &workspace, &plan, given, err)) {
        status = (int)err->fault;
    }
    plan_close(&plan);
    return status;
}

const struct command command_plan = {
    .name = "plan",
    .arguments = "CAMPAIGN",
    .summary = "who would get it, who not and why, how long; sends nothing",
    .rows = rows,
    .options_size = sizeof(struct plan_options),
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
