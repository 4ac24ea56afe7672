/* Relay report: which of several relays the mail goes through, and why not the ones before it. */
#ifndef DESK_RELAY_REPORT_H
#define DESK_RELAY_REPORT_H

#include "desk/session.h"
#include "store/route.h"

/* Of the last sending; nothing when only one was configured. */
bool relay_report(struct session *session, struct store *store, struct error *err);

#endif
