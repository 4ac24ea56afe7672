/* Findings come in the order of the files, whatever noticed them first. */
#include "base/finding.h"

#include "check.h"

static void sorts(void)
{
    static const struct {
        const char *path, *message;
        unsigned line, column;
    } added[] = {
        {"b.yaml", "b9", 9, 1}, {"a.yaml", "a5", 5, 2},        {"b.yaml", "b2", 2, 7},
        {"a.yaml", "a0", 0, 0}, {"b.yaml", "b2 before", 2, 3}, {"b.yaml", "b2 again", 2, 7},
        {"", "nowhere", 0, 0},
    };
    static const char *const wanted[] = {"b2 before", "b2", "b2 again", "b9",
                                         "a0",        "a5", "nowhere"};
    FINDINGS(findings);
    size_t i = 0;
    for (; i < COUNT_OF(added); i++)
        findings_warning(&findings,
                         (struct place){text_of(added[i].path), added[i].line, added[i].column},
                         "%s", added[i].message);
    findings_sort(&findings);
    i = 0;
    for (const struct finding *at = findings.first; at != NULL; at = at->next)
        check_text("each file where it was first found fault with, by line and column", at->message,
                   text_of(i < COUNT_OF(wanted) ? wanted[i++] : "nothing"));
    check_number("and none is lost", i, COUNT_OF(wanted));
    findings_note(&findings, (struct place){TEXT("b.yaml"), 1, 1}, "later");
    findings_sort(&findings);
    check_text("what is added later is sorted, too", findings.first->message, TEXT("later"));
}

static void says_it_once(void)
{
    FINDINGS(findings);
    struct place place = {TEXT("a"), 1, 1}, other = {TEXT("a"), 1, 2};
    for (int i = 0; i < 2; i++) {
        findings_error(&findings, FAULT_FILE, place, "wrong");
        findings_error(&findings, FAULT_FILE, other, "wrong");
        findings_warning(&findings, place, "wrong");
        findings_rule(&findings, SEVERITY_WARNING, TEXT("rule"), place, "wrong");
    }
    check_number("each counts, so that whoever noted it knows", findings.errors, 4);
    findings_sort(&findings);
    check_number("but of one place it is told once", findings.errors, 2);
    check_number("unless it is meant otherwise", findings.warnings, 2);
    findings_error(&findings, FAULT_FILE, other, "later");
    findings_sort(&findings);
    check_number("what is added later counts", findings.errors, 3);
}

static void sorts_nothing(void)
{
    FINDINGS(findings);
    findings_sort(&findings);
    check("nothing stays nothing", findings.first == NULL);
    findings_note(&findings, (struct place){TEXT("a"), 1, 1}, "one");
    check_text("and can be added to", findings.first->message, TEXT("one"));
}

static void is_clean_by_its_first_error(void)
{
    FINDINGS(findings);
    struct error err = {0};
    findings_error(&findings, FAULT_FILE, (struct place){TEXT("a"), 7, 1}, "seven");
    findings_warning(&findings, (struct place){TEXT("a"), 1, 1}, "one");
    findings_error(&findings, FAULT_CONFIG, (struct place){TEXT("a"), 3, 1}, "three");
    findings_sort(&findings);
    check("an error is not clean", !findings_clean(&findings, &err));
    check_text("the first in the file is told, and how many more", text_of(err.message),
               TEXT("three (and 1 more)"));
}

int main(void)
{
    sorts();
    says_it_once();
    sorts_nothing();
    is_clean_by_its_first_error();
    return check_done();
}
