/* Commands: one row, one file, one story each. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/command.h"

extern const struct command command_init, command_check, command_import, command_export,
    command_members, command_render, command_preview, command_plan, command_send, command_status,
    command_run, command_approve, command_pause, command_resume, command_cancel, command_resend,
    command_collect, command_explain, command_suppress, command_manual;

/* For a command without options of its own. */
extern const struct option_row no_rows[];

#endif
