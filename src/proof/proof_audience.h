/* Proof of an audience: what is doubtful about whom a campaign selects. */
#ifndef PROOF_PROOF_AUDIENCE_H
#define PROOF_PROOF_AUDIENCE_H

#include "base/finding.h"
#include "flow/plan.h"

/* Of a plan that was made, beside the members it was made of. False when the store failed. */
bool proof_audience(const struct plan *plan, struct arena *arena, struct store *store,
                    struct findings *findings, struct error *err);

#endif
