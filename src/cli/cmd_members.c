/* members: who is there, what they agreed to, and what they were sent. */
#include "base/banned.h"
#include "cli/commands.h"
#include "desk/desk.h"
#include "desk/member_report.h"

struct members_options {
    uint64_t limit;
    bool yes;
};

static const struct option_row rows[] = {
    NUMBER_ROW(struct members_options, limit, "limit", 'n', "N", "show at most N"),
    FLAG_ROW(struct members_options, yes, "yes", 'y', "erase: do not ask"),
    ROWS_END,
};

static void name_of(const struct member *member, struct buffer *out)
{
    const struct text parts[] = {member->first_name, member->last_name, member->organization};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].length == 0)
            continue;
        buffer_add_string(out, out->length == 0 ? "" : i == 2 ? ", " : " ");
        buffer_add(out, parts[i]);
    }
}

struct finding_members {
    const struct session *session;
    size_t count;
};

static bool show_line(void *self, const struct member *member, struct error *err)
{
    struct finding_members *finding = self;
    BUFFER(name, 64 * 1024);
    finding->count++;
    if (finding->session->json)
        return member_report(member, err);
    name_of(member, &name);
    session_sayf("%-28.*s %-32.*s %-12s %-3.*s %s\n", TEXT_ARGS(member->key),
                 TEXT_ARGS(member->email), member_kind_name(member->kind),
                 TEXT_ARGS(member->language), buffer_string(&name));
    return true;
}

static void show_fields(const struct member *member)
{
    const struct {
        const char *name;
        struct text text;
    } fields[] = {
        {"key", member->key},
        {"email", member->email},
        {"kind", text_of(member_kind_name(member->kind))},
        {"first name", member->first_name},
        {"last name", member->last_name},
        {"organization", member->organization},
        {"role", member->role},
        {"language", member->language},
        {"time zone", member->timezone},
        {"tags", member->tags},
    };
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (fields[i].text.length > 0)
            session_sayf("%-14s %.*s\n", fields[i].name, TEXT_ARGS(fields[i].text));
}

/* What the group's own columns say of them. */
static bool show_attributes(struct session *session, const struct member *member, struct error *err)
{
    struct value attributes;
    if (!json_parse(&session->arena, member->attributes, TEXT("attributes"), &attributes, err))
        return false;
    for (size_t i = 0; attributes.type == VALUE_OBJECT && i < attributes.count; i++)
        session_sayf("%-14.*s %.*s\n", TEXT_ARGS(attributes.members[i].key),
                     TEXT_ARGS(attributes.members[i].value.text));
    return true;
}

static void show_history(const struct member_history *history)
{
    char when[DESK_TIME];
    if (history->suppressed)
        session_sayf("%-14s %.*s\n", "suppressed", TEXT_ARGS(history->suppression));
    for (size_t i = 0; i < history->subscription_count; i++)
        session_sayf("%-14s %.*s since %s (%.*s)\n",
                     consent_name(history->subscriptions[i].consent),
                     TEXT_ARGS(history->subscriptions[i].topic),
                     desk_time(history->subscriptions[i].since_ms, when),
                     TEXT_ARGS(history->subscriptions[i].source));
    for (size_t i = 0; i < history->event_count; i++)
        session_sayf("%s  %s %.*s (%.*s)\n", desk_time(history->events[i].at_ms, when),
                     consent_name(history->events[i].consent), TEXT_ARGS(history->events[i].topic),
                     TEXT_ARGS(history->events[i].source));
    for (size_t i = 0; i < history->delivery_count; i++)
        session_sayf(
            "%s  %.*s %.*s %.*s %.*s %.*s\n", desk_time(history->deliveries[i].settled_ms, when),
            TEXT_ARGS(history->deliveries[i].campaign), TEXT_ARGS(history->deliveries[i].slot),
            TEXT_ARGS(history->deliveries[i].state), TEXT_ARGS(history->deliveries[i].reason),
            TEXT_ARGS(history->deliveries[i].reply));
}

