/* render: any template with any data, to stdout, byte for byte. */
#include <string.h>

#include "base/banned.h"
#include "base/file.h"
#include "cli/commands.h"
#include "desk/report.h"
#include "template/template.h"

struct render_options {
    const char *data;
    bool strict;
};

static const struct option_row rows[] = {
    STRING_ROW(struct render_options, data, "data", 'd', "FILE.json",
               "what the template may use; without it, nothing"),
    FLAG_ROW(struct render_options, strict, "strict", 0, "a missing value is an error"),
    ROWS_END,
};

static bool read_data(struct session *session, const char *path, struct value *ret_data,
                      struct error *err)
{
    struct text input;
    *ret_data = (struct value){.type = VALUE_OBJECT};
    if (path == NULL)
        return true;
    return file_read(&session->arena, path, JSON_INPUT, &input, err) &&
           json_parse(&session->arena, input, text_of(path), ret_data, err);
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    const struct render_options *options = given;
    struct template_options how = {.strict = options->strict};
    struct value data;
    FINDINGS(findings);
    BUFFER(out, TEMPLATE_OUTPUT);
    if (!read_data(session, options->data, &data, err))
        return (int)err->fault;
    struct template *template = template_load_file(&session->arena, words[0], &how, &findings);
    if (template == NULL)
        return report_problems(session, &findings);
    const struct value *context = &data;
    if (!template_render(template, &context, 1, &out, err))
        return (int)err->fault;
    session_say_buffer(&out);
    return 0;
}

const struct command command_render = {
    .name = "render",
    .arguments = "FILE",
    .summary = "any template with any data, to stdout",
    .details =
        "The ending decides the escaping: .html by place, .txt none. Partials and layouts are "
        "looked for\nbeside FILE. A missing value is empty, as Mustache says; --strict makes it "
        "an error.",
    .rows = rows,
    .options_size = sizeof(struct render_options),
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
