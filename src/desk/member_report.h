/* Member report: one member as --json shows them, wherever members are listed. */
#ifndef DESK_MEMBER_REPORT_H
#define DESK_MEMBER_REPORT_H

#include "desk/session.h"
#include "store/member.h"

/* Everything the group knows of the member, as one object on a line. */
bool member_report(const struct member *member, struct error *err);

#endif
