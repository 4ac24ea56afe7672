/* Edition report: one edition as `status` and `send` show it. */
#ifndef DESK_EDITION_REPORT_H
#define DESK_EDITION_REPORT_H

#include "desk/session.h"
#include "store/edition.h"
#include "store/occasion.h"

/* What came home about an edition that was sent. */
struct edition_home {
    int64_t returned, complaints;
};

/* One paragraph, or with --json the object of one line that checks rely on. `home` is NULL when
 * that was not asked. */
void edition_report(struct session *session, const struct edition *edition,
                    const struct edition_home *home);

/* A line below it when no dispatcher runs, so that "running" is not taken for more than it is. */
void edition_report_rest(struct session *session, const struct edition *edition);

/* The paragraph of a slot of a schedule that was skipped. */
void occasion_report(struct session *session, const struct occasion *occasion);

#endif
