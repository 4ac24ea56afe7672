/* approve: a person's word for just this content, which lets a held edition go. */
#include <pwd.h>
#include <unistd.h>

#include "base/banned.h"
#include "cli/commands.h"
#include "desk/desk.h"
#include "desk/edition_choice.h"
#include "desk/report.h"
#include "flow/plan.h"
#include "flow/revision.h"
#include "store/approval.h"

struct approve_words {
    const char *edition;
};

static const struct option_row rows[] = {
    STRING_ROW(struct approve_words, edition, "edition", 'e', "NAME",
               "which one; not needed while only one is held"),
    ROWS_END,
};

enum { HASH_LEAST = 8 };

/* Who says so, as the system knows them. */
static struct text approver(struct arena *arena)
{
    const char *name = getenv("SUDO_USER");
    const struct passwd *user = name == NULL ? getpwuid(getuid()) : NULL;
    if (user != NULL)
        name = user->pw_name;
    return name != NULL ? arena_text(arena, text_of(name))
                        : arena_printf(arena, "user %u", (unsigned)getuid());
}

/* What was looked at is what the files say now. */
static bool check_hash(const struct plan *plan, const char *word, struct error *err)
{
    struct text given = text_of(word), now = text_of(plan->content_hash);
    if (given.length < HASH_LEAST)
        return error_set(err, FAULT_USAGE, "give at least the first %d characters of the hash",
                         HASH_LEAST);
    if (text_starts_nocase(now, given))
        return true;
    return error_set(err, FAULT_REFUSED,
                     "the content of %.*s is %.12s now, not %s: look at it again, then approve "
                     "that",
                     TEXT_ARGS(plan->campaign->id), plan->content_hash, word);
}

/* NULL when nothing of the campaign is held. */
static bool find_held(struct session *session, struct store *store, struct text campaign,
                      const char *name, struct edition **ret_edition, struct error *err)
{
    const struct edition_choice held = {campaign, name, edition_is_held, "held"};
    if (!edition_choose(session, store, &held, ret_edition, err))
        return false;
    return *ret_edition != NULL || name == NULL ||
           error_set(err, FAULT_USAGE, "%.*s has no held edition %s", TEXT_ARGS(campaign), name);
}

static void say_json(const struct plan *plan, const struct edition *held, bool released)
{
    BUFFER(out, 4096);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    json_put_text(&writer, "campaign", plan->campaign->id);
    json_put_string(&writer, "content", plan->content_hash);
    json_put_bool(&writer, "released", released);
    json_key(&writer, "edition");
    if (released)
        json_say_text(&writer, held->slot);
    else
        json_say_null(&writer);
    json_end_object(&writer);
    session_say_line(&out);
}

static bool approve(struct session *session, const struct workspace *workspace,
                    const struct plan *plan, const char *name, struct error *err)
{
    struct text campaign = plan->campaign->id;
    struct revision revision = revision_of(&session->arena, workspace->root);
    struct edition *held;
    bool released;
    const struct approval approval = {.campaign = campaign,
                                      .content_hash = text_of(plan->content_hash),
                                      .approver = approver(&session->arena),
                                      .at_ms = clock_wall_ms(session->clock)};
    if (!find_held(session, workspace->store, campaign, name, &held, err) ||
        !approval_give(workspace->store, &approval, held != NULL ? held->id : 0,
                       bundle_serialize(plan->bundle), revision.commit, revision.dirty, &released,
                       err))
        return false;
    if (session->json)
        say_json(plan, held, released);
    else if (released)
        session_sayf("%.*s %.*s is approved as %.12s: the next `run` sends it\n",
                     TEXT_ARGS(campaign), TEXT_ARGS(held->slot), plan->content_hash);
    else
        session_sayf("%.*s is approved as %.12s: its next edition goes out unless the content "
                     "changes\n",
                     TEXT_ARGS(campaign), plan->content_hash);
    return true;
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    const struct approve_words *options = given;
    WORKSPACE(workspace);
    FINDINGS(findings);
    struct campaign campaign;
    struct text path;
    struct plan plan = {0};
    int status = desk_open(session, WORKSPACE_WRITER, true, &workspace, err);
    if (status == 0)
        status = desk_campaign(session, &workspace, words[0], &campaign, &path, err);
    if (status != 0)
        return status;
    bool done = plan_make(&plan, &session->arena, &workspace, path, clock_wall_ms(session->clock),
                          &findings, err) &&
                check_hash(&plan, words[1], err) &&
                approve(session, &workspace, &plan, options->edition, err);
    plan_close(&plan);
    return done ? 0 : (int)err->fault;
}

const struct command command_approve = {
    .name = "approve",
    .arguments = "CAMPAIGN HASH",
    .summary = "lets an edition go that waits for a person",
    .details = "HASH is the beginning of what `plan` shows: the approval is for just this content, "
               "and any change\nof it asks again. Without a held edition it holds for the next "
               "one.",
    .rows = rows,
    .options_size = sizeof(struct approve_words),
    .least_words = 2,
    .most_words = 2,
    .run = run,
};
