/*
 * Lint: what is allowed, and still will cost a campaign readers.
 *
 * Each rule of campaign/lint_rules.h is applied to the messages as readers would get them, and to
 * the files they are made of.
 */
#ifndef LINT_LINT_H
#define LINT_LINT_H

#include "base/finding.h"
#include "campaign/lint_rules.h"
#include "compose/compose.h"

/* How many selected members read a language; empty: the default. */
struct lint_language {
    struct text language;
    int64_t count;
};

/* What is looked at: the campaign as these readers get it, signed with `key` (may be NULL). */
struct lint_subject {
    struct composed *composed;
    struct bundle *bundle;
    const struct recipient *readers;
    size_t reader_count;
    const struct lint_language *languages;
    size_t language_count;
    const struct token_key *key;
    int64_t now_ms;
};

/* Each finding once, with its rule, its place where it is known, and what to do. A reader whose
 * values are missing is passed over: composing says so elsewhere. */
void lint_campaign(struct arena *arena, const struct lint_subject *subject,
                   struct findings *findings);

/* A finding of a rule that needs what only the caller knows; not when the campaign has it off. */
void lint_report(const struct campaign *campaign, struct findings *findings, const char *rule,
                 struct place place, const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
