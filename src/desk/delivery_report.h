/* Delivery report: one message to one member as `status` lists it. */
#ifndef DESK_DELIVERY_REPORT_H
#define DESK_DELIVERY_REPORT_H

#include "desk/session.h"
#include "store/edition.h"
#include "store/ledger.h"

/* A line for people, or with --json an object. */
void delivery_report(struct session *session, const struct edition *edition,
                     const struct delivery_line *line);

/* RFC 4180, for spreadsheets: the header, and a row. */
void delivery_report_csv_head(void);
void delivery_report_csv(const struct edition *edition, const struct delivery_line *line);

#endif
