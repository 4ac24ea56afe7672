/* run: what cron starts: sends whatever is due, each slot as one edition, and says what needs a
 * person. */
#include "base/banned.h"
#include "cli/commands.h"
#include "desk/desk.h"
#include "desk/moment.h"
#include "desk/progress.h"
#include "desk/run_report.h"
#include "desk/stopping.h"
#include "flow/notice.h"
#include "flow/run.h"
#include "flow/said.h"
#include "flow/selecting.h"
#include "settings/rate.h"

struct run_words {
    const char *now, *budget;
    uint64_t days;
    bool calendar, next, trust_clock;
};

static const struct option_row rows[] = {
    STRING_ROW(struct run_words, now, "now", 0, "TIME",
               "as if it were then: 2026-12-01T17:00 in UTC, or with an offset such as -08:00"),
    STRING_ROW(struct run_words, budget, "for", 0, "DURATION",
               "stop after 50m or so; the next run goes on"),
    FLAG_ROW(struct run_words, calendar, "calendar", 0,
             "only show what will go out, when and to how many"),
    NUMBER_ROW(struct run_words, days, "days", 0, "N", "with --calendar: so far ahead (30)"),
    FLAG_ROW(struct run_words, next, "next", 0, "only show what goes out next"),
    FLAG_ROW(struct run_words, trust_clock, "trust-clock", 0,
             "forget slots that were handled while the clock ran ahead"),
    ROWS_END,
};

enum { DAYS = 30, MOST_DAYS = 3660, RUN_EDITIONS = 1000 };

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

struct running {
    struct session *session;
    const struct run_words *options;
    struct workspace workspace;
    struct agenda agenda;
    struct findings findings;
    struct run_events events;
    struct run_edition *editions;
    size_t edition_count;
    struct moment moment; /* with --now */
    int64_t now_ms;
    bool dispatched;
    struct dispatch_report report;
};

/* ---- Time ---- */

static bool set_clock(struct running *running, struct error *err)
{
    struct session *session = running->session;
    if (running->options->now != NULL) {
        if (!moment_begin(&running->moment, running->options->now, err))
            return error_within(err, "--now");
        session->clock = session->log.clock = &running->moment.clock;
    }
    running->now_ms = clock_wall_ms(session->clock);
    return true;
}

static bool set_budget(const struct running *running, struct error *err)
{
    int64_t ms;
    const char *word = running->options->budget;
    stopping_listen();
    if (word == NULL)
        return true;
    if (!duration_parse(text_of(word), &ms, err)) {
        err->fault = FAULT_USAGE;
        return error_within(err, "--for \"%s\"", word);
    }
    stopping_after(ms);
    return true;
}

/* ---- What will be ---- */

static bool count_members(struct running *running, const struct agenda_entry *entry,
                          int64_t *ret_members, struct error *err)
{
    struct selection selection = selection_of(&running->session->arena, &running->workspace.config,
                                              &entry->campaign, running->now_ms);
    struct selection_counts counts = {0};
    *ret_members = -1;
    if (running->workspace.store == NULL)
        return true;
    if (!selection_count(running->workspace.store, &selection, &counts, err))
        return false;
    *ret_members = counts.selected;
    return true;
}

/* Each campaign's audience is counted once, however many slots it has. */
static bool count_each(struct running *running, int64_t *members, struct error *err)
{
    for (size_t i = 0; i < running->agenda.count; i++)
        if (!count_members(running, &running->agenda.at[i], &members[i], err))
            return false;
    return true;
}

static int show_calendar(struct running *running, struct error *err)
{
    const struct run_words *options = running->options;
    uint64_t days = options->days > 0 ? options->days : DAYS;
    struct arena *arena = &running->session->arena;
    int64_t *members = arena_array(arena, int64_t, running->agenda.count);
    struct agenda_line *lines;
    size_t count;
    if (days > MOST_DAYS)
        return error_set(err, FAULT_USAGE, "--days is at most %d", MOST_DAYS), FAULT_USAGE;
    if (options->next)
        days = MOST_DAYS;
    agenda_calendar(&running->agenda, arena, running->now_ms,
                    running->now_ms + (int64_t)days * DAY_MS, options->next ? 1 : AGENDA_LINES,
                    &lines, &count);
    if (count > 0 && !count_each(running, members, err))
        return (int)err->fault;
    for (size_t i = 0; i < count; i++)
        run_report_line(running->session, &lines[i], members[lines[i].entry - running->agenda.at]);
    if (count == 0 && !running->session->json)
        session_sayf("nothing is scheduled\n");
    return 0;
}

/* ---- What is due ---- */

static bool is_first_of_file(const struct findings *findings, const struct finding *finding,
                             size_t *ret_others)
{
    const struct finding *other = findings->first;
    for (; other != finding; other = other->next)
        if (other->severity == SEVERITY_ERROR && text_equal(other->place.path, finding->place.path))
            return false;
    *ret_others = 0;
    for (other = finding->next; other != NULL; other = other->next)
        *ret_others +=
            other->severity == SEVERITY_ERROR && text_equal(other->place.path, finding->place.path);
    return true;
}

