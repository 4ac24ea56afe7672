/* suppress: the addresses nothing is ever sent to. */
#include "base/banned.h"
#include "cli/commands.h"
#include "desk/desk.h"
#include "store/suppression.h"

struct suppress_options {
    const char *reason;
};

static const struct option_row rows[] = {
    STRING_ROW(struct suppress_options, reason, "reason", 'r', "TEXT",
               "add: why, for whoever reads the list later"),
    ROWS_END,
};

enum { REASON_MOST = 200 };

static bool check_reason(struct text reason, struct error *err)
{
    if (reason.length > REASON_MOST)
        return error_set(err, FAULT_USAGE, "--reason is longer than %d bytes", REASON_MOST);
    if (!text_is_utf8(reason) || text_has_control(reason, NULL))
        return error_set(err, FAULT_USAGE, "--reason must be one line of UTF-8");
    return true;
}

/* `added` is NULL in a list. */
static void show_json(const struct suppression *suppression, const bool *added)
{
    BUFFER(out, 8192);
    struct json_writer writer = {.out = &out};
    const struct {
        const char *name;
        struct text text;
    } fields[] = {{"address", suppression->address},
                  {"class", suppression->class},
                  {"reason", suppression->reason},
                  {"source", suppression->source}};
    json_begin_object(&writer);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        json_put_text(&writer, fields[i].name, fields[i].text);
    }
    json_put_time(&writer, "since", suppression->since_ms);
    json_put_time(&writer, "until", suppression->until_ms);
    if (added != NULL)
        json_put_bool(&writer, "added", *added);
    json_end_object(&writer);
    session_say_line(&out);
}

static void show_removed(struct text address, bool removed)
{
    BUFFER(out, 1024);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    json_put_text(&writer, "address", address);
    json_put_bool(&writer, "removed", removed);
    json_end_object(&writer);
    session_say_line(&out);
}

static bool add(struct session *session, struct workspace *workspace, struct text address,
                const char *reason, struct error *err)
{
    struct suppression suppression = {.address = address,
                                      .class = TEXT("operator"),
                                      .reason = text_of(reason != NULL ? reason : "by hand"),
                                      .source = TEXT("operator"),
                                      .since_ms = clock_wall_ms(session->clock)};
    struct suppression *holds = NULL;
    bool added = false;
    if (!check_reason(suppression.reason, err) ||
        !suppression_add(workspace->store, &workspace->key, &suppression, &added, err) ||
        !suppression_find(workspace->store, &session->arena, &workspace->key, address,
                          suppression.since_ms, &holds, err))
        return false;
    if (session->json && holds != NULL)
        show_json(holds, &added);
    else
        session_sayf("%.*s %s\n", TEXT_ARGS(address),
                     added ? "is suppressed: nothing will be sent there" : "was suppressed before");
    return true;
}

static bool take_off(const struct session *session, struct workspace *workspace,
                     struct text address, struct error *err)
{
    bool removed = false;
    if (!suppression_remove(workspace->store, &workspace->key, address, &removed, err))
        return false;
    if (session->json)
        show_removed(address, removed);
    else
        session_sayf("%.*s %s\n", TEXT_ARGS(address),
                     removed ? "is no longer suppressed" : "was not suppressed");
    return true;
}

static bool show(void *self, const struct suppression *suppression, struct error *err)
{
    struct session *session = self;
    char since[DESK_TIME], until[DESK_TIME];
    (void)err;
    if (session->json) {
        show_json(suppression, NULL);
        return true;
    }
    struct text address =
        suppression->address.length > 0 ? suppression->address : TEXT("(an erased member)");
    session_sayf("%-36.*s %-16.*s since %s%s%s  %.*s (%.*s)\n", TEXT_ARGS(address),
                 TEXT_ARGS(suppression->class), desk_time(suppression->since_ms, since),
                 suppression->until_ms != 0 ? " until " : "",
                 suppression->until_ms != 0 ? desk_time(suppression->until_ms, until) : "",
                 TEXT_ARGS(suppression->reason), TEXT_ARGS(suppression->source));
    return true;
}

static bool list_one(struct session *session, const struct workspace *workspace, const char *word,
                     struct error *err)
{
    struct suppression *found = NULL;
    struct text address;
    if (!desk_address(session, word, &address, err) ||
        (workspace->store != NULL &&
         !suppression_find(workspace->store, &session->arena, &workspace->key, address,
                           clock_wall_ms(session->clock), &found, err)))
        return false;
    if (found == NULL && !session->json)
        session_sayf("%.*s is not suppressed\n", TEXT_ARGS(address));
    return found == NULL || show(session, found, err);
}

static int list(struct session *session, const char *word, struct error *err)
{
    WORKSPACE(workspace);
    int status = desk_open(session, WORKSPACE_READER, false, &workspace, err);
    if (status != 0 || (workspace.store == NULL && word == NULL))
        return status;
    bool done = word != NULL ? list_one(session, &workspace, word, err)
                             : suppression_list(workspace.store, clock_wall_ms(session->clock),
                                                show, session, err);
    return done ? 0 : (int)err->fault;
}

static int change(struct session *session, const char *verb, const char *word, const char *reason,
                  struct error *err)
{
    WORKSPACE(workspace);
    struct text address;
    bool adding = strcmp(verb, "add") == 0;
    if (!adding && strcmp(verb, "remove") != 0)
        error_set(err, FAULT_USAGE, "suppress %s: it is add, remove or list", verb);
    else if (word == NULL)
        error_set(err, FAULT_USAGE, "suppress %s wants an ADDRESS", verb);
    else if (desk_address(session, word, &address, err)) {
        int status = desk_open(session, WORKSPACE_WRITER, false, &workspace, err);
        if (status != 0)
            return status;
        bool done = adding ? add(session, &workspace, address, reason, err)
                           : take_off(session, &workspace, address, err);
        return done ? 0 : (int)err->fault;
    }
    return (int)err->fault;
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    const struct suppress_options *options = given;
    if (strcmp(words[0], "list") == 0)
        return list(session, words[1], err);
    return change(session, words[0], words[1], options->reason, err);
}

const struct command command_suppress = {
    .name = "suppress",
    .arguments = "add|remove|list [ADDRESS]",
    .summary = "the addresses nothing is ever sent to",
    .details =
        "A suppression outlives the member and every import. It is kept by a keyed hash of the "
        "address.\nBounces and complaints add to it; only `suppress remove` takes off. `suppress "
        "list ADDRESS`\nsays whether that one is.",
    .rows = rows,
    .options_size = sizeof(struct suppress_options),
    .least_words = 1,
    .most_words = 2,
    .run = run,
};
