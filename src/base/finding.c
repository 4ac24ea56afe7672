/* Findings: everything that is wrong or doubtful in what a person wrote, found in one run. */
#include "base/finding.h"

#include "base/banned.h"
#include "base/memory.h"

void findings_free(struct findings *findings)
{
    arena_free(&findings->arena);
    *findings = (struct findings){0};
}

static unsigned total(const struct findings *findings)
{
    return findings->notes + findings->warnings + findings->errors;
}

static unsigned *counter_of(struct findings *findings, enum severity severity)
{
    unsigned *const counters[] = {
        [SEVERITY_NOTE] = &findings->notes,
        [SEVERITY_WARNING] = &findings->warnings,
        [SEVERITY_ERROR] = &findings->errors,
    };
    return counters[severity];
}

static void keep(struct findings *findings, enum severity severity, struct text rule,
                 const struct error *err)
{
    ++*counter_of(findings, severity);
    /* The first error is always kept, however many warnings came before it. */
    bool first_error = severity == SEVERITY_ERROR && findings->errors == 1;
    if (total(findings) > FINDINGS_KEPT && !first_error)
        return;
    struct finding *finding = arena_new(&findings->arena, struct finding);
    finding->severity = severity;
    finding->fault = err->fault;
    finding->place.path = arena_text(&findings->arena, text_of(err->path));
    finding->place.line = err->line;
    finding->place.column = err->column;
    finding->message = arena_text(&findings->arena, text_of(err->message));
    finding->rule = arena_text(&findings->arena, rule);
    if (findings->end == NULL)
        findings->end = &findings->first;
    *findings->end = finding;
    findings->end = &finding->next;
}

#define ADD(severity, fault, rule)                                                                 \
    do {                                                                                           \
        struct error err;                                                                          \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        error_vat(&err, (fault), place, format, args);                                             \
        va_end(args);                                                                              \
        keep(findings, (severity), (rule), &err);                                                  \
    } while (0)

void findings_error(struct findings *findings, enum fault fault, struct place place,
                    const char *format, ...)
{
    ADD(SEVERITY_ERROR, fault, (struct text){0});
}

void findings_warning(struct findings *findings, struct place place, const char *format, ...)
{
    ADD(SEVERITY_WARNING, FAULT_FILE, (struct text){0});
}

void findings_note(struct findings *findings, struct place place, const char *format, ...)
{
    ADD(SEVERITY_NOTE, FAULT_FILE, (struct text){0});
}

void findings_rule(struct findings *findings, enum severity severity, struct text rule,
                   struct place place, const char *format, ...)
{
    ADD(severity, FAULT_FILE, rule);
}

void findings_take(struct findings *findings, const struct error *err)
{
    keep(findings, SEVERITY_ERROR, (struct text){0}, err);
}

/* ---- the order of the files ---- */

static bool is_before(const struct finding *one, const struct finding *other)
{
    return one->place.line < other->place.line ||
           (one->place.line == other->place.line && one->place.column < other->place.column);
}

/* Takes all of the first finding's file out of `*rest`, in order; returns where the list goes on.
 */
static struct finding **take_file(struct finding **rest, struct finding **end)
{
    struct finding *sorted = NULL, **last = end;
    struct text path = (*rest)->place.path;
    while (*rest != NULL) {
        struct finding *finding = *rest, **at = &sorted;
        if (!text_equal(finding->place.path, path)) {
            rest = &finding->next;
            continue;
        }
        *rest = finding->next;
        while (*at != NULL && !is_before(finding, *at))
            at = &(*at)->next;
        finding->next = *at;
        *at = finding;
    }
    for (*end = sorted; *last != NULL;)
        last = &(*last)->next;
    return last;
}

static bool is_same_place(const struct finding *one, const struct finding *other)
{
    return one->place.line == other->place.line && one->place.column == other->place.column &&
           text_equal(one->place.path, other->place.path);
}

static bool is_same(const struct finding *one, const struct finding *other)
{
    return one->severity == other->severity && text_equal(one->rule, other->rule) &&
           text_equal(one->message, other->message);
}

/* Behind `finding`, as far as its place goes. */
static void drop_repeats(struct findings *findings, struct finding *finding)
{
    struct finding **at = &finding->next;
    while (*at != NULL && is_same_place(finding, *at)) {
        if (!is_same(finding, *at)) {
            at = &(*at)->next;
            continue;
        }
        --*counter_of(findings, (*at)->severity);
        *at = (*at)->next;
    }
}

/* FINDINGS_KEPT bounds what insertions and comparisons cost. */
void findings_sort(struct findings *findings)
{
    struct finding *rest = findings->first, **end = &findings->first;
    while (rest != NULL)
        end = take_file(&rest, end);
    *end = NULL;
    findings->end = &findings->first;
    for (struct finding *at = findings->first; at != NULL; at = at->next) {
        drop_repeats(findings, at);
        findings->end = &at->next;
    }
}

bool findings_clean(const struct findings *findings, struct error *err)
{
    if (findings->errors == 0)
        return true;
    const struct finding *finding = findings->first;
    while (finding != NULL && finding->severity != SEVERITY_ERROR)
        finding = finding->next;
    must(finding != NULL);
    if (findings->errors == 1)
        return error_at(err, finding->fault, finding->place, "%s", finding->message.at);
    return error_at(err, finding->fault, finding->place, "%s (and %u more)", finding->message.at,
                    findings->errors - 1);
}
