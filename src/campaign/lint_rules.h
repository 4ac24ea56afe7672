/*
 * Lint rules: the table of what will cost a campaign readers though it is allowed.
 *
 * Every rule is a row: a stable name, how bad it is, why, and what to do. The rows are the manual,
 * the findings of `check` and the panel of `preview`. A campaign may switch rules off by name, and
 * has to say why.
 */
#ifndef CAMPAIGN_LINT_RULES_H
#define CAMPAIGN_LINT_RULES_H

#include "base/buffer.h"
#include "base/finding.h"

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

#endif
