/* Broadside: sends email campaigns that live as files, and knows who got them. */
#include <locale.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/banned.h"
#include "cli/command.h"
#include "mailbox/mailbox_session.h"

enum { HELP_SIZE = 64 * 1024 };

static int fail(struct session *session, const struct error *err)
{
    char line[ERROR_LINE];
    if (session->json) {
        BUFFER(out, HELP_SIZE);
        struct json_writer writer = {.out = &out};
        json_begin_object(&writer);
        json_put_string(&writer, "error", err->message);
        json_put_string(&writer, "path", err->path[0] != '\0' ? err->path : NULL);
        json_put_number(&writer, "line", err->line);
        json_put_number(&writer, "column", err->column);
        json_put_number(&writer, "status", err->fault);
        json_end_object(&writer);
        fprintf(stderr, "%s\n", buffer_string(&out));
    } else {
        fprintf(stderr, "broadside: %s\n", error_line(err, line));
    }
    return (int)err->fault;
}

/* No core may hold a member's address; of a password see settings/secret.h. */
static void forbid_core_dumps(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
}

static bool count_words(const struct command *command, size_t count, struct error *err)
{
    if (count < command->least_words)
        return error_set(err, FAULT_USAGE, "%s wants %s; `broadside %s --help` says more",
                         command->name, command->arguments, command->name);
    if (count > command->most_words)
        return error_set(
            err, FAULT_USAGE, "%s takes only %s; `broadside %s --help` says more", command->name,
            command->arguments[0] != '\0' ? command->arguments : "options", command->name);
    return true;
}

static int show_help(const struct command *command)
{
    BUFFER(help, HELP_SIZE);
    command_help(command, &help);
    session_say_buffer(&help);
    session_flush();
    return 0;
}

static int run_command(struct session *session, const struct command *command, int argc,
                       char **argv, struct error *err)
{
    void *options = arena_take(&session->arena, command->options_size + 1);
    struct option_group groups[] = {{session_rows, session}, {command->rows, options}};
    size_t words = 0;
    if (!option_parse(argc, argv, groups, 2, &words, err))
        return (int)err->fault;
    if (session->help)
        return show_help(command);
    if (!count_words(command, words, err))
        return (int)err->fault;
    argv[1 + words] = NULL;
    session->log = log_to_stderr(session->clock, session->verbose ? LOG_INFO : LOG_WARNING);
    int status = command->run(session, options, argv + 1, err);
    log_close(&session->log);
    return status;
}

/* Options before the command (git's -C habit) are read here; finds where the command stands. */
static int command_position(int argc, char **argv)
{
    int i = 1;
    while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0') {
        bool with_value = strcmp(argv[i], "-C") == 0 || strcmp(argv[i], "-o") == 0 ||
                          strcmp(argv[i], "--directory") == 0 || strcmp(argv[i], "--option") == 0;
        i += with_value ? 2 : 1;
    }
    return i < argc ? i : argc;
}

static int overview(FILE *stream, int status)
{
    BUFFER(out, HELP_SIZE);
    command_overview(&out);
    fputs(buffer_string(&out), stream);
    return status;
}

static int unknown_command(struct session *session, const char *name, struct error *err)
{
    const char *nearest = command_nearest(name);
    if (nearest != NULL)
        error_set(err, FAULT_USAGE, "unknown command \"%s\"; did you mean \"%s\"?", name, nearest);
    else
        error_set(err, FAULT_USAGE, "unknown command \"%s\"; `broadside --help` lists them", name);
    return fail(session, err);
}

/* `help` and `help COMMAND`, as many programs have them. */
static int help(struct session *session, const char *name, struct error *err)
{
    const struct command *command = name != NULL ? command_find(name) : NULL;
    if (name == NULL)
        return overview(stdout, 0);
    return command != NULL ? show_help(command) : unknown_command(session, name, err);
}

static int start(struct session *session, int argc, char **argv)
{
    struct error err = {0};
    size_t words = 0;
    int position = command_position(argc, argv);
    struct option_group before = {session_rows, session};
    if (!option_parse(position, argv, &before, 1, &words, &err))
        return fail(session, &err);
    if (session->version) {
        session_sayf("broadside %s\n", BROADSIDE_VERSION);
        return 0;
    }
    if (position == argc)
        return overview(session->help ? stdout : stderr, session->help ? 0 : FAULT_USAGE);
    const struct command *command = command_find(argv[position]);
    if (command == NULL && strcmp(argv[position], "help") == 0)
        return help(session, argv[position + 1], &err);
    if (command == NULL)
        return unknown_command(session, argv[position], &err);
    int status = run_command(session, command, argc - position, argv + position, &err);
    return err.fault != FAULT_NONE ? fail(session, &err) : status;
}

int main(int argc, char **argv)
{
    struct session session = {.folder = ".", .clock = &clock_system};
    if (mailbox_session_is_asked(argc, argv))
        mailbox_session_run();
    setlocale(LC_CTYPE, "C.UTF-8");
    forbid_core_dumps();
    signal(SIGPIPE, SIG_IGN);
    int status = start(&session, argc, argv);
    session_flush();
    arena_free(&session.arena);
    return status;
}
