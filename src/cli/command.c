/* Command: the table of subcommands, and what --help makes of it. */
#include "cli/command.h"

#include "base/banned.h"
#include "base/nearest.h"

static const struct {
    int status;
    const char *meaning;
} statuses[] = {
    {0, "done"},
    {FAULT_USAGE, "usage: the command line is wrong"},
    {FAULT_FILE, "a file you wrote is wrong: campaign, template, CSV"},
    {FAULT_UNREACHABLE, "relay or mailbox unreachable"},
    {FAULT_BUG, "our bug"},
    {FAULT_CREATE, "cannot create a file"},
    {FAULT_WRITE, "cannot write: disk full or read-only"},
    {FAULT_REMAINS, "work remains (deferred, limit, signal): run again"},
    {FAULT_REFUSED, "refused: not confirmed, or the audience moved"},
    {FAULT_CONFIG, "configuration: relay, password, TLS"},
    {FAULT_SOME_FAILED, "finished, but some failed for good"},
    {FAULT_BREAKER, "paused: by the breaker, or by hand; `broadside status` says why"},
};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

const char *command_nearest(const char *name)
{
    struct nearest nearest = nearest_to(text_of(name));
    for (size_t i = 0; commands[i] != NULL; i++)
        nearest_offer(&nearest, text_of(commands[i]->name));
    return nearest.name.at;
}

enum { USE = 64 };

/* "send CAMPAIGN" */
static const char *use_of(const struct command *command, char use[USE])
{
    snprintf(use, USE, "%s %s", command->name, command->arguments);
    return use;
}

static void list_commands(struct buffer *out)
{
    char use[USE];
    int column = 0;
    for (size_t i = 0; commands[i] != NULL; i++) {
        int width = option_help_width(use_of(commands[i], use));
        column = width > column ? width : column;
    }
    for (size_t i = 0; commands[i] != NULL; i++)
        option_help_line(use_of(commands[i], use), column, commands[i]->summary, out);
}

void command_overview(struct buffer *out)
{
    buffer_add_string(out, "Usage: broadside [-C DIR] [-o KEY=VALUE] COMMAND …\n\n"
                           "Sends email campaigns that live as files, and knows who got them.\n\n"
                           "Commands:\n");
    list_commands(out);
    buffer_add_string(out, "\nOptions of every command:\n");
    option_help(session_rows, out);
    buffer_add_string(out, "\nExit status:\n");
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        buffer_printf(out, "  %2d  %s\n", statuses[i].status, statuses[i].meaning);
    buffer_add_string(out, "\n`broadside COMMAND --help` says more about one.\n");
}

void command_help(const struct command *command, struct buffer *out)
{
    buffer_printf(out, "Usage: broadside %s [OPTION]…%s%s\n\n%s\n", command->name,
                  command->arguments[0] != '\0' ? " " : "", command->arguments, command->summary);
    if (command->details != NULL)
        buffer_printf(out, "\n%s\n", command->details);
    if (command->rows[0].name != NULL) {
        buffer_add_string(out, "\nOptions:\n");
        option_help(command->rows, out);
    }
    buffer_add_string(out, "\nOptions of every command:\n");
    option_help(session_rows, out);
}
