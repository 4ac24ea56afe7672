/* Report: how findings and results are shown to a person, or to a program with --json. */
#ifndef DESK_REPORT_H
#define DESK_REPORT_H

#include "base/finding.h"
#include "desk/session.h"

/*
 * Prints every finding, errors first seen first: `path:line:column: severity: message`, or with
 * --json one object a line, to stdout. Returns the exit status they call for: 0 without errors,
 * else the fault of the first.
 */
int report_findings(struct session *session, struct findings *findings);

/* The same on stderr and only errors and warnings, for commands whose result is something else. */
int report_problems(struct session *session, struct findings *findings);

#endif
