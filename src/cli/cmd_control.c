/* pause, resume, cancel, resend: an operator's word about an edition. A running dispatcher obeys at
 * its next message. */
#include "base/banned.h"
#include "cli/commands.h"
#include "desk/desk.h"
#include "desk/edition_choice.h"
#include "store/ledger.h"

struct control_options {
    const char *edition, *reason;
    bool failed, unknown;
};

static const struct option_row rows[] = {
    STRING_ROW(struct control_options, edition, "edition", 'e', "NAME",
               "which one; not needed while only one is unfinished"),
    ROWS_END,
};

static const struct option_row pause_rows[] = {
    STRING_ROW(struct control_options, edition, "edition", 'e', "NAME",
               "which one; not needed while only one is unfinished"),
    STRING_ROW(struct control_options, reason, "reason", 'r', "TEXT", "shown by status"),
    ROWS_END,
};

static const struct option_row resend_rows[] = {
    STRING_ROW(struct control_options, edition, "edition", 'e', "NAME",
               "the newest when not given"),
    FLAG_ROW(struct control_options, failed, "failed", 0, "those that failed"),
    FLAG_ROW(struct control_options, unknown, "unknown", 0,
             "those whose end nobody knows: some may get a second copy"),
    ROWS_END,
};

static bool unfinished(const struct edition *edition)
{
    return edition->state == EDITION_RUNNING || edition->state == EDITION_PAUSED;
}

/* The named edition, or without a name the only one that `fits`; the newest, when that is NULL. */
static bool find_edition(struct session *session, const struct workspace *workspace,
                         const char *campaign, const char *name,
                         bool (*fits)(const struct edition *), struct edition **ret_edition,
                         struct error *err)
{
    struct edition_choice choice = {.name = name,
                                    .fits = name == NULL ? fits : NULL,
                                    .sort = fits != NULL ? "unfinished" : NULL};
    *ret_edition = NULL;
    if (!desk_campaign_id(session, workspace, campaign, &choice.campaign, err) ||
        (workspace->store != NULL &&
         !edition_choose(session, workspace->store, &choice, ret_edition, err)))
        return false;
    return *ret_edition != NULL ||
           error_set(err, FAULT_USAGE, "%s has no %sedition%s%s; `broadside status` lists them",
                     campaign, name == NULL && fits != NULL ? "unfinished " : "",
                     name != NULL ? " " : "", name != NULL ? name : "");
}

/* What an operator may say of an unfinished edition, and how it is confirmed. */
struct order {
    bool (*act)(const struct session *session, struct store *store, const struct edition *edition,
                const struct control_options *options, bool *ret_changed, struct error *err);
    const char *done, *otherwise;
};

static bool pause(const struct session *session, struct store *store, const struct edition *edition,
                  const struct control_options *options, bool *ret_changed, struct error *err)
{
    (void)session;
    return edition_pause(store, edition->id,
                         text_of(options->reason != NULL ? options->reason : "by hand"),
                         ret_changed, err);
}

static bool resume(const struct session *session, struct store *store,
                   const struct edition *edition, const struct control_options *options,
                   bool *ret_changed, struct error *err)
{
    (void)session, (void)options;
    if (edition_is_held(edition))
        return error_set(err, FAULT_REFUSED,
                         "%.*s %.*s %.*s; `broadside approve %.*s HASH` lets it go, with the hash "
                         "that `plan` shows",
                         TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->slot),
                         TEXT_ARGS(edition->pause_reason), TEXT_ARGS(edition->campaign));
    return edition_resume(store, edition->id, ret_changed, err);
}

static bool cancel(const struct session *session, struct store *store,
                   const struct edition *edition, const struct control_options *options,
                   bool *ret_changed, struct error *err)
{
    (void)options;
    return edition_cancel(store, edition->id, clock_wall_ms(session->clock), ret_changed, err);
}

