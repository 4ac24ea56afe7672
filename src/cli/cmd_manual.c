/* manual: every key of the configuration and of a campaign, out of the tables that check them. */
#include "base/banned.h"
#include "campaign/reference.h"
#include "cli/commands.h"

struct manual_options {
    bool example;
};

static const struct option_row rows[] = {
    FLAG_ROW(struct manual_options, example, "example", 0,
             "config/broadside.yaml with every key explained"),
    ROWS_END,
};

enum { MANUAL_SIZE = 1024 * 1024 };

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    const struct manual_options *options = given;
    BUFFER(out, MANUAL_SIZE);
    (void)session, (void)words, (void)err;
    if (options->example)
        manual_render_example(&out, &reference_files[REFERENCE_CONFIG]);
    else
        reference_render(&out);
    session_say_buffer(&out);
    return 0;
}

const struct command command_manual = {
    .name = "manual",
    .arguments = "",
    .summary = "every key of the configuration and of a campaign",
    .rows = rows,
    .options_size = sizeof(struct manual_options),
    .least_words = 0,
    .most_words = 0,
    .run = run,
};
