/* status: what became of every edition, and the proof that the sum is right. */
#include "base/banned.h"
#include "cli/commands.h"
#include "desk/delivery_report.h"
#include "desk/desk.h"
#include "desk/edition_report.h"
#include "desk/pace_report.h"
#include "desk/relay_report.h"
#include "store/bounce.h"
#include "store/ledger.h"
#include "store/lock.h"
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
    FLAG_ROW(struct status_options, csv, "csv", 0,
             "the deliveries as CSV, all of them or those asked for"),
    STRING_ROW(struct status_options, edition, "edition", 'e', "NAME", "only this edition"),
    ROWS_END,
};

/* One question, and what was found so far. */
struct asking {
    struct session *session;
    const struct status_options *options;
    struct store *store;
    struct text campaign; /* empty: all */
    bool alive;           /* a dispatcher runs */
    bool broken;          /* a sum does not hold */
    size_t editions, lines;
};

static bool asks_for_state(const struct status_options *options)
{
    return options->failed || options->unknown || options->deferred;
}

struct listing {
    struct asking *asking;
    const struct edition *edition;
};

static bool show_line(void *self, const struct delivery_line *line, struct error *err)
{
    const struct listing *listing = self;
    struct asking *asking = listing->asking;
    (void)err;
    /* READY rows that were never tried are no news. */
    if (asks_for_state(asking->options) && line->state == DELIVERY_READY && line->attempts == 0 &&
        line->reply_code == 0)
        return true;
    asking->lines++;
    if (asking->options->csv && !asking->session->json)
        delivery_report_csv(listing->edition, line);
    else
        delivery_report(asking->session, listing->edition, line);
    return true;
}

static bool list_deliveries(struct asking *asking, const struct edition *edition, struct error *err)
{
    const struct status_options *options = asking->options;
    bool all = !asks_for_state(options);
    const bool wanted[] = {
        [DELIVERY_READY] = all || options->deferred,
        [DELIVERY_INTENT] = all,
        [DELIVERY_SENT] = all,
        [DELIVERY_FAILED] = all || options->failed,
        [DELIVERY_UNKNOWN] = all || options->unknown,
        [DELIVERY_SKIPPED] = all,
    };
    struct listing listing = {asking, edition};
    for (enum delivery_state state = DELIVERY_READY; state <= DELIVERY_SKIPPED; state++)
        if (wanted[state] &&
            !ledger_list(asking->store, edition->id, state, show_line, &listing, err))
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

static bool audit_edition(struct asking *asking, const struct edition *edition, struct error *err)
{
    struct audit audit;
    if (!ledger_audit(asking->store, edition->id, &audit, err))
        return false;
    say_audit(asking->session, edition, &audit);
    asking->broken |= !audit.holds;
    return true;
}

static bool is_detail(const struct status_options *options)
{
    return options->audit || options->csv || asks_for_state(options);
}

static bool is_asked_for(const struct asking *asking, struct text slot)
{
    const char *edition = asking->options->edition;
    return edition == NULL || text_equal(slot, text_of(edition));
}

/* Slots of a schedule that were not sent, and why. */
static bool show_skipped(struct asking *asking, struct error *err)
{
    struct occasion *occasions;
    size_t count;
    if (!occasion_skipped(asking->store, &asking->session->arena, asking->campaign, SKIPPED_SHOWN,
                          &occasions, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_asked_for(asking, occasions[i].slot)) {
            asking->editions++;
            occasion_report(asking->session, &occasions[i]);
        }
    return true;
}

static bool show_edition(struct asking *asking, const struct edition *edition, struct error *err)
{
    if (asking->options->audit)
        return audit_edition(asking, edition, err);
    if (is_detail(asking->options))
        return list_deliveries(asking, edition, err);
    struct bounce_tally tally;
    struct edition_home home;
    if (!bounce_tally_of(asking->store, edition->id, &tally, err) ||
        !bounce_returned(asking->store, edition->id, &home.returned, err))
        return false;
    home.complaints = tally.complaints;
    edition_report(asking->session, edition, &home);
    if (!asking->alive)
        edition_report_rest(asking->session, edition);
    return true;
}

static bool show_editions(struct asking *asking, struct error *err)
{
    struct edition *editions;
    size_t count;
    if (!edition_list(asking->store, &asking->session->arena, asking->campaign, &editions, &count,
                      err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!is_asked_for(asking, editions[i].slot))
            continue;
        asking->editions++;
        if (!show_edition(asking, &editions[i], err))
            return false;
    }
    return true;
}

/* What else there is to know of the whole workspace; a program that asks about one campaign wants
 * its editions. */
static bool show_surroundings(struct asking *asking, struct error *err)
{
    struct session *session = asking->session;
    bool one = session->json && asking->campaign.length > 0;
    return show_skipped(asking, err) && (one || relay_report(session, asking->store, err)) &&
           pace_report(session, asking->store, err);
}

/* Nothing to show is an answer, too; it goes where it spoils no table. */
static bool say_nothing_found(const struct asking *asking, struct error *err)
{
    const struct status_options *options = asking->options;
    if (asking->editions == 0 && options->edition != NULL)
        return error_set(err, FAULT_USAGE, "%.*s%s no edition %s; `broadside status` lists them",
                         TEXT_ARGS(asking->campaign),
                         asking->campaign.length > 0 ? " has" : "there is", options->edition);
    if (asking->session->json || asking->session->quiet)
        return true;
    if (asking->editions == 0)
        fprintf(options->csv ? stderr : stdout, "nothing was ever planned%s\n",
                asking->campaign.length > 0 ? " of that campaign" : "");
    else if (asking->lines == 0 && asks_for_state(options))
        fprintf(stderr, "there is no such delivery\n");
    return true;
}

static bool answer(struct asking *asking, struct error *err)
{
    struct lock_holder holder;
    if (asking->options->csv && !asking->session->json)
        delivery_report_csv_head();
    if (asking->store == NULL)
        return say_nothing_found(asking, err);
    return lock_find(asking->store, &holder, &asking->alive, err) && show_editions(asking, err) &&
           (is_detail(asking->options) || show_surroundings(asking, err)) &&
           say_nothing_found(asking, err);
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    WORKSPACE(workspace);
    struct asking asking = {.session = session, .options = given};
    if (asking.options->audit && (asking.options->csv || asks_for_state(asking.options)))
        return error_set(err, FAULT_USAGE, "ask for --audit or for deliveries, not for both"),
               FAULT_USAGE;
    int status = desk_open(session, WORKSPACE_READER, false, &workspace, err);
    if (status != 0)
        return status;
    if (words[0] != NULL && !desk_campaign_id(session, &workspace, words[0], &asking.campaign, err))
        return (int)err->fault;
    asking.store = workspace.store;
    if (!answer(&asking, err))
        return (int)err->fault;
    if (asking.broken)
        error_set(err, FAULT_BUG, "the ledger does not add up; keep var/ as it is and report this");
    return asking.broken ? FAULT_BUG : 0;
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
