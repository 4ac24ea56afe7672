/* check: configuration, campaigns, templates and every member's merge; all mistakes at once. */
#include "base/banned.h"
#include "cli/commands.h"
#include "cli/desk.h"
#include "cli/report.h"
#include "flow/plan.h"

struct checking {
    struct session *session;
    struct workspace *workspace;
    struct findings findings;
    int64_t members; /* merged, over all campaigns */
    size_t campaigns;
};

static void check_campaign(struct checking *checking, const char *name)
{
    FINDINGS(ignored);
    ARENA(arena);
    struct campaign campaign;
    struct text path;
    struct plan plan = {0};
    struct error err = {0};
    /* Here only the path is wanted: composing reads the campaign again, and tells its mistakes. */
    bool found =
        workspace_campaign(checking->workspace, &arena, name, &ignored, &campaign, &path, &err);
    if (!found && ignored.errors == 0) {
        findings_take(&checking->findings, &err);
        return;
    }
    unsigned before = checking->findings.errors;
    bool made = plan_make(&plan, &arena, checking->workspace, path,
                          clock_wall_ms(checking->session->clock), &checking->findings, &err);
    if (!made && checking->findings.errors == before)
        findings_take(&checking->findings, &err);
    if (made && !plan_expected(&plan, &err))
        findings_warning(&checking->findings, plan.campaign->audience.expect.place, "%s",
                         err.message);
    checking->members += made ? plan.counts.selected : 0;
    checking->campaigns++;
    plan_close(&plan);
}

static int check_all(struct checking *checking, char **words, struct error *err)
{
    struct text_list names;
    if (words[0] != NULL) {
        for (size_t i = 0; words[i] != NULL; i++)
            check_campaign(checking, words[i]);
        return 0;
    }
    if (!workspace_campaign_names(checking->workspace, &checking->session->arena, &names, err))
        return (int)err->fault;
    for (size_t i = 0; i < names.count; i++)
        check_campaign(checking, arena_string(&checking->session->arena, names.at[i]));
    return 0;
}

static void say_summary(const struct checking *checking)
{
    const struct findings *findings = &checking->findings;
    fprintf(stderr, "%zu campaign%s checked, %lld merge%s: ", checking->campaigns,
            checking->campaigns == 1 ? "" : "s", (long long)checking->members,
            checking->members == 1 ? "" : "s");
    if (findings->errors + findings->warnings == 0)
        fprintf(stderr, "nothing is wrong\n");
    else
        fprintf(stderr, "%u errors, %u warnings\n", findings->errors, findings->warnings);
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    WORKSPACE(workspace);
    struct checking checking = {.session = session, .workspace = &workspace};
    (void)given;
    int status = desk_open(session, WORKSPACE_READER, true, &workspace, err);
    if (status == 0)
        status = check_all(&checking, words, err);
    if (status == 0)
        status = report_findings(session, &checking.findings);
    if (err->fault == FAULT_NONE && !session->quiet && !session->json && workspace.configured)
        say_summary(&checking);
    findings_free(&checking.findings);
    return status;
}

const struct command command_check = {
    .name = "check",
    .arguments = "[CAMPAIGN…]",
    .summary = "everything that is wrong with configuration, campaigns, templates",
    .details = "Merges every selected member, sends nothing. Each finding is\n"
               "file:line:column: severity: what is wrong and what to do.",
    .rows = no_rows,
    .options_size = 0,
    .least_words = 0,
    .most_words = 1000,
    .run = run,
};
