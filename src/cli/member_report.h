/* Member report: one member as --json shows them, wherever members are listed. */
#ifndef CLI_MEMBER_REPORT_H
#define CLI_MEMBER_REPORT_H

#include "cli/session.h"
#include "store/member.h"

/* Everything the group knows of the member, as one object on a line. */
bool member_report(const struct member *member, struct error *err);

#endif
