/* Edition report: one edition as `status` and `send` show it. */
#include "desk/edition_report.h"

#include "base/banned.h"
#include "desk/desk.h"
#include "desk/progress.h"
#include "pacing/breaker.h"

enum { LINE = 100 };

/* Messages a second from the first attempt to the last move. */
static double rate_of(const struct edition *edition)
{
    int64_t end_ms = edition->finished_ms != 0 ? edition->finished_ms : edition->moved_ms;
    int64_t elapsed_ms = end_ms - edition->started_ms;
    if (edition->started_ms == 0 || edition->sent == 0)
        return 0;
    return (double)edition->sent * 1000.0 / (double)(elapsed_ms > 0 ? elapsed_ms : 1);
}

static void as_json(const struct edition *edition, const struct edition_home *home)
{
    BUFFER(out, 8 * 1024);
    struct json_writer writer = {.out = &out};
    const struct {
        const char *name;
        int64_t count;
    } counts[] = {
        {"planned", edition->planned}, {"ready", edition->ready},
        {"intent", edition->intent},   {"sent", edition->sent},
        {"failed", edition->failed},   {"deferred", edition->deferred},
        {"unknown", edition->unknown}, {"skipped", edition->skipped},
    };
    json_begin_object(&writer);
    json_put_text(&writer, "campaign", edition->campaign);
    json_put_text(&writer, "edition", edition->slot);
    json_put_string(&writer, "state", edition_state_name(edition->state));
    json_put_text(&writer, "reason", edition->pause_reason);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        json_put_number(&writer, counts[i].name, counts[i].count);
    }
    if (home != NULL) {
        json_put_number(&writer, "returned", home->returned);
        json_put_number(&writer, "complaints", home->complaints);
    }
    json_put_text(&writer, "content", edition->content_hash);
    json_put_text(&writer, "commit", edition->commit);
    json_put_bool(&writer, "dirty", edition->commit_dirty);
    json_put_time(&writer, "started", edition->started_ms);
    json_put_time(&writer, "finished", edition->finished_ms);
    json_key(&writer, "rate");
    json_say_real(&writer, rate_of(edition));
    json_end_object(&writer);
    session_say_line(&out);
}

/* What it was made of, so that anybody can look at it again. */
static void say_content(const struct edition *edition)
{
    session_sayf("  content %.12s", edition->content_hash.at);
    if (edition->commit.length > 0)
        session_sayf(", commit %.12s%s", edition->commit.at,
                     edition->commit_dirty ? " and changes that were not committed" : "");
    session_sayf("\n");
}

/* What to look at before going on, in lines of a readable length. */
static void say_advice(const struct edition *edition)
{
    struct text rest = text_of(breaker_advice(edition->pause_reason)), word;
    size_t column = LINE;
    bool first = true;
    while (rest.length > 0) {
        if (!text_take_until(&rest, ' ', &word))
            word = rest, rest = text_after(rest, rest.length);
        if (column + word.length + 1 > LINE) {
            session_sayf("%s ", first ? " " : "\n ");
            first = false;
            column = 2;
        }
        session_sayf("%s%.*s", column > 2 ? " " : "", TEXT_ARGS(word));
        column += word.length + (column > 2);
    }
    if (breaker_advice(edition->pause_reason)[0] != '\0')
        session_sayf("\n");
}

/* A relay took them, and what it could not deliver it sent back. */
static void say_home(const struct edition_home *home)
{
    char number[GROUPED];
    if (home->returned > 0)
        session_sayf(
            "  of those sent, %s came back; `broadside suppress list` says to whom nothing "
            "more is sent\n",
            grouped((uint64_t)home->returned, number));
    if (home->complaints > 0)
        session_sayf("  complaints: %s\n", grouped((uint64_t)home->complaints, number));
}

/* Where to read of those that did not just arrive. */
static void say_lists(const struct edition *edition)
{
    const struct {
        int64_t count;
        const char *option, *says;
    } lists[] = {
        {edition->failed, "failed", "says who and why"},
        {edition->unknown, "unknown", "says whose end nobody knows"},
        {edition->deferred, "deferred", "says who was put off, why and until when"},
    };
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (lists[i].count > 0)
            session_sayf("  `broadside status %.*s --%s` %s\n", TEXT_ARGS(edition->campaign),
                         lists[i].option, lists[i].says);
}

static void as_text(const struct edition *edition, const struct edition_home *home)
{
    char when[DESK_TIME], number[GROUPED];
    const struct {
        const char *name;
        int64_t count;
    } counts[] = {
        {"sent", edition->sent},         {"failed", edition->failed},
        {"unknown", edition->unknown},   {"skipped", edition->skipped},
        {"deferred", edition->deferred}, {"waiting", edition->ready - edition->deferred},
        {"on its way", edition->intent},
    };
    session_sayf("%.*s %.*s: %s", TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->slot),
                 edition_state_name(edition->state));
    if (edition->pause_reason.length > 0)
        session_sayf(" (%.*s)", TEXT_ARGS(edition->pause_reason));
    session_sayf("\n  %s planned on %s UTC:", grouped((uint64_t)edition->planned, number),
                 desk_time(edition->planned_ms, when));
    const char *separator = " ";
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        if (counts[i].count == 0 && i > 0)
            continue;
        session_sayf("%s%s %s", separator, grouped((uint64_t)counts[i].count, number),
                     counts[i].name);
        separator = ", ";
    }
    session_sayf("\n");
    if (home != NULL)
        say_home(home);
    say_content(edition);
    say_lists(edition);
    if (edition_is_held(edition))
        session_sayf("  `broadside plan %.*s` shows its content, `broadside approve %.*s HASH` "
                     "lets it go\n",
                     TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->campaign));
    if (edition->state == EDITION_PAUSED && !edition_is_held(edition)) {
        say_advice(edition);
        session_sayf("  `broadside resume %.*s --edition %.*s` goes on\n",
                     TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->slot));
    }
}

void edition_report(struct session *session, const struct edition *edition,
                    const struct edition_home *home)
{
    if (session->json)
        as_json(edition, home);
    else
        as_text(edition, home);
}

void edition_report_rest(struct session *session, const struct edition *edition)
{
    if (!session->json && edition->state == EDITION_RUNNING)
        session_sayf(
            "  nobody sends it at this moment; the next `broadside run` goes on, or `broadside "
            "send %.*s`\n",
            TEXT_ARGS(edition->campaign));
}

void occasion_report(struct session *session, const struct occasion *occasion)
{
    if (!session->json) {
        session_sayf("%.*s %.*s: skipped (%.*s)\n", TEXT_ARGS(occasion->campaign),
                     TEXT_ARGS(occasion->slot), TEXT_ARGS(occasion->reason));
        return;
    }
    BUFFER(out, 8 * 1024);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    json_put_text(&writer, "campaign", occasion->campaign);
    json_put_text(&writer, "edition", occasion->slot);
    json_put_string(&writer, "state", "skipped");
    json_put_text(&writer, "reason", occasion->reason);
    json_put_number(&writer, "planned", 0);
    json_put_number(&writer, "sent", 0);
    json_put_time(&writer, "due", occasion->due_ms);
    json_end_object(&writer);
    session_say_line(&out);
}
