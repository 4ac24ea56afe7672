/* Preview, the state: what is wrong, who can be looked at. */
#include "base/file.h"
#include "lint/lint.h"
#include "web/preview_page.h"

#include "base/banned.h"

static void say(struct json_writer *writer, const char *key, struct text text)
{
    json_key(writer, key);
    json_say_text(writer, text);
}

static void say_number(struct json_writer *writer, const char *key, long long number)
{
    json_key(writer, key);
    json_say_number(writer, number);
}

/* ---- places ---- */

static struct text line_of(struct answering *answering, struct place place)
{
    struct text content, line = {0};
    struct error err;
    if (place.path.length == 0 || place.line == 0 ||
        !file_read_inside(&answering->arena, answering->preview->show.root, place.path,
                          TEMPLATE_FILE, &content, &err))
        return line;
    for (unsigned i = 0; i < place.line; i++)
        if (!text_take_line(&content, &line))
            return (struct text){0};
    return text_slice(line, 0, PREVIEW_LINE);
}

void preview_say_place(struct answering *answering, struct json_writer *writer, struct place place)
{
    say(writer, "path", place.path);
    say_number(writer, "line", place.line);
    say_number(writer, "column", place.column);
    say(writer, "source", line_of(answering, place));
}

/* ---- findings ---- */

static void say_finding(struct answering *answering, struct json_writer *writer,
                        const struct finding *finding)
{
    static const char *const severities[] = {"note", "warning", "error"};
    const struct lint_rule *rule = lint_rule_find(finding->rule);
    json_begin_object(writer);
    say(writer, "severity", text_of(severities[finding->severity]));
    say(writer, "rule", finding->rule);
    say(writer, "message", finding->message);
    say(writer, "reason", text_of(rule != NULL ? rule->reason : NULL));
    say(writer, "remedy", text_of(rule != NULL ? rule->remedy : NULL));
    preview_say_place(answering, writer, finding->place);
    json_end_object(writer);
}

static void say_findings(struct answering *answering, struct json_writer *writer)
{
    const struct findings *findings = answering->preview->show.findings;
    json_key(writer, "findings");
    json_begin_array(writer);
    for (int severity = SEVERITY_ERROR; severity >= SEVERITY_NOTE; severity--)
        for (const struct finding *at = findings->first; at != NULL; at = at->next)
            if ((int)at->severity == severity)
                say_finding(answering, writer, at);
    json_end_array(writer);
}

/* ---- readers ---- */

static void say_reader(struct json_writer *writer, const struct recipient *reader, struct text id,
                       struct text name, const char *group)
{
    json_begin_object(writer);
    say(writer, "id", id);
    say(writer, "name", name);
    say(writer, "email", reader->email);
    say(writer, "language", reader->language);
    say(writer, "organization", reader->organization);
    say(writer, "group", text_of(group));
    json_end_object(writer);
}

static struct text name_of(struct arena *arena, const struct recipient *reader)
{
    bool first = reader->first_name.length > 0, last = reader->last_name.length > 0;
    if (first || last)
        return arena_printf(arena, "%.*s%s%.*s", TEXT_ARGS(reader->first_name),
                            first && last ? " " : "", TEXT_ARGS(reader->last_name));
    return reader->organization.length > 0 ? reader->organization : reader->email;
}

static void say_personas(struct answering *answering, struct json_writer *writer)
{
    const struct preview_show *show = &answering->preview->show;
    json_key(writer, "personas");
    json_begin_array(writer);
    for (size_t i = 0; i < show->persona_count; i++)
        say_reader(writer, &show->personas[i].reader,
                   arena_printf(&answering->arena, "p:%.*s", TEXT_ARGS(show->personas[i].name)),
                   show->personas[i].name, "persona");
    json_end_array(writer);
}

void preview_say_people(struct answering *answering)
{
    struct preview *preview = answering->preview;
    struct recipient people[PREVIEW_PEOPLE];
    size_t count = 0;
    struct error err;
    struct json_writer writer = {.out = &answering->out};
    if (!preview->people.search(preview->people.self, &answering->arena,
                                http_query(answering->request, "q"), people, PREVIEW_PEOPLE, &count,
                                &err))
        count = 0;
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++)
        say_reader(&writer, &people[i],
                   arena_printf(&answering->arena, "m:%.*s", TEXT_ARGS(people[i].key)),
                   name_of(&answering->arena, &people[i]), "member");
    json_end_array(&writer);
}

/* ---- all of it ---- */

static void say_campaign(const struct preview_show *show, struct json_writer *writer)
{
    const struct campaign *campaign = compose_campaign_of(show->composed);
    json_key(writer, "campaign");
    json_begin_object(writer);
    say(writer, "id", campaign->id);
    say(writer, "title", campaign->title);
    say(writer, "kind", campaign->kind == KIND_ALERT ? TEXT("alert") : TEXT("newsletter"));
    json_end_object(writer);
}

void preview_say_state(struct answering *answering)
{
    const struct preview_show *show = &answering->preview->show;
    struct json_writer writer = {.out = &answering->out};
    json_begin_object(&writer);
    say_number(&writer, "version", (long long)show->version);
    say(&writer, "path", show->path);
    json_key(&writer, "broken");
    json_say_bool(&writer, show->broken);
    json_key(&writer, "composed");
    json_say_bool(&writer, show->composed != NULL);
    say_number(&writer, "selected", show->selected);
    say_number(&writer, "members", show->members);
    if (show->composed != NULL)
        say_campaign(show, &writer);
    if (answering->preview->first.length > 0)
        say(&writer, "first",
            arena_printf(&answering->arena, "m:%.*s", TEXT_ARGS(answering->preview->first)));
    say_findings(answering, &writer);
    say_personas(answering, &writer);
    json_end_object(&writer);
}