/* A file that cannot be read is named once, whatever is due, by its first mistake. */
static void take_findings(struct running *running)
{
    struct arena *arena = running->events.arena;
    size_t others;
    for (const struct finding *finding = running->findings.first; finding != NULL;
         finding = finding->next) {
        if (finding->severity != SEVERITY_ERROR ||
            !is_first_of_file(&running->findings, finding, &others))
            continue;
        struct text more = others > 0 ? arena_printf(arena, " (and %zu more)", others) : TEXT("");
        run_events_add(
            &running->events,
            (struct run_event){
                .outcome = RUN_FAILED,
                .campaign = arena_printf(arena, "%.*s:%u:%u", TEXT_ARGS(finding->place.path),
                                         finding->place.line, finding->place.column),
                .reason =
                    arena_printf(arena, "%.*s%.*s", TEXT_ARGS(finding->message), TEXT_ARGS(more)),
                .fault = finding->fault,
            });
    }
}

static bool is_of_interest(const struct running *running, const struct edition *edition)
{
    if (edition->state == EDITION_RUNNING)
        return true;
    for (size_t i = 0; i < running->events.count; i++)
        if (running->events.at[i].edition_id == edition->id)
            return true;
    return false;
}

/* The editions that may move in this run, as they are before. */
static bool read_before(struct running *running, struct error *err)
{
    struct edition *editions;
    size_t count;
    struct arena *arena = &running->session->arena;
    if (!edition_list(running->workspace.store, arena, TEXT(""), &editions, &count, err))
        return false;
    running->editions = arena_array(arena, struct run_edition, RUN_EDITIONS);
    for (size_t i = 0; i < count && running->edition_count < RUN_EDITIONS; i++)
        if (is_of_interest(running, &editions[i]))
            running->editions[running->edition_count++].before = editions[i];
    return true;
}

static bool read_after(struct running *running, struct error *err)
{
    for (size_t i = 0; i < running->edition_count; i++) {
        struct edition *edition;
        if (!edition_read(running->workspace.store, &running->session->arena,
                          running->editions[i].before.id, &edition, err))
            return false;
        must(edition != NULL);
        running->editions[i].after = *edition;
    }
    return true;
}

static void show_progress(void *self, const struct send_progress *now)
{
    progress_update(self, now->sent + now->failed + now->unknown);
}

static bool dispatch(struct running *running, struct error *err)
{
    struct session *session = running->session;
    struct random random = random_from_system();
    uint64_t total = 0;
    for (size_t i = 0; i < running->edition_count; i++)
        total += (uint64_t)running->editions[i].before.ready;
    struct progress progress =
        progress_begin(session->clock, "sending", total, session->quiet || session->json);
    const struct dispatch_options how = {.workspace = &running->workspace,
                                         .clock = session->clock,
                                         .random = &random,
                                         .log = &session->log,
                                         .patience_ms = running->workspace.config.send.wait_ms,
                                         .progress = show_progress,
                                         .progress_self = &progress,
                                         .stop = stopping_asked(),
                                         .wake = stopping_wake()};
    session->log.aside = progress_aside;
    session->log.progress = &progress;
    bool done = run_dispatch(&how, &running->dispatched, &running->report, err);
    progress_end(&progress);
    session->log.aside = NULL;
    return done;
}

static bool act(struct running *running, struct error *err)
{
    const struct run_options how = {.workspace = &running->workspace,
                                    .now_ms = running->now_ms,
                                    .trust_clock = running->options->trust_clock};
    bool any;
    if (!run_plan(&how, &running->agenda, &running->events, err) ||
        !agenda_rest(&running->agenda, &running->session->arena, &running->workspace,
                     running->now_ms, clock_wall_ms(&clock_system), err) ||
        !edition_any_running(running->workspace.store, &any, err))
        return false;
    if (!any && running->events.count == 0)
        return true;
    return desk_log(running->session, &running->workspace, err) && read_before(running, err) &&
           dispatch(running, err) && read_after(running, err);
}

/* ---- What was done ---- */

static int status_of(const struct running *running)
{
    int status = 0;
    for (size_t i = 0; i < running->events.count; i++)
        status = run_worse(status, (int)running->events.at[i].fault);
    for (size_t i = 0; i < running->edition_count && !running->report.busy; i++)
        status = run_worse(status, run_status(&running->editions[i]));
    return run_worse(status, (int)running->report.send.end.fault);
}

