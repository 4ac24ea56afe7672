/*
 * Explains mails: `explain_corpus ROOT < PATHS` reads paths below ROOT, one a line, and prints the
 * `explain --json` line of each: how labelled collections are scored.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "verdict/report.h"

static bool explain(const char *root, struct text path, struct buffer *out)
{
    ARENA(arena);
    struct error err;
    struct report report;
    struct text mail;
    struct text full = arena_printf(&arena, "%s/%.*s", root, TEXT_ARGS(path));
    if (!file_read(&arena, arena_string(&arena, full), REPORT_MAIL, &mail, &err)) {
        fprintf(stderr, "%s\n", err.message);
        return false;
    }
    report_read(&arena, mail, &report);
    struct json_writer writer = {.out = out};
    report_explain_json(&writer, path, &report);
    buffer_add_byte(out, '\n');
    return true;
}

int main(int count, char **arguments)
{
    ARENA(arena);
    BUFFER(out, JSON_INPUT);
    struct error err;
    struct text paths, path;
    if (count < 2 || !file_read_all(&arena, 0, TEXT("stdin"), JSON_INPUT, &paths, &err))
        return EXIT_FAILURE;
    while (text_take_line(&paths, &path))
        if (!explain(arguments[1], path, &out))
            return EXIT_FAILURE;
    fwrite(out.at, 1, out.length, stdout);
    return EXIT_SUCCESS;
}
