/* check: configuration, campaigns, templates and every member's merge; all mistakes at once. */
#include "base/banned.h"
#include "cli/commands.h"
#include "desk/desk.h"
#include "desk/report.h"
#include "proof/proofing.h"

struct check_options {
    bool strict;
};

static const struct option_row rows[] = {
    FLAG_ROW(struct check_options, strict, "strict", 0,
             "fail (exit 65) on warnings as well, for a build"),
    ROWS_END,
};

struct checking {
    struct session *session;
    struct workspace *workspace;
    struct findings findings;
    int64_t members; /* merged, over all campaigns */
    int64_t tests;   /* of the campaigns' own */
    size_t campaigns;
};

static void check_campaign(struct checking *checking, const char *name)
{
    FINDINGS(ignored);
    ARENA(arena);
    struct campaign campaign;
    struct text path;
    struct proof proof;
    struct error err = {0};
    /* Here only the path is wanted: composing reads the campaign again, and tells its mistakes. */
    bool found =
        workspace_campaign(checking->workspace, &arena, name, &ignored, &campaign, &path, &err);
    if (!found && ignored.errors == 0) {
        findings_take(&checking->findings, &err);
        return;
    }
    if (!proof_make(&proof, checking->session, &arena, checking->workspace, path,
                    &checking->findings, &err))
        findings_take(&checking->findings, &err);
    checking->members += proof.plan.counts.selected;
    checking->tests += (int64_t)proof.tests;
    checking->campaigns++;
    proof_close(&proof);
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
    fprintf(stderr, "%zu campaign%s checked, %lld merge%s", checking->campaigns,
            checking->campaigns == 1 ? "" : "s", (long long)checking->members,
            checking->members == 1 ? "" : "s");
    if (checking->tests > 0)
        fprintf(stderr, ", %lld test%s", (long long)checking->tests,
                checking->tests == 1 ? "" : "s");
    fprintf(stderr, ": ");
    if (findings->errors + findings->warnings == 0)
        fprintf(stderr, "nothing is wrong\n");
    else
        fprintf(stderr, "%u error%s, %u warning%s\n", findings->errors,
                findings->errors == 1 ? "" : "s", findings->warnings,
                findings->warnings == 1 ? "" : "s");
}

/* What a warning is to a person, an error may be to a CI that asked for it. */
static int strictly(const struct findings *findings, int status)
{
    return status == 0 && findings->warnings > 0 ? FAULT_FILE : status;
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    WORKSPACE(workspace);
    struct checking checking = {.session = session, .workspace = &workspace};
    const struct check_options *options = given;
    int status = desk_open(session, WORKSPACE_READER, true, &workspace, err);
    if (status == 0)
        status = check_all(&checking, words, err);
    if (status == 0)
        status = report_findings(session, &checking.findings);
    if (options->strict)
        status = strictly(&checking.findings, status);
    if (err->fault == FAULT_NONE && !session->quiet && !session->json && workspace.configured)
        say_summary(&checking);
    findings_free(&checking.findings);
    return status;
}

const struct command command_check = {
    .name = "check",
    .arguments = "[CAMPAIGN…]",
    .summary = "everything that is wrong with configuration, campaigns, templates",
    .details = "Merges every selected member, lints what they would get, runs the campaign's\n"
               "tests; sends nothing. Each finding is file:line:column: severity: what is wrong\n"
               "and what to do [rule]. `broadside manual` lists the rules and why they are there.",
    .rows = rows,
    .options_size = sizeof(struct check_options),
    .least_words = 0,
    .most_words = 1000,
    .run = run,
};
