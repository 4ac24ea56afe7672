/*
 * Findings: everything that is wrong or doubtful in what a person wrote, found in one run.
 *
 * A reader of files does not stop at the first mistake: it notes it here and goes on. At most
 * FINDINGS_KEPT are kept; the rest are counted. A count that grew tells a reader that what he read
 * is not sound, so whatever is noted counts, until findings_sort().
 */
#ifndef BASE_FINDING_H
#define BASE_FINDING_H

#include "base/arena.h"
#include "base/error.h"

enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };

enum { FINDINGS_KEPT = 1000 };

struct finding {
    enum severity severity;
    enum fault fault;
    struct place place;  /* path lives in the findings' arena */
    struct text message; /* what is wrong and what to do, one clean line */
    struct text rule;    /* stable name of a lint rule, or empty */
    struct finding *next;
};

struct findings {
    struct arena arena;
    struct finding *first, **end;
    unsigned notes, warnings, errors; /* all that were added, kept or not */
};

void findings_free(struct findings *findings);
#define FINDINGS(name) __attribute__((cleanup(findings_free))) struct findings name = {0}

void findings_error(struct findings *findings, enum fault fault, struct place place,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
void findings_warning(struct findings *findings, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void findings_note(struct findings *findings, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Takes over an error as it is. */
void findings_take(struct findings *findings, const struct error *err);
void findings_rule(struct findings *findings, enum severity severity, struct text rule,
                   struct place place, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Into the order in which a person reads the files: each file where it was first found fault with,
 * within it by line and column; what is of one place stays in its order. What was said twice of one
 * place stays and counts once: text and HTML are made of the same words. */
void findings_sort(struct findings *findings);

/* True when no error was added; else err is the first one, with "and N more" when there are more.
 */
bool findings_clean(const struct findings *findings, struct error *err);

#endif
