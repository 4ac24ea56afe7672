/* Pace report: which recipient domains are written to more slowly now, and why. */
#ifndef CLI_PACE_REPORT_H
#define CLI_PACE_REPORT_H

#include "cli/session.h"
#include "store/pace.h"

bool pace_report(struct session *session, struct store *store, struct error *err);

#endif
