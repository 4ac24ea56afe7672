/*
 * Recipient: one member as a message sees them. Absent texts are empty.
 */
#ifndef COMPOSE_RECIPIENT_H
#define COMPOSE_RECIPIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct recipient {
    int64_t member_id;
    struct text key, email; /* never empty; email as mail/address.h gave it */
    bool is_organization;
    struct text first_name, last_name, organization, role, language, timezone;
    struct text tags;       /* "board;partner" */
    struct text attributes; /* a JSON object of texts; empty or "{}" for none */
};

#endif
