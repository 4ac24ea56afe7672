/* Run report: what a scheduled run did, in lines that suit cron's mail: a line for what was done, a
 * paragraph on stderr for what needs a person, nothing for nothing. */
#ifndef DESK_RUN_REPORT_H
#define DESK_RUN_REPORT_H

#include "desk/session.h"
#include "flow/run.h"

/* Events that are no editions: skipped, held, refused, failed. */
void run_report_events(struct session *session, const struct run_events *events);

/* One line, or with --json the object that status prints. Those that did not move are left out. */
void run_report_edition(struct session *session, const struct run_edition *edition);

/* "campaign", "slot", when, to how many: one line of a calendar. `members` -1: not known. */
void run_report_line(struct session *session, const struct agenda_line *line, int64_t members);

/* The worst of two exit statuses: what a person must look at comes before what time heals. */
int run_worse(int a, int b);

/* How an edition ended for this run. */
int run_status(const struct run_edition *edition);

#endif
