/*
 * Check: what every unit test is made of. A promise in words, and whether it holds.
 *
 *     int main(void)
 *     {
 *         check_text("a value is trimmed", text_trim(TEXT(" a ")), TEXT("a"));
 *         return check_done();
 *     }
 */
#ifndef UNIT_CHECK_H
#define UNIT_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

static int check_passed, check_failed;

static inline bool check_report(const char *promise, bool held, const char *file, int line)
{
    check_passed += held;
    check_failed += !held;
    if (!held)
        fprintf(stderr, "%s:%d: broken: %s\n", file, line, promise);
    return held;
}

#define check(promise, condition) check_report((promise), (condition), __FILE__, __LINE__)

static inline bool check_text_at(const char *promise, struct text is, struct text wanted,
                                 const char *file, int line)
{
    bool held = text_equal(is, wanted);
    check_report(promise, held, file, line);
    if (!held)
        fprintf(stderr, "    is     \"%.*s\"\n    wanted \"%.*s\"\n", TEXT_ARGS(is),
                TEXT_ARGS(wanted));
    return held;
}

static inline bool check_number_at(const char *promise, long long is, long long wanted,
                                   const char *file, int line)
{
    bool held = is == wanted;
    check_report(promise, held, file, line);
    if (!held)
        fprintf(stderr, "    is %lld, wanted %lld\n", is, wanted);
    return held;
}

#define check_text(promise, is, wanted) check_text_at((promise), (is), (wanted), __FILE__, __LINE__)
#define check_number(promise, is, wanted)                                                          \
    check_number_at((promise), (long long)(is), (long long)(wanted), __FILE__, __LINE__)

/* The closing line, and the exit status of main. */
static inline int check_done(void)
{
    printf("%d passed, %d failed\n", check_passed, check_failed);
    return check_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
