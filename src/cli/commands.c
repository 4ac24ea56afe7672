/* Commands: the table of all there are, in the order --help shows them. */
#include "cli/commands.h"

#include "base/banned.h"

const struct command *const commands[] = {
    &command_init,     &command_check,   &command_import,
    &command_export,   &command_members, &command_render,
    &command_preview,  &command_plan,    &command_send,
    &command_run,      &command_approve, &command_status,
    &command_pause,    &command_resume,  &command_cancel,
    &command_resend,   &command_collect, &command_explain,
    &command_suppress, &command_manual,  NULL,
};

const struct option_row no_rows[] = {ROWS_END};
