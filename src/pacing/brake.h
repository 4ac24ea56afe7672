/*
 * Brake: what a dispatcher learns from the answers it gets. Domains that ask for less are written
 * to more slowly, and editions that do harm are paused.
 */
#ifndef PACING_BRAKE_H
#define PACING_BRAKE_H

#include "pacing/limits.h"
#include "send/send.h"

struct brake;

/* `root` is the workspace, for config/throttling.yaml; a mistake in it is FAULT_CONFIG. With the
 * dispatcher's lock. */
bool brake_open(const struct limits_options *options, const char *root, struct brake **ret_brake,
                struct error *err);
/* NULL is fine. Saves what was learned. */
void brake_close(struct brake *brake);

const struct gate *brake_gate(const struct brake *brake);

/* Results that are committed. */
bool brake_learn(struct brake *brake, const struct send_result *results, size_t count,
                 struct error *err);

#endif
