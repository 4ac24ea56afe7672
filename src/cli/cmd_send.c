/* send: plans an edition, asks, and sends it now. */
#include "base/banned.h"
#include "cli/commands.h"
#include "desk/desk.h"
#include "desk/edition_report.h"
#include "desk/progress.h"
#include "desk/report.h"
#include "desk/stopping.h"
#include "flow/dispatch.h"
#include "flow/guard.h"
#include "flow/plan.h"
#include "flow/relays.h"
#include "proof/test_mail.h"

struct send_words {
    const char *edition, *test_to, *as;
    uint64_t limit;
    bool yes, dry_run;
};

static const struct option_row rows[] = {
    STRING_ROW(struct send_words, edition, "edition", 'e', "NAME",
               "the edition's name: each goes to a member once (default: today's date)"),
    FLAG_ROW(struct send_words, yes, "yes", 'y', "do not ask"),
    STRING_ROW(struct send_words, test_to, "test-to", 0, "ADDRESS",
               "one message of each language and kind to ADDRESS; no member gets anything"),
    STRING_ROW(struct send_words, as, "as", 'a', "KEY", "with --test-to: as this member sees it"),
    NUMBER_ROW(struct send_words, limit, "limit", 'l', "N",
               "try at most N messages; the next send goes on"),
    FLAG_ROW(struct send_words, dry_run, "dry-run", 'n', "plan and merge everything, send nothing"),
    ROWS_END,
};

/* One sending, from the command line to the exit status. */
struct sending {
    struct session *session;
    const struct send_words *options;
    struct workspace workspace;
    struct plan plan;
    struct text slot;
    int64_t edition_id;
    struct progress progress;
    uint64_t settled_before; /* rows of the edition that were settled by earlier runs */
};

static void show_progress(void *self, const struct send_progress *now)
{
    struct sending *sending = self;
    progress_update(&sending->progress,
                    sending->settled_before + now->sent + now->failed + now->unknown);
}

static bool valid_slot(struct text slot, struct error *err)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "._:+-";
    bool fits = slot.length > 0 && slot.length <= 64;
    for (size_t i = 0; fits && i < slot.length; i++)
        fits = slot.at[i] != '\0' && strchr(allowed, slot.at[i]) != NULL;
    return fits || error_set(err, FAULT_USAGE,
                             "--edition is 1 to 64 letters, digits and . _ : + -, not \"%.*s\"",
                             TEXT_ARGS(slot));
}

static bool choose_slot(struct sending *sending, struct error *err)
{
    const char *reason = NULL;
    if (sending->options->edition != NULL) {
        sending->slot = text_of(sending->options->edition);
        return valid_slot(sending->slot, err);
    }
    if (!plan_slot(&sending->plan, &sending->session->arena, &sending->workspace,
                   clock_wall_ms(sending->session->clock), &sending->slot, &reason, err))
        return false;
    if (reason != NULL && !sending->session->quiet && !sending->session->json)
        fprintf(stderr, "going on with edition %.*s: %s\n", TEXT_ARGS(sending->slot), reason);
    return true;
}

/* A campaign whose status is not active is not sent to members by accident. */
static bool check_status(const struct campaign *campaign, struct error *err)
{
    static const char *const names[] = {"draft", "active", "retired"};
    if (campaign->status == STATUS_ACTIVE)
        return true;
    return error_set(err, FAULT_REFUSED,
                     "%.*s is %s; only an active campaign is sent (--test-to works for any)",
                     TEXT_ARGS(campaign->id), names[campaign->status]);
}

static bool confirm(struct sending *sending, struct edition *before, struct error *err)
{
    char number[GROUPED];
    int64_t count =
        before != NULL ? before->ready + before->unknown : sending->plan.counts.selected;
    if (sending->options->yes)
        return true;
    const char *question =
        arena_printf(&sending->session->arena, "Send %.*s, edition %.*s, to %s members?",
                     TEXT_ARGS(sending->plan.campaign->id), TEXT_ARGS(sending->slot),
                     grouped((uint64_t)count, number))
            .at;
    return session_confirm(question) ||
           error_set(err, FAULT_REFUSED,
                     "not confirmed, nothing was sent; --yes sends without "
                     "asking");
}

/* What can be known to be wrong without connecting is said before anything is planned. */
static bool check_relay(struct sending *sending, struct error *err)
{
    struct relays *relays;
    if (!relays_open(&sending->workspace.config.relay, sending->workspace.root, &relays, err))
        return false;
    relays_close(relays);
    return true;
}

/* Who was cancelled away from must not get it by the way; nor may nothing at all be said. What a
 * dispatcher that died left on its way is accounted for first: that is a sending of nothing. */
static bool check_cancelled(const struct edition *before, struct error *err)
{
    if (before == NULL || before->state != EDITION_CANCELLED || before->intent > 0)
        return true;
    return error_set(err, FAULT_REFUSED,
                     "edition %.*s was cancelled, so nothing was sent; `broadside send %.*s "
                     "--edition NAME` sends a new one, to those who got this one as well",
                     TEXT_ARGS(before->slot), TEXT_ARGS(before->campaign));
}

