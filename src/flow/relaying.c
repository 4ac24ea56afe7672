/* Relaying: a configured relay as the event loop wants it, with its password fetched. */
#include "flow/relaying.h"

#include "base/banned.h"
#include "settings/secret.h"

static const enum relay_security security_of[] = {
    [TLS_STARTTLS] = RELAY_STARTTLS,
    [TLS_IMPLICIT] = RELAY_IMPLICIT,
    [TLS_NONE] = RELAY_CLEAR,
};

static const char *string_or_null(struct arena *arena, struct text text)
{
    return text.length > 0 ? arena_string(arena, text) : NULL;
}

bool relaying_target(struct relay_target *ret_target, struct secret **ret_secret,
                     struct arena *arena, const struct relay_config *relay, const char *root,
                     struct error *err)
{
    must(relay->tls != TLS_BY_SCHEME);
    *ret_secret = NULL;
    if (secret_is_named(&relay->password)) {
        *ret_secret = secret_open(&relay->password, root, err);
        if (*ret_secret == NULL)
            return false;
    }
    *ret_target = (struct relay_target){
        .url = arena_string(arena, relay->url),
        .security = security_of[relay->tls],
        .ca_file = string_or_null(arena, relay->ca_file),
        .user = string_or_null(arena, relay->user),
        .secret = *ret_secret != NULL ? secret_reveal(*ret_secret) : NULL,
    };
    return relay_target_check(ret_target, err);
}

void relaying_fill(struct send_options *options, const struct relay_config *relay)
{
    options->connections = (unsigned)relay->connections;
    options->depth = (unsigned)relay->depth;
}
