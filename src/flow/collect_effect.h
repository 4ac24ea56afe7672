/* Collect, effect: what a mail whose delivery is known changes, and who pays. */
#ifndef FLOW_COLLECT_EFFECT_H
#define FLOW_COLLECT_EFFECT_H

#include "flow/collect.h"
#include "flow/collect_whose.h"

/* What the mail says, before anything is changed: fills all of `bounce` that does not depend on its
 * number. Texts live in `arena`. */
void collect_judge(const struct workspace *workspace, struct arena *arena,
                   const struct report *report, const struct collect_whose *whose,
                   struct bounce *bounce);

/* Inside the transaction, after the mail has its number. */
bool collect_apply(const struct workspace *workspace, const struct collect_whose *whose,
                   const struct bounce *bounce, int64_t now_ms, struct collect_counts *counts,
                   struct error *err);
/* Inside the transaction: an edition that came home too often is paused. */
bool collect_watch(const struct workspace *workspace, const struct collect_whose *whose,
                   const struct bounce *bounce, struct collect_counts *counts, struct error *err);

/* The source of suppressions that a mail brought: "bounce 17". */
enum { COLLECT_SOURCE = 32 };
struct text collect_source(int64_t bounce_id, char source[COLLECT_SOURCE]);

/* What to mend when our own fault came home; empty for other classes. */
struct text collect_advice(struct text class);

#endif
