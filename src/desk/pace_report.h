/* Pace report: which recipient domains are written to more slowly now, and why. */
#ifndef DESK_PACE_REPORT_H
#define DESK_PACE_REPORT_H

#include "desk/session.h"
#include "store/pace.h"

bool pace_report(struct session *session, struct store *store, struct error *err);

#endif
