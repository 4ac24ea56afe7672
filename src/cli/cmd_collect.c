/* collect: fetches what came home and lets it have its effect. */
#include <unistd.h>

#include "base/banned.h"
#include "cli/commands.h"
#include "desk/desk.h"
#include "desk/stopping.h"
#include "flow/collect.h"

enum { ADVICE_KINDS = 8, LINE = 64 * 1024 };

struct collect_command {
    bool rejudge;
    uint64_t limit;
};

static const struct option_row rows[] = {
    NUMBER_ROW(struct collect_command, limit, "limit", 0, "N", "take at most N mails"),
    FLAG_ROW(struct collect_command, rejudge, "rejudge", 0,
             "judge what was kept again, by the tables of this version"),
    ROWS_END,
};

/* What to mend is said once, however often it came home. */
struct telling {
    struct session *session;
    struct text advice[ADVICE_KINDS];
    uint64_t times[ADVICE_KINDS];
    size_t count;
};

static void note_advice(struct telling *telling, struct text advice)
{
    size_t i = 0;
    while (i < telling->count && !text_equal(telling->advice[i], advice))
        i++;
    if (i == ADVICE_KINDS)
        return;
    if (i == telling->count)
        telling->advice[telling->count++] = advice;
    telling->times[i]++;
}

static void tell_json(const struct collect_event *event)
{
    BUFFER(out, LINE);
    struct json_writer writer = {.out = &out};
    const struct bounce *bounce = &event->bounce;
    json_begin_object(&writer);
    json_put_text(&writer, "mail", event->uid);
    json_put_text(&writer, "kind", bounce->kind);
    json_put_string(&writer, "effect", bounce_effect_name(bounce->effect));
    json_put_string(&writer, "proof", bounce_proof_name(bounce->proof));
    json_put_text(&writer, "address", bounce->address);
    json_put_text(&writer, "campaign", event->campaign);
    json_put_text(&writer, "edition", event->slot);
    json_put_text(&writer, "class", bounce->class);
    json_put_text(&writer, "action", bounce->action);
    json_put_text(&writer, "status", bounce->status);
    json_put_number(&writer, "reply_code", bounce->reply_code);
    json_put_text(&writer, "rule", bounce->rule);
    json_put_text(&writer, "words", bounce->diagnostic);
    json_end_object(&writer);
    session_say_line(&out);
}

static void tell_text(const struct session *session, const struct collect_event *event)
{
    const struct bounce *bounce = &event->bounce;
    struct text address = bounce->address.length > 0 ? bounce->address : TEXT("-");
    bool wants_eyes = bounce->effect == EFFECT_UNPROVEN || bounce->effect == EFFECT_FOR_PEOPLE ||
                      bounce->effect == EFFECT_POISON;
    if (session->quiet && !wants_eyes)
        return;
    session_sayf("%-12s %-36.*s %.*s%s%.*s%s%.*s\n", bounce_effect_name(bounce->effect),
                 TEXT_ARGS(address), TEXT_ARGS(bounce->kind), bounce->class.length > 0 ? ", " : "",
                 TEXT_ARGS(bounce->class), event->uid.length > 0 && wants_eyes ? "  " : "",
                 TEXT_ARGS(wants_eyes ? event->uid : (struct text){0}));
}

static void tell(void *self, const struct collect_event *event)
{
    struct telling *telling = self;
    if (event->advice.length > 0)
        note_advice(telling, event->advice);
    if (telling->session->json)
        tell_json(event);
    else
        tell_text(telling->session, event);
}

static void say_count(const char *what, uint64_t count)
{
    if (count > 0)
        fprintf(stderr, ", %llu %s", (unsigned long long)count, what);
}

