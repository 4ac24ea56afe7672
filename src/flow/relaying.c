/* Relaying: the configured relay as the event loop wants it, with its password fetched. */
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

bool relaying_prepare(struct send_options *ret_options, struct secret **ret_secret,
                      struct arena *arena, const struct config *config, const char *root,
                      struct error *err)
{
    const struct relay_config *relay = &config->relay.at[0];
    must(relay->tls != TLS_BY_SCHEME);
    *ret_secret = NULL;
    if (secret_is_named(&relay->password)) {
        *ret_secret = secret_open(&relay->password, root, err);
        if (*ret_secret == NULL)
            return false;
    }
    ret_options->relay = (struct relay_target){
        .url = arena_string(arena, relay->url),
        .security = security_of[relay->tls],
        .ca_file = string_or_null(arena, relay->ca_file),
        .user = string_or_null(arena, relay->user),
        .secret = *ret_secret != NULL ? secret_reveal(*ret_secret) : NULL,
    };
    ret_options->connections = (unsigned)relay->connections;
    ret_options->depth = (unsigned)relay->depth;
    for (size_t i = 0; i < relay->limits.count && i < SEND_LIMITS_MAX; i++)
        ret_options->limits[ret_options->limit_count++] = relay->limits.at[i];
    return relay_target_check(&ret_options->relay, err);
}