static void say_subscriptions(struct json_writer *writer, const struct member_history *history)
{
    json_key(writer, "subscriptions");
    json_begin_array(writer);
    for (size_t i = 0; i < history->subscription_count; i++) {
        json_begin_object(writer);
        json_put_text(writer, "topic", history->subscriptions[i].topic);
        json_put_string(writer, "consent", consent_name(history->subscriptions[i].consent));
        json_put_time(writer, "since", history->subscriptions[i].since_ms);
        json_put_text(writer, "source", history->subscriptions[i].source);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void say_deliveries(struct json_writer *writer, const struct member_history *history)
{
    json_key(writer, "deliveries");
    json_begin_array(writer);
    for (size_t i = 0; i < history->delivery_count; i++) {
        json_begin_object(writer);
        json_put_text(writer, "campaign", history->deliveries[i].campaign);
        json_put_text(writer, "edition", history->deliveries[i].slot);
        json_put_text(writer, "state", history->deliveries[i].state);
        json_put_text(writer, "reason", history->deliveries[i].reason);
        json_put_time(writer, "settled", history->deliveries[i].settled_ms);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void show_as_json(const struct member *member, const struct member_history *history)
{
    BUFFER(out, 4 * 1024 * 1024);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    json_put_text(&writer, "key", member->key);
    json_put_text(&writer, "email", member->email);
    json_put_bool(&writer, "suppressed", history->suppressed);
    say_subscriptions(&writer, history);
    say_deliveries(&writer, history);
    json_end_object(&writer);
    session_say_line(&out);
}

static bool show(struct session *session, const struct workspace *workspace,
                 const struct members_options *options, const char *key, struct error *err)
{
    struct member *member = NULL;
    struct member_history history;
    (void)options;
    if (!desk_member(session, workspace, key, &member, err) ||
        !member_history(workspace->store, &session->arena, member->id,
                        clock_wall_ms(session->clock), &history, err))
        return false;
    if (session->json) {
        show_as_json(member, &history);
        return true;
    }
    show_fields(member);
    if (!show_attributes(session, member, err))
        return false;
    show_history(&history);
    return true;
}

static bool find(struct session *session, const struct workspace *workspace,
                 const struct members_options *options, const char *word, struct error *err)
{
    struct finding_members finding = {.session = session};
    if (!member_search(workspace->store, text_of(word), 0, (int64_t)options->limit, show_line,
                       &finding, err))
        return false;
    if (finding.count == 0 && word[0] != '\0' && !session->json && !session->quiet)
        fprintf(stderr, "nobody has \"%s\" in a name, an address, a key or the tags\n", word);
    return true;
}

static bool erase(struct session *session, const struct workspace *workspace,
                  const struct members_options *options, const char *key, struct error *err)
{
    struct member *member = NULL;
    if (!desk_member(session, workspace, key, &member, err))
        return false;
    struct text question = arena_printf(
        &session->arena, "Erase %.*s, %.*s, and all that is known of them? It cannot be undone.",
        TEXT_ARGS(member->key), TEXT_ARGS(member->email));
    if (!options->yes && !session_confirm(question.at))
        return error_set(err, FAULT_REFUSED,
                         "not confirmed, nobody was erased; --yes erases without asking");
    if (!member_erase(workspace->store, member->id, clock_wall_ms(session->clock), err))
        return false;
    session_sayf("%.*s is erased; nothing will be sent to that address, whoever imports it again\n",
                 TEXT_ARGS(member->key));
    return true;
}

/* What may be asked about members, or done to them. */
static const struct verb {
    const char *name;
    enum workspace_need need;
    bool (*act)(struct session *session, const struct workspace *workspace,
                const struct members_options *options, const char *word, struct error *err);
} verbs[] = {
    {"find", WORKSPACE_READER, find},
    {"show", WORKSPACE_READER, show},
    {"erase", WORKSPACE_WRITER, erase},
};

/* `members` alone finds everybody. */
static const struct verb *verb_of(char **words, const char **ret_word)
{
    *ret_word = words[0] != NULL ? words[1] : "";
    if (words[0] == NULL)
        return &verbs[0];
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(words[0], verbs[i].name) == 0)
            return &verbs[i];
    return NULL;
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    WORKSPACE(workspace);
    const char *word;
    const struct verb *verb = verb_of(words, &word);
    if (verb == NULL || word == NULL)
        return error_set(err, FAULT_USAGE,
                         "members: it is `members`, `members find TEXT`, `members show KEY` or "
                         "`members erase KEY`"),
               FAULT_USAGE;
    int status = desk_open(session, verb->need, false, &workspace, err);
    if (status != 0)
        return status;
    if (workspace.store == NULL) {
        if (!session->json)
            session_sayf("there are no members yet; `broadside import FILE.csv` brings them in\n");
        return 0;
    }
    return verb->act(session, &workspace, given, word, err) ? 0 : (int)err->fault;
}

const struct command command_members = {
    .name = "members",
    .arguments = "[find TEXT|show KEY|erase KEY]",
    .summary = "who is there, with consent history and what they were sent",
    .details =
        "`erase` removes a member and all that names them. What was sent stays counted, and the "
        "keyed\n"
        "hash of the address stays suppressed, so that no later import writes to them again.",
    .rows = rows,
    .options_size = sizeof(struct members_options),
    .least_words = 0,
    .most_words = 2,
    .run = run,
};