/* An edition that still has members to reach goes on with the content it was planned with; who
 * edited the campaign since then must hear of it, not find out from a reader. */
static bool check_content(const struct sending *sending, const struct edition *before,
                          struct error *err)
{
    struct text now = text_of(sending->plan.content_hash);
    if (before == NULL || before->ready == 0 || text_equal(before->content_hash, now))
        return true;
    return error_set(
        err, FAULT_REFUSED,
        "edition %.*s is not finished and was planned with other content (%.12s, the "
        "files are %.12s now): `broadside run` finishes it as it was planned, "
        "`broadside cancel %.*s --edition %.*s` ends it, --edition NAME sends a new one",
        TEXT_ARGS(before->slot), before->content_hash.at, sending->plan.content_hash,
        TEXT_ARGS(before->campaign), TEXT_ARGS(before->slot));
}

/* Of an edition whose relay could not even be reached; the next `send` of it lifts it. */
static const struct text not_begun = TEXT_INIT("not begun: the relay could not be used");

static bool lift(struct sending *sending, const struct edition *before, struct error *err)
{
    bool changed;
    return before == NULL || !text_equal(before->pause_reason, not_begun) ||
           edition_resume(sending->workspace.store, before->id, &changed, err);
}

/* Nothing of it left, and nobody may come back to it soon: it must not go out later by the way. */
static bool lay_aside(struct sending *sending, const struct edition *edition,
                      const struct error *end, struct error *err)
{
    bool failed = end->fault == FAULT_UNREACHABLE || end->fault == FAULT_CONFIG;
    bool untouched = edition->ready == edition->planned && edition->deferred == 0;
    bool changed;
    return !failed || !untouched || edition->state != EDITION_RUNNING ||
           edition_pause(sending->workspace.store, edition->id, not_begun, &changed, err);
}

static bool plan_edition(struct sending *sending, struct error *err)
{
    struct edition *before = NULL;
    struct edition_planned planned;
    struct arena *arena = &sending->session->arena;
    if (!check_relay(sending, err) || !choose_slot(sending, err) ||
        !edition_find(sending->workspace.store, arena, sending->plan.campaign->id, sending->slot,
                      &before, err) ||
        !check_cancelled(before, err) || !check_content(sending, before, err))
        return false;
    if (before == NULL && !plan_expected(&sending->plan, err))
        return false;
    if (!confirm(sending, before, err) ||
        !guard_set(&sending->plan, arena, &sending->workspace, sending->slot, false, err) ||
        !plan_write(&sending->plan, &sending->workspace, sending->slot,
                    clock_wall_ms(sending->session->clock), &planned, err) ||
        !lift(sending, before, err))
        return false;
    sending->edition_id = planned.edition_id;
    return true;
}

static struct edition *read_edition(struct sending *sending, struct error *err)
{
    struct edition *edition = NULL;
    if (!edition_read(sending->workspace.store, &sending->session->arena, sending->edition_id,
                      &edition, err))
        return NULL;
    must(edition != NULL);
    return edition;
}

static bool dispatch(struct sending *sending, const struct edition *before,
                     struct dispatch_report *report, struct error *err)
{
    struct session *session = sending->session;
    struct random random = random_from_system();
    struct dispatch_options how = {.workspace = &sending->workspace,
                                   .clock = session->clock,
                                   .random = &random,
                                   .log = &session->log,
                                   .limit = sending->options->limit,
                                   .patience_ms = sending->workspace.config.send.wait_ms,
                                   .progress = show_progress,
                                   .progress_self = sending,
                                   .stop = stopping_asked(),
                                   .wake = stopping_wake()};
    sending->settled_before = (uint64_t)(before->planned - before->ready);
    sending->progress = progress_begin(session->clock, "sending", (uint64_t)before->planned,
                                       session->quiet || session->json);
    session->log.aside = progress_aside;
    session->log.progress = &sending->progress;
    bool done = dispatch_run(&how, report, err);
    progress_end(&sending->progress);
    session->log.aside = NULL;
    return done;
}

static void say_busy(const struct dispatch_report *report)
{
    fprintf(stderr,
            "another dispatcher (process %lld on %s) is running: it was handed this edition and "
            "sends it; `broadside status` shows how far it is\n",
            (long long)report->holder.pid, report->holder.host);
}

/* With --quiet only what somebody has to know: cron mails every line. */
static void say_result(struct sending *sending, const struct edition *edition,
                       const struct dispatch_report *report)
{
    const struct send_report *sent = &report->send;
    bool idle = sent->sent + sent->failed + sent->deferred + sent->unknown == 0;
    bool plain = !sending->session->json;
    if (report->busy)
        say_busy(report);
    if (plain && sending->session->quiet && idle && edition->state == EDITION_DONE)
        return;
    if (plain && idle && edition->state == EDITION_DONE)
        session_sayf("everybody has it already; nothing was sent\n");
    edition_report(sending->session, edition, NULL);
    if (!report->busy)
        edition_report_rest(sending->session, edition);
}

