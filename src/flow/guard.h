/*
 * Guard: when an edition waits for a person instead of going out.
 *
 * Two guards, one gate: `approval: {over: N}` asks for the approval of just this content, and an
 * audience ten times that of the edition before is taken for a mistake until somebody says
 * otherwise. A guarded edition is planned, frozen and held; `approve` lets it go.
 */
#ifndef FLOW_GUARD_H
#define FLOW_GUARD_H

#include "flow/plan.h"

enum { GUARD_JUMP = 10 }; /* times the audience of the last edition */

/* Sets what holds the edition back when it is written (plan->hold). With `jumps` the second guard
 * stands, too: where nobody was asked how many. Texts live in `arena`. */
bool guard_set(struct plan *plan, struct arena *arena, const struct workspace *workspace,
               struct text slot, bool jumps, struct error *err);

#endif
