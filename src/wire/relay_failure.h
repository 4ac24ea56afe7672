/*
 * Failure: why there is no connection, how far that reaches, and what a person can do about it.
 */
#ifndef WIRE_RELAY_FAILURE_H
#define WIRE_RELAY_FAILURE_H

#include "wire/relay.h"
#include "wire/relay_greeting.h"

enum relay_trouble {
    RELAY_DOWN, /* refused, silent, broke off */
    RELAY_NO_HOST,
    RELAY_BAD_URL,
    RELAY_NO_TLS,
    RELAY_BAD_CERTIFICATE,
    RELAY_BAD_CA_FILE,
    RELAY_TLS_BROKEN,
    RELAY_NO_AUTH,
    RELAY_REFUSED, /* greeting or EHLO */
};

/* `words` are the library's own. The failure borrows from `greeting`. */
void relay_failure_of(enum relay_trouble trouble, const struct relay_target *target,
                      const struct relay_greeting *greeting, const char *words,
                      struct relay_failure *ret_failure);

#endif
