/* status: what became of every edition, and the proof that the sum is right. */
#include "base/banned.h"
#include "cli/commands.h"
#include "cli/desk.h"
#include "cli/edition_report.h"
#include "cli/pace_report.h"
#include "cli/progress.h"
#include "cli/relay_report.h"
#include "store/ledger.h"
#include "store/occasion.h"

enum { SKIPPED_SHOWN = 20 };

struct status_options {
    bool audit, failed, unknown, deferred, csv;
    const char *edition;
};

static const struct option_row rows[] = {
    FLAG_ROW(struct status_options, audit, "audit", 0,
             "recount every row and prove that the sum is right"),
    FLAG_ROW(struct status_options, failed, "failed", 0,
             "each delivery that failed, with the reply"),
    FLAG_ROW(struct status_options, unknown, "unknown", 0, "each delivery whose end nobody knows"),
    FLAG_ROW(struct status_options, deferred, "deferred", 0, "each delivery that waits"),
    FLAG_ROW(struct status_options, csv, "csv", 0, "deliveries as CSV"),
    STRING_ROW(struct status_options, edition, "edition", 'e', "NAME", "only this edition"),
    ROWS_END,
};

struct listing {
    struct session *session;
    const struct edition *edition;
    bool csv;
};

static void line_as_json(const struct listing *listing, const struct delivery_line *line)
{
    BUFFER(out, 16 * 1024);
    struct json_writer writer = {.out = &out};
    const struct {
        const char *name;
        struct text text;
    } fields[] = {
        {"campaign", listing->edition->campaign},
        {"edition", listing->edition->slot},
        {"key", line->key},
        {"email", line->email},
        {"state", text_of(delivery_state_name(line->state))},
        {"reason", line->reason},
        {"enhanced", line->enhanced},
        {"reply", line->reply},
    };
    json_begin_object(&writer);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        json_put_text(&writer, fields[i].name, fields[i].text);
    }
    json_put_number(&writer, "reply_code", line->reply_code);
    json_put_number(&writer, "attempts", line->attempts);
    json_put_time(&writer, "next", line->next_ms);
    json_put_time(&writer, "settled", line->settled_ms);
    json_end_object(&writer);
    session_say_line(&out);
}

/* RFC 4180; a reply is a stranger's words, so a formula in it must not run either. */
static void csv_field(struct text text, bool last)
{
    bool formula = text.length > 0 && strchr("=+-@", text.at[0]) != NULL;
    session_sayf("\"%s", formula ? "'" : "");
    for (size_t i = 0; i < text.length; i++)
        session_sayf("%s%c", text.at[i] == '"' ? "\"" : "", text.at[i]);
    session_sayf(last ? "\"\r\n" : "\",");
}

static void line_as_csv(const struct listing *listing, const struct delivery_line *line)
{
    char code[16];
    snprintf(code, sizeof(code), "%u", line->reply_code);
    const struct text fields[] = {
        listing->edition->campaign,
        listing->edition->slot,
        line->key,
        line->email,
        text_of(delivery_state_name(line->state)),
        line->reason,
        text_of(code),
        line->enhanced,
        line->reply,
    };
    size_t count = sizeof(fields) / sizeof(fields[0]);
    for (size_t i = 0; i < count; i++)
        csv_field(fields[i], i + 1 == count);
}

static bool show_line(void *self, const struct delivery_line *line, struct error *err)
{
    const struct listing *listing = self;
    char next[DESK_TIME];
    (void)err;
    /* READY rows that were never tried are no news. */
    if (line->state == DELIVERY_READY && line->attempts == 0 && line->reply_code == 0)
        return true;
    if (listing->session->json)
        line_as_json(listing, line);
    else if (listing->csv)
        line_as_csv(listing, line);
    else
        session_sayf("%-32.*s %-8s %-16.*s %u %.*s %.*s%s%s\n", TEXT_ARGS(line->email),
                     delivery_state_name(line->state), TEXT_ARGS(line->reason), line->reply_code,
                     TEXT_ARGS(line->enhanced), TEXT_ARGS(line->reply),
                     line->state == DELIVERY_READY ? "  next " : "",
                     line->state == DELIVERY_READY ? desk_time(line->next_ms, next) : "");
    return true;
}

static bool list_deliveries(struct session *session, struct store *store,
                            const struct status_options *options, const struct edition *edition,
                            struct error *err)
{
    const struct {
        bool wanted;
        enum delivery_state state;
    } lists[] = {{options->failed, DELIVERY_FAILED},
                 {options->unknown, DELIVERY_UNKNOWN},
                 {options->deferred, DELIVERY_READY}};
    struct listing listing = {session, edition, options->csv};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (lists[i].wanted &&
            !ledger_list(store, edition->id, lists[i].state, show_line, &listing, err))
            return false;
    return true;
}

