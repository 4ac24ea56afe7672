/* export: members out, as CSV that import reads back. */
#include "base/banned.h"
#include "cli/commands.h"
#include "desk/desk.h"
#include "desk/member_report.h"

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

static bool write_member(void *self, const struct member *member, struct error *err)
{
    (void)self;
    return member_report(member, err);
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
                    ? member_search(workspace.store, TEXT(""), 0, 0, write_member, NULL, err)
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
