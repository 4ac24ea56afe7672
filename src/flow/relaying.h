/* Relaying: the configured relay as the event loop wants it, with its password fetched. */
#ifndef FLOW_RELAYING_H
#define FLOW_RELAYING_H

#include "campaign/config.h"
#include "flow/send.h"

struct secret;

/*
 * Fills relay, connections and limits of `ret_options` from the preferred relay of the
 * configuration. Texts live in `arena`; the password lives in `ret_secret` (NULL when none is
 * configured), to be closed with secret_close() after the sending. `root` is the workspace.
 */
bool relaying_prepare(struct send_options *ret_options, struct secret **ret_secret,
                      struct arena *arena, const struct config *config, const char *root,
                      struct error *err);

#endif
