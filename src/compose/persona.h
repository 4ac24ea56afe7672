/*
 * Persona: a reader made up, to see and to try a campaign with.
 *
 * A campaign's `tests:` name some; a few more exist for every campaign, because every group has a
 * member without a name, one with a very long one, and one whose name is `<script>`.
 */
#ifndef COMPOSE_PERSONA_H
#define COMPOSE_PERSONA_H

#include "base/finding.h"
#include "compose/compose.h"

enum { PERSONAS_MOST = CAMPAIGN_TESTS + 8 * (CAMPAIGN_LANGUAGES + 1) };

struct persona {
    struct text name; /* "no name", "a parent in Fresno" */
    struct recipient reader;
    bool is_extreme; /* to see what breaks, not to be judged by */
};

/* Those of the campaign's tests, then the usual ones. Everything lives in `arena`. */
size_t personas_of(struct arena *arena, struct composed *composed,
                   struct persona personas[PERSONAS_MOST]);

/* Runs the campaign's `tests:`. What does not hold becomes an error with the rule "test". The
 * number of tests. */
size_t personas_test(struct arena *arena, struct composed *composed, const struct token_key *key,
                     struct findings *findings);

#endif