static void say_audit(struct session *session, const struct edition *edition,
                      const struct audit *audit)
{
    if (session->json) {
        session_sayf("{\"campaign\":\"%.*s\",\"edition\":\"%.*s\",\"planned\":%lld,\"rows\":%lld,"
                     "\"holds\":%s}\n",
                     TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->slot),
                     (long long)audit->planned, (long long)audit->rows,
                     audit->holds ? "true" : "false");
        return;
    }
    session_sayf("%.*s %.*s: ", TEXT_ARGS(edition->campaign), TEXT_ARGS(edition->slot));
    for (enum delivery_state state = DELIVERY_READY; state <= DELIVERY_SKIPPED; state++)
        session_sayf("%s%lld %s", state == DELIVERY_READY ? "" : " + ",
                     (long long)audit->counted[state], delivery_state_name(state));
    session_sayf(" = %lld of %lld planned: %s\n", (long long)audit->rows, (long long)audit->planned,
                 audit->holds ? "the sum holds" : "THE SUM DOES NOT HOLD");
}

static bool audit_edition(struct session *session, struct store *store,
                          const struct edition *edition, bool *holds, struct error *err)
{
    struct audit audit;
    if (!ledger_audit(store, edition->id, &audit, err))
        return false;
    say_audit(session, edition, &audit);
    *holds = *holds && audit.holds;
    return true;
}

static bool is_detail(const struct status_options *options)
{
    return options->audit || options->failed || options->unknown || options->deferred ||
           options->csv;
}

/* Slots of a schedule that were not sent, and why. */
static bool show_skipped(struct session *session, struct store *store,
                         const struct status_options *options, struct text campaign,
                         struct error *err)
{
    struct occasion *occasions;
    size_t count;
    if (!occasion_skipped(store, &session->arena, campaign, SKIPPED_SHOWN, &occasions, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (options->edition == NULL || text_equal(occasions[i].slot, text_of(options->edition)))
            occasion_report(session, &occasions[i]);
    return true;
}

static bool show_edition(struct session *session, struct store *store,
                         const struct status_options *options, const struct edition *edition,
                         bool *holds, struct error *err)
{
    if (options->audit)
        return audit_edition(session, store, edition, holds, err);
    if (options->failed || options->unknown || options->deferred)
        return list_deliveries(session, store, options, edition, err);
    edition_report(session, edition);
    return true;
}

static bool show_all(struct session *session, struct store *store,
                     const struct status_options *options, struct text campaign, bool *holds,
                     struct error *err)
{
    struct edition *editions;
    size_t count;
    if (options->csv && !session->json)
        session_sayf("campaign,edition,key,email,state,reason,reply_code,enhanced,reply\r\n");
    if (!edition_list(store, &session->arena, campaign, &editions, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool wanted =
            options->edition == NULL || text_equal(editions[i].slot, text_of(options->edition));
        if (wanted && !show_edition(session, store, options, &editions[i], holds, err))
            return false;
    }
    if (count == 0 && !session->json)
        session_sayf("nothing was ever planned%s\n",
                     campaign.length > 0 ? " of that campaign" : "");
    if (is_detail(options))
        return true;
    /* A program that asks about one campaign wants its editions. */
    bool one = session->json && campaign.length > 0;
    return show_skipped(session, store, options, campaign, err) &&
           (one || relay_report(session, store, err)) && pace_report(session, store, err);
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    const struct status_options *options = given;
    WORKSPACE(workspace);
    bool holds = true;
    int status = desk_open(session, WORKSPACE_READER, false, &workspace, err);
    if (status != 0)
        return status;
    struct text campaign = {0};
    if (words[0] != NULL && !desk_campaign_id(session, &workspace, words[0], &campaign, err))
        return (int)err->fault;
    if (workspace.store == NULL) {
        if (!session->json)
            session_sayf("nothing was ever planned\n");
        return 0;
    }
    if (!show_all(session, workspace.store, options, campaign, &holds, err))
        return (int)err->fault;
    if (!holds)
        error_set(err, FAULT_BUG, "the ledger does not add up; keep var/ as it is and report this");
    return holds ? 0 : FAULT_BUG;
}

const struct command command_status = {
    .name = "status",
    .arguments = "[CAMPAIGN]",
    .summary = "counts and rates, what is held and why",
    .rows = rows,
    .options_size = sizeof(struct status_options),
    .least_words = 0,
    .most_words = 1,
    .run = run,
};