/* How the sending ended, as an exit status; why, in `err`. */
static int judge(const struct edition *edition, const struct dispatch_report *report,
                 struct error *err)
{
    bool not_reached = text_equal(edition->pause_reason, not_begun);
    if (edition->state == EDITION_PAUSED && !not_reached)
        return edition_is_held(edition) ? FAULT_REFUSED : FAULT_BREAKER;
    if (report->send.end.fault != FAULT_NONE) {
        *err = report->send.end;
        return (int)err->fault;
    }
    /* A running edition is not done: unknown ones may rest until they go again. */
    if (edition->ready > 0 || edition->intent > 0 || edition->state == EDITION_RUNNING)
        return FAULT_REMAINS;
    return edition->failed > 0 ? FAULT_SOME_FAILED : 0;
}

static int send_to_members(struct sending *sending, struct error *err)
{
    struct dispatch_report report = {0};
    if (!check_status(sending->plan.campaign, err) || !plan_edition(sending, err) ||
        !desk_log(sending->session, &sending->workspace, err))
        return (int)err->fault;
    struct edition *edition = read_edition(sending, err);
    if (edition == NULL || !dispatch(sending, edition, &report, err))
        return (int)err->fault;
    edition = read_edition(sending, err);
    if (edition == NULL || !lay_aside(sending, edition, &report.send.end, err))
        return (int)err->fault;
    edition = read_edition(sending, err);
    if (edition == NULL)
        return (int)err->fault;
    say_result(sending, edition, &report);
    return judge(edition, &report, err);
}

static int say_dry_run(struct sending *sending, struct error *err)
{
    struct edition *before = NULL;
    char number[GROUPED];
    if (!choose_slot(sending, err) ||
        (sending->workspace.store != NULL &&
         !edition_find(sending->workspace.store, &sending->session->arena,
                       sending->plan.campaign->id, sending->slot, &before, err)))
        return (int)err->fault;
    if (before == NULL && !plan_expected(&sending->plan, err))
        return (int)err->fault;
    int64_t count = before != NULL ? before->ready : sending->plan.counts.selected;
    if (sending->session->json)
        session_sayf(
            "{\"campaign\":\"%.*s\",\"edition\":\"%.*s\",\"dry_run\":true,\"planned\":%lld}"
            "\n",
            TEXT_ARGS(sending->plan.campaign->id), TEXT_ARGS(sending->slot), (long long)count);
    else
        session_sayf("%.*s, edition %.*s: would be sent to %s members; nothing was planned or "
                     "sent\n",
                     TEXT_ARGS(sending->plan.campaign->id), TEXT_ARGS(sending->slot),
                     grouped((uint64_t)count, number));
    return 0;
}

static int send_planned(struct sending *sending, struct error *err)
{
    const struct test_mail test = {.session = sending->session,
                                   .workspace = &sending->workspace,
                                   .plan = &sending->plan,
                                   .to = sending->options->test_to,
                                   .as = sending->options->as,
                                   .dry_run = sending->options->dry_run};
    if (test.to != NULL)
        return test_mail_send(&test, err);
    if (sending->options->dry_run)
        return say_dry_run(sending, err);
    return send_to_members(sending, err);
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    FINDINGS(findings);
    struct sending sending = {.session = session, .options = given};
    struct campaign campaign;
    struct text path;
    if (sending.options->as != NULL && sending.options->test_to == NULL)
        return error_set(err, FAULT_USAGE, "--as goes with --test-to ADDRESS"), FAULT_USAGE;
    int status = desk_open(session, WORKSPACE_WRITER, true, &sending.workspace, err);
    if (status == 0)
        status = desk_campaign(session, &sending.workspace, words[0], &campaign, &path, err);
    if (status == 0) {
        stopping_listen();
        bool made = plan_make(&sending.plan, &session->arena, &sending.workspace, path,
                              clock_wall_ms(session->clock), &findings, err);
        status = made ? send_planned(&sending, err) : (int)err->fault;
        if (!made && findings.errors > 0) {
            *err = (struct error){0};
            status = report_problems(session, &findings);
        }
    }
    plan_close(&sending.plan);
    workspace_close(&sending.workspace);
    return status;
}

const struct command command_send = {
    .name = "send",
    .arguments = "CAMPAIGN",
    .summary = "plans an edition, asks, and sends it now",
    .details =
        "Every member gets an edition once, whatever happens: killed, unplugged or run twice, the "
        "next\n`send` goes on where this one stopped. Without --edition an unfinished edition is "
        "gone on with,\nand content that was sent before is not sent again.",
    .rows = rows,
    .options_size = sizeof(struct send_words),
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
