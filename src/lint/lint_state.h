/* Lint state: what the rules of lint.h share; for lint*.c only. */
#ifndef LINT_LINT_STATE_H
#define LINT_LINT_STATE_H

#include "compose/composition.h"
#include "lint/lint.h"
#include "template/page.h"

/* A finding that was told, so that it is told once. */
struct lint_told {
    const char *rule;
    struct text message;
    struct lint_told *next;
};

struct linting {
    struct arena *arena;
    const struct lint_subject *subject;
    struct findings *findings;
    struct lint_told *told;
    struct composition *composition; /* of the reader in hand */
    const struct recipient *reader;
};

/* Where `needle` was typed: in the campaign, else in a template; else just the campaign's file. */
struct place lint_place(const struct linting *linting, struct text needle);

/* One finding: what is wrong here; the row adds what to do. */
void lint_say(struct linting *linting, const char *rule, struct place place, const char *format,
              ...) __attribute__((format(printf, 4, 5)));

/* The rules on a part of one reader's message. */
void lint_page(struct linting *linting, struct text html);
void lint_look(struct linting *linting, const struct page_node *page);
void lint_letter(struct linting *linting, struct text subject, struct text text, struct text html);
/* The rules on files and settings, once a campaign. */
void lint_source(struct linting *linting);
void lint_sender(struct linting *linting);

#endif
