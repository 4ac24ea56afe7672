/*
 * Lint: what is allowed, and still will cost a campaign readers.
 *
 * Every rule is a row: a stable name, how bad it is, why, and what to do. The rows are the manual,
 * the findings of `check` and the panel of `preview`. A campaign may switch rules off by name, and
 * has to say why.
 */
#ifndef CAMPAIGN_LINT_H
#define CAMPAIGN_LINT_H

#include "base/finding.h"
#include "campaign/compose.h"

struct lint_rule {
    const char *name; /* stable: a-z and - */
    enum severity severity;
    const char *reason, *remedy; /* a sentence each, without the period */
};

/* Ends with a row without a name. */
extern const struct lint_rule lint_rules[];
/* NULL when there is none. */
const struct lint_rule *lint_rule_find(struct text name);
/* "Error", "Warning" … as a table for the manual. */
void lint_render_markdown(struct buffer *out);

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