static int give_order(const struct order *order, struct session *session,
                      const struct control_options *options, const char *campaign,
                      struct error *err)
{
    WORKSPACE(workspace);
    struct edition *edition;
    bool changed = false;
    int status = desk_open(session, WORKSPACE_WRITER, false, &workspace, err);
    if (status != 0)
        return status;
    if (!find_edition(session, &workspace, campaign, options->edition, unfinished, &edition, err) ||
        !order->act(session, workspace.store, edition, options, &changed, err))
        return (int)err->fault;
    session_sayf("%.*s %.*s %s\n", TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->slot),
                 changed ? order->done : order->otherwise);
    return 0;
}

static int run_pause(struct session *session, const void *options, char **words, struct error *err)
{
    static const struct order order = {pause,
                                       "is paused; nothing more of it is sent until `resume`",
                                       "is paused already; `broadside status` says why"};
    return give_order(&order, session, options, words[0], err);
}

static int run_resume(struct session *session, const void *options, char **words, struct error *err)
{
    static const struct order order = {
        resume, "goes on: a running dispatcher sends it, else the next `send` does",
        "was not paused"};
    return give_order(&order, session, options, words[0], err);
}

static int run_cancel(struct session *session, const void *options, char **words, struct error *err)
{
    static const struct order order = {cancel, "is cancelled; who did not get it yet will not",
                                       "was finished before"};
    return give_order(&order, session, options, words[0], err);
}

/* Only an edition that goes on can have rows that are ready again. */
static bool check_resend(const struct edition *edition, struct error *err)
{
    if (edition->state == EDITION_CANCELLED)
        return error_set(
            err, FAULT_USAGE,
            "%.*s %.*s was cancelled; `broadside send %.*s --edition NAME` sends a new "
            "one",
            TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->slot), TEXT_ARGS(edition->campaign));
    if (edition->state == EDITION_PAUSED)
        return error_set(err, FAULT_USAGE,
                         "%.*s %.*s is paused: first `broadside resume %.*s --edition %.*s`",
                         TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->slot),
                         TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->slot));
    return true;
}

static int run_resend(struct session *session, const void *given, char **words, struct error *err)
{
    const struct control_options *options = given;
    WORKSPACE(workspace);
    struct edition *edition;
    int64_t moved = 0;
    if (options->failed == options->unknown)
        return error_set(err, FAULT_USAGE, "resend wants --failed or --unknown"), FAULT_USAGE;
    int status = desk_open(session, WORKSPACE_WRITER, false, &workspace, err);
    if (status != 0)
        return status;
    if (!find_edition(session, &workspace, words[0], options->edition, NULL, &edition, err) ||
        !check_resend(edition, err) ||
        !ledger_resend(workspace.store, edition->id,
                       options->failed ? DELIVERY_FAILED : DELIVERY_UNKNOWN,
                       clock_wall_ms(session->clock), &moved, err))
        return (int)err->fault;
    session_sayf(
        "%lld deliveries of %.*s %.*s are ready again; `broadside send %.*s --edition %.*s` "
        "sends them\n",
        (long long)moved, TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->slot),
        TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->slot));
    return 0;
}

#define CONTROL(variable, verb, option_rows, what, function)                                       \
    const struct command variable = {                                                              \
        .name = verb,                                                                              \
        .arguments = "CAMPAIGN",                                                                   \
        .summary = what,                                                                           \
        .rows = option_rows,                                                                       \
        .options_size = sizeof(struct control_options),                                            \
        .least_words = 1,                                                                          \
        .most_words = 1,                                                                           \
        .run = function,                                                                           \
    }

CONTROL(command_pause, "pause", pause_rows, "holds an edition, also one that is being sent",
        run_pause);
CONTROL(command_resume, "resume", rows, "lets a paused edition go on", run_resume);
CONTROL(command_cancel, "cancel", rows, "ends an edition: who did not get it yet will not",
        run_cancel);
CONTROL(command_resend, "resend", resend_rows, "makes failed or unknown deliveries ready again",
        run_resend);
