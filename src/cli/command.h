/*
 * Command: a subcommand is a row. The table gives dispatch and --help.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "desk/option.h"
#include "desk/session.h"

struct command {
    const char *name;
    const char *arguments; /* "CAMPAIGN", "[CAMPAIGN…]" */
    const char *summary;   /* after "broadside NAME" in the list: what it does */
    const char *details;   /* shown by --help, may be NULL */
    const struct option_row *rows;
    size_t options_size; /* of the struct that `rows` fill */
    size_t least_words, most_words;
    /* `options` is the filled struct, `words` what stood beside the options, NULL at the end. The
       result is the exit status; an error that is filled in is printed by main. */
    int (*run)(struct session *session, const void *options, char **words, struct error *err);
};

extern const struct command *const commands[]; /* ends with NULL */

const struct command *command_find(const char *name);
/* The nearest name for a typo, or NULL. */
const char *command_nearest(const char *name);

/* Overview of all commands, the common options and the exit statuses. */
void command_overview(struct buffer *out);
void command_help(const struct command *command, struct buffer *out);

#endif