static void say_nothing_was_due(struct running *running)
{
    struct agenda_line *lines;
    size_t count;
    if (running->session->quiet || running->session->json)
        return;
    agenda_calendar(&running->agenda, &running->session->arena, running->now_ms,
                    running->now_ms + MOST_DAYS * DAY_MS, 1, &lines, &count);
    session_sayf("nothing was due");
    if (count > 0)
        session_sayf("; next is %.*s at %s %.*s", TEXT_ARGS(lines[0].entry->campaign.id),
                     lines[0].slot.name, TEXT_ARGS(lines[0].entry->campaign.schedule.timezone));
    session_sayf("\n");
}

static void say_end(const struct running *running)
{
    const struct dispatch_report *report = &running->report;
    char line[ERROR_LINE];
    if (stopping_by_time())
        fprintf(stderr, "the time given by --for is used up; the next run goes on\n");
    else if (report->send.end.fault != FAULT_NONE)
        fprintf(stderr, "broadside: %s\n", error_line(&report->send.end, line));
    if (report->busy && !running->session->quiet)
        fprintf(stderr, "another dispatcher (process %lld on %s) is at work and sends it\n",
                (long long)report->holder.pid, report->holder.host);
}

/* The owner hears of it by mail, too; a notice that does not arrive changes nothing else. */
static void notify(struct running *running)
{
    struct session *session = running->session;
    struct random random = random_from_system();
    const struct notice_options how = {&running->workspace, session->clock, &random, &session->log};
    struct route routes[ROUTES];
    struct notice_facts facts = {.began_ms = running->now_ms,
                                 .events = &running->events,
                                 .editions = running->editions,
                                 .edition_count = running->edition_count,
                                 .routes = routes,
                                 .end = &running->report.send.end};
    struct text subject, text;
    struct error err;
    if (running->report.busy)
        return;
    if (!route_list(running->workspace.store, &session->arena, routes, &facts.route_count, &err))
        log_warning(&session->log, "the notice says nothing of relays: %s", err.message);
    if (!notice_compose(&session->arena, &running->workspace.config.notify, &facts, &subject,
                        &text))
        return;
    if (!notice_send(&how, subject, text, &err))
        log_warning(&session->log, "the notice to the owner was not sent: %s", err.message);
}

static int report(struct running *running)
{
    if (running->events.count == 0 && !running->dispatched) {
        say_nothing_was_due(running);
        return 0;
    }
    said_mark(&running->session->arena, running->workspace.var, &running->events, running->now_ms);
    run_report_events(running->session, &running->events);
    for (size_t i = 0; i < running->edition_count; i++)
        run_report_edition(running->session, &running->editions[i]);
    say_end(running);
    notify(running);
    return status_of(running);
}

static int run_now(struct running *running, struct error *err)
{
    if (!set_budget(running, err))
        return (int)err->fault;
    take_findings(running);
    if (!act(running, err)) {
        struct error first = *err;
        report(running);
        *err = first;
        return (int)err->fault;
    }
    return report(running);
}

/* For cron, files of which nothing can be due yet are not even read; a person is told what is next,
 * and that stands in them. */
static bool read_agenda(struct running *running, struct error *err)
{
    const struct run_words *options = running->options;
    struct arena *arena = &running->session->arena;
    struct almanac almanac;
    bool cron =
        running->session->quiet && !options->calendar && !options->next && !options->trust_clock;
    if (cron)
        almanac_read(&almanac, arena, running->workspace.var);
    return agenda_read(&running->agenda, arena, &running->workspace, cron ? &almanac : NULL,
                       running->now_ms, &running->findings, err);
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    struct running running = {
        .session = session, .options = given, .events = {.arena = &session->arena}};
    bool looks = running.options->calendar || running.options->next;
    (void)words;
    if (running.options->days > 0 && !running.options->calendar)
        return error_set(err, FAULT_USAGE, "--days goes with --calendar"), FAULT_USAGE;
    if (!set_clock(&running, err))
        return (int)err->fault;
    int status = desk_open(session, looks ? WORKSPACE_READER : WORKSPACE_WRITER, true,
                           &running.workspace, err);
    if (status == 0 && !read_agenda(&running, err))
        status = (int)err->fault;
    if (status == 0)
        status = looks ? show_calendar(&running, err) : run_now(&running, err);
    findings_free(&running.findings);
    workspace_close(&running.workspace);
    session->clock = &clock_system;
    session->log.clock = &clock_system;
    return status;
}

const struct command command_run = {
    .name = "run",
    .arguments = "",
    .summary = "sends whatever is due, for cron",
    .details =
        "Reads every active campaign with a schedule, plans the edition of each slot that is due, "
        "and sends\nit; also goes on with what earlier runs and sends left. Each slot is one "
        "edition, however often and\nby how many at once it is run. Of several missed slots only "
        "the newest is sent, and none later than\nits max_late; the others are kept as skipped, "
        "with the reason. With --quiet it says nothing unless\nsomething was done or needs a "
        "person.",
    .rows = rows,
    .options_size = sizeof(struct run_words),
    .least_words = 0,
    .most_words = 0,
    .run = run,
};