/* For the person and for cron's mail; nothing is said when nothing came. */
static void sum_up(const struct telling *telling, const struct collect_counts *counts, bool anew)
{
    static const struct {
        enum bounce_effect effect;
        const char *what;
    } rows_of[] = {
        {EFFECT_SUPPRESSED, "suppressed"},      {EFFECT_COUNTED, "counted as soft"},
        {EFFECT_UNSUBSCRIBED, "unsubscribed"},  {EFFECT_OURS, "our own fault"},
        {EFFECT_NONE, "without effect"},        {EFFECT_UNPROVEN, "unproven and left alone"},
        {EFFECT_FOR_PEOPLE, "for you to read"}, {EFFECT_POISON, "unreadable and set aside"},
    };
    if (counts->taken == 0 || telling->session->quiet)
        return;
    fprintf(stderr, "%llu %s", (unsigned long long)counts->taken,
            anew ? "mails judged again" : "mails taken");
    if (anew)
        say_count("come out otherwise", counts->changed);
    for (size_t i = 0; i < sizeof(rows_of) / sizeof(rows_of[0]); i++)
        say_count(rows_of[i].what, counts->by_effect[rows_of[i].effect]);
    say_count("suppressed after many soft ones", counts->suppressed_softly);
    say_count("unknown deliveries resolved", counts->resolved);
    fprintf(stderr, "\n");
}

static void advise(const struct telling *telling, const struct collect_counts *counts)
{
    for (size_t i = 0; i < telling->count; i++)
        log_warning(&telling->session->log, "%llu mails came home for one reason: %.*s",
                    (unsigned long long)telling->times[i], TEXT_ARGS(telling->advice[i]));
    if (counts->paused > 0)
        log_warning(&telling->session->log,
                    "%llu editions were paused; `broadside status` says why, `resume` lets them go "
                    "on",
                    (unsigned long long)counts->paused);
}

static bool collect(const struct collect_command *command, const char *word,
                    const struct collect_options *options, struct collect_counts *counts,
                    struct error *err)
{
    if (command->rejudge)
        return collect_rejudge(options, counts, err);
    if (word != NULL)
        return collect_one(options, STDIN_FILENO, counts, err);
    return collect_mailbox(options, counts, err);
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    const struct collect_command *command = given;
    struct telling telling = {.session = session};
    struct collect_counts counts;
    WORKSPACE(workspace);
    if (words[0] != NULL && (strcmp(words[0], "-") != 0 || command->rejudge)) {
        error_set(err, FAULT_USAGE, "collect takes only -, for one mail on standard input");
        return (int)err->fault;
    }
    int status = desk_open(session, WORKSPACE_WRITER, true, &workspace, err);
    if (status != 0)
        return status;
    if (!desk_log(session, &workspace, err))
        return (int)err->fault;
    stopping_listen();
    struct collect_options options = {.workspace = &workspace,
                                      .clock = session->clock,
                                      .log = &session->log,
                                      .limit = command->limit,
                                      .stop = stopping_asked(),
                                      .visit = tell,
                                      .self = &telling};
    bool good = collect(command, words[0], &options, &counts, err);
    sum_up(&telling, &counts, command->rejudge);
    advise(&telling, &counts);
    if (!good)
        return (int)err->fault;
    return counts.paused > 0 ? FAULT_BREAKER : counts.remains ? FAULT_REMAINS : 0;
}

const struct command command_collect = {
    .name = "collect",
    .arguments = "[-]",
    .summary = "fetches and applies bounces, complaints, unsubscribe mails",
    .details =
        "Reads bounces.mailbox, or with - one mail from standard input, as a mail server pipes it. "
        "Each mail\ncounts once, however often it is met. Dead addresses are suppressed, readers "
        "who complain or leave\nget nothing more; what is our own fault costs no reader. Only a "
        "mail that brings back our signature\nchanges anything; the others are shown and left in "
        "the mailbox. A Maildir or mbox keeps all;\nfrom a server what was taken is deleted, "
        "unless bounces.keep is set. A signal ends it behind the\nmails it has begun with.",
    .rows = rows,
    .options_size = sizeof(struct collect_command),
    .least_words = 0,
    .most_words = 1,
    .run = run,
};
