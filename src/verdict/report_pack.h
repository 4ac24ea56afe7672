/*
 * Report pack: a report as bytes, from the process that reads strangers' mails to the one that
 * acts.
 *
 * What comes from over there is a stranger's again: every length is checked, and no text reaches
 * beyond the bytes. Carried is what is acted on. Of the facts, and of how the verdict was weighed,
 * nothing is.
 */
#ifndef VERDICT_REPORT_PACK_H
#define VERDICT_REPORT_PACK_H

#include "verdict/report.h"

/* No report is longer. */
enum { REPORT_PACKED = 2 * 1024 * 1024 };

/* Writes to `at`; how many bytes, 0 when `room` is too small. */
size_t report_pack(const struct report *report, char *at, size_t room);

/* Texts point into `packed`. False when it is not what report_pack() writes. */
bool report_unpack(struct arena *arena, struct text packed, struct report *ret_report);

#endif
