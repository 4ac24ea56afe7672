/* Run report: what a scheduled run did, in lines that suit cron's mail. */
#include "desk/run_report.h"

#include "base/banned.h"
#include "desk/desk.h"
#include "desk/edition_report.h"
#include "desk/progress.h"

enum { SKIPPED_EACH = 3 };

static const char *const outcome_names[] = {
    [RUN_PLANNED] = "planned", [RUN_HELD] = "held",     [RUN_SKIPPED] = "skipped",
    [RUN_REFUSED] = "refused", [RUN_FAILED] = "failed",
};

static void event_as_json(const struct run_event *event)
{
    BUFFER(out, 8 * 1024);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    json_put_text(&writer, "campaign", event->campaign);
    json_put_text(&writer, "edition", event->slot);
    json_put_string(&writer, "state", outcome_names[event->outcome]);
    json_put_text(&writer, "reason", event->reason);
    json_put_number(&writer, "planned", event->count);
    json_put_number(&writer, "status", event->fault);
    json_end_object(&writer);
    session_say_line(&out);
}

/* What the person is to do about it. */
static void advise(const struct run_event *event)
{
    if (event->outcome == RUN_HELD)
        fprintf(stderr,
                "  Look at it with `broadside preview %.*s`. `broadside plan %.*s` shows its hash; "
                "`broadside approve\n  %.*s HASH` lets it go, `broadside cancel %.*s --edition "
                "%.*s` ends it.\n",
                TEXT_ARGS(event->campaign), TEXT_ARGS(event->campaign), TEXT_ARGS(event->campaign),
                TEXT_ARGS(event->campaign), TEXT_ARGS(event->slot));
    else if (event->outcome == RUN_FAILED)
        fprintf(stderr, "  Nothing of it was sent. `broadside check` shows every mistake; once "
                        "mended, the next run sends it\n  unless max_late has passed.\n");
}

static void event_as_text(const struct run_event *event)
{
    fprintf(stderr, "%.*s%s%.*s: %s: %.*s\n", TEXT_ARGS(event->campaign),
            event->slot.length > 0 ? " " : "", TEXT_ARGS(event->slot),
            outcome_names[event->outcome], TEXT_ARGS(event->reason));
    advise(event);
}

/* How many slots of one campaign follow each other as skipped. */
static size_t skipped_in_a_row(const struct run_events *events, size_t first)
{
    size_t end = first;
    while (end < events->count && events->at[end].outcome == RUN_SKIPPED &&
           text_equal(events->at[end].campaign, events->at[first].campaign))
        end++;
    return end - first;
}

/* After a long outage of a frequent campaign, a line for all of it. */
static size_t many_skipped(const struct run_events *events, size_t first)
{
    size_t count = skipped_in_a_row(events, first);
    const struct run_event *oldest = &events->at[first], *newest = &events->at[first + count - 1];
    if (count <= SKIPPED_EACH)
        return 0;
    fprintf(stderr, "%.*s: %zu slots were skipped, %.*s to %.*s; the last one: %.*s\n",
            TEXT_ARGS(oldest->campaign), count, TEXT_ARGS(oldest->slot), TEXT_ARGS(newest->slot),
            TEXT_ARGS(newest->reason));
    return count;
}

void run_report_events(struct session *session, const struct run_events *events)
{
    for (size_t i = 0; i < events->count; i++) {
        const struct run_event *event = &events->at[i];
        if (event->outcome == RUN_PLANNED)
            continue;
        log_line(&session->log, LOG_INFO, "%.*s %.*s: %s: %.*s", TEXT_ARGS(event->campaign),
                 TEXT_ARGS(event->slot), outcome_names[event->outcome], TEXT_ARGS(event->reason));
        if (session->json)
            event_as_json(event);
    }
    for (size_t i = 0; i < events->count && !session->json;) {
        size_t many = many_skipped(events, i);
        bool heard = events->at[i].repeated && session->quiet;
        if (many == 0 && events->at[i].outcome != RUN_PLANNED && !heard)
            event_as_text(&events->at[i]);
        i += many > 0 ? many : 1;
    }
}

static void edition_as_line(const struct edition *edition)
{
    char number[GROUPED];
    const struct {
        const char *name;
        int64_t count;
    } counts[] = {
        {"failed", edition->failed},
        {"unknown", edition->unknown},
        {"skipped", edition->skipped},
        {"waiting", edition->ready + edition->intent},
    };
    session_sayf("%.*s %.*s: %s, %s", TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->slot),
                 edition_state_name(edition->state), grouped((uint64_t)edition->sent, number));
    session_sayf(" of %s sent", grouped((uint64_t)edition->planned, number));
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        if (counts[i].count > 0)
            session_sayf(", %s %s", grouped((uint64_t)counts[i].count, number), counts[i].name);
    session_sayf("\n");
    if (edition->state == EDITION_PAUSED && !edition_is_held(edition))
        fprintf(stderr,
                "%.*s %.*s is paused: %.*s\n  `broadside status %.*s --failed` says who and why; "
                "`broadside resume %.*s --edition %.*s` goes on.\n",
                TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->slot),
                TEXT_ARGS(edition->pause_reason), TEXT_ARGS(edition->campaign),
                TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->slot));
}

void run_report_edition(struct session *session, const struct run_edition *edition)
{
    if (!run_edition_moved(edition) || edition_is_held(&edition->after))
        return;
    if (session->json)
        edition_report(session, &edition->after, NULL);
    else
        edition_as_line(&edition->after);
}

void run_report_line(struct session *session, const struct agenda_line *line, int64_t members)
{
    const struct campaign *campaign = &line->entry->campaign;
    char iso[CIVIL_ISO], number[GROUPED];
    civil_iso(line->slot.due_ms, iso);
    if (!session->json) {
        session_sayf("%s  %.*s  %.*s  (%s)", line->slot.name,
                     TEXT_ARGS(campaign->schedule.timezone), TEXT_ARGS(campaign->id), iso);
        if (members >= 0)
            session_sayf("  to %s members", grouped((uint64_t)members, number));
        session_sayf("\n");
        return;
    }
    BUFFER(out, 8 * 1024);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    json_put_text(&writer, "campaign", campaign->id);
    json_put_string(&writer, "edition", line->slot.name);
    json_put_text(&writer, "timezone", campaign->schedule.timezone);
    json_put_string(&writer, "due", iso);
    json_put_text(&writer, "title", campaign->title);
    json_key(&writer, "members");
    if (members >= 0)
        json_say_number(&writer, members);
    else
        json_say_null(&writer);
    json_end_object(&writer);
    session_say_line(&out);
}

int run_worse(int a, int b)
{
    static const int order[] = {FAULT_BUG,     FAULT_WRITE,       FAULT_CREATE,     FAULT_CONFIG,
                                FAULT_USAGE,   FAULT_UNREACHABLE, FAULT_FILE,       FAULT_BREAKER,
                                FAULT_REFUSED, FAULT_REMAINS,     FAULT_SOME_FAILED};
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return a != 0 ? a : b;
}

int run_status(const struct run_edition *edition)
{
    const struct edition *after = &edition->after;
    if (after->state == EDITION_PAUSED)
        return edition_is_held(after) ? 0 : FAULT_BREAKER;
    if (after->ready > 0 || after->intent > 0 || after->state == EDITION_RUNNING)
        return FAULT_REMAINS;
    return after->failed > edition->before.failed ? FAULT_SOME_FAILED : 0;
}
