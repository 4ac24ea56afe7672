/* Session: one run of the program as the person started it. */
#include "desk/session.h"

#include <errno.h>
#include <unistd.h>

#include "base/banned.h"

const struct option_row session_rows[] = {
    STRING_ROW(struct session, folder, "directory", 'C', "DIR",
               "work on the workspace DIR instead of the current folder"),
    LIST_ROW(struct session, overrides, "option", 'o', "KEY=VALUE",
             "override one configuration key for this run; VALUE is YAML"),
    FLAG_ROW(struct session, json, "json", 0, "print results as JSON"),
    FLAG_ROW(struct session, quiet, "quiet", 'q', "no progress bar, only warnings and errors"),
    FLAG_ROW(struct session, verbose, "verbose", 'v', "say more on stderr"),
    FLAG_ROW(struct session, help, "help", 'h', "show this help"),
    FLAG_ROW(struct session, version, "version", 0, "print the version"),
    ROWS_END,
};

/* stdout is the result: a result that could not be written must not look like success. */
static void check_stdout(bool written)
{
    if (written)
        return;
    if (errno != EPIPE)
        fprintf(stderr, "broadside: cannot write the result: %s\n", strerror(errno));
    _exit(errno == EPIPE ? 0 : FAULT_WRITE);
}

void session_say(struct text text)
{
    check_stdout(text.length == 0 || fwrite(text.at, 1, text.length, stdout) == text.length);
}

void session_sayf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int written = vfprintf(stdout, format, args);
    va_end(args);
    check_stdout(written >= 0);
}

void session_say_buffer(const struct buffer *buffer)
{
    session_say(buffer_text(buffer));
}

void session_say_line(const struct buffer *buffer)
{
    session_say_buffer(buffer);
    session_say(TEXT("\n"));
}

void session_flush(void)
{
    check_stdout(fflush(stdout) == 0);
}

bool session_colours(void)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    bool refused = no_color != NULL && no_color[0] != '\0';
    bool dumb = term == NULL || strcmp(term, "dumb") == 0;
    return !refused && !dumb && isatty(STDERR_FILENO);
}

bool session_confirm(const char *question)
{
    char answer[16];
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return false;
    fprintf(stderr, "%s [y/N] ", question);
    if (fgets(answer, sizeof(answer), stdin) == NULL)
        return false;
    struct text said = text_trim(text_of(answer));
    return text_equal_nocase(said, TEXT("y")) || text_equal_nocase(said, TEXT("yes"));
}
