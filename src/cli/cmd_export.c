/* export: members out, as CSV that import reads back. */
#include "base/banned.h"
#include "cli/commands.h"
#include "cli/desk.h"
#include "store/member.h"

struct export_options {
    bool raw;
};

static const struct option_row rows[] = {
    FLAG_ROW(struct export_options, raw, "raw", 0,
             "leave fields alone that a spreadsheet would take for a formula"),
    ROWS_END,
};

static bool write_chunk(void *self, struct text chunk, struct error *err)
{
    (void)self, (void)err;
    session_say(chunk);
    return true;
}

/* --json: one object a line. */
static bool write_member(void *self, const struct member *member, struct error *err)
{
    struct session *session = self;
    struct value attributes;
    ARENA(scratch);
    BUFFER(out, 1024 * 1024);
    struct json_writer writer = {.out = &out};
    (void)session;
    if (!json_parse(&scratch, member->attributes, member->key, &attributes, err))
        return false;
    const struct {
        const char *name;
        struct text text;
    } fields[] = {
        {"key", member->key},
        {"email", member->email},
        {"first_name", member->first_name},
        {"last_name", member->last_name},
        {"kind", text_of(member_kind_name(member->kind))},
        {"organization", member->organization},
        {"role", member->role},
        {"language", member->language},
        {"timezone", member->timezone},
        {"tags", member->tags},
    };
    json_begin_object(&writer);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        json_key(&writer, fields[i].name);
        json_say_text(&writer, fields[i].text);
    }
    json_key(&writer, "attributes");
    json_say_tree(&writer, &attributes);
    json_end_object(&writer);
    buffer_add_byte(&out, '\n');
    session_say_buffer(&out);
    return true;
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    const struct export_options *options = given;
    WORKSPACE(workspace);
    (void)words;
    int status = desk_open(session, WORKSPACE_READER, false, &workspace, err);
    if (status != 0 || workspace.store == NULL)
        return status;
    bool done = session->json
                    ? member_search(workspace.store, TEXT(""), 0, 0, write_member, session, err)
                    : member_export(workspace.store, options->raw, write_chunk, session, err);
    return done ? 0 : (int)err->fault;
}

const struct command command_export = {
    .name = "export",
    .arguments = "",
    .summary = "members out, as CSV, formula-safe",
    .details =
        "The CSV can be imported again. A field that begins with = + - @ gets an apostrophe in "
        "front, so\nthat no spreadsheet runs it; --raw leaves it alone.",
    .rows = rows,
    .options_size = sizeof(struct export_options),
    .least_words = 0,
    .most_words = 0,
    .run = run,
};
