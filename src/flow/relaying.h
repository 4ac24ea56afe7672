/* Relaying: a configured relay as the event loop wants it, with its password fetched. */
#ifndef FLOW_RELAYING_H
#define FLOW_RELAYING_H

#include "campaign/config.h"
#include "send/send.h"

struct secret;

/*
 * Texts live in `arena`; the password lives in `ret_secret` (NULL when none is configured), to be
 * closed with secret_close() after the sending. `root` is the workspace.
 */
bool relaying_target(struct relay_target *ret_target, struct secret **ret_secret,
                     struct arena *arena, const struct relay_config *relay, const char *root,
                     struct error *err);

/* Connections, depth and limits. */
void relaying_fill(struct send_options *options, const struct relay_config *relay);

#endif
