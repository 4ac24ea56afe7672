/* Options, and the line that shows progress. */
#include "check.h"
#include "desk/option.h"
#include "desk/progress.h"

struct sample {
    bool yes;
    const char *edition;
    uint64_t limit;
    struct option_list overrides;
};

static const struct option_row rows[] = {
    FLAG_ROW(struct sample, yes, "yes", 'y', "do not ask"),
    STRING_ROW(struct sample, edition, "edition", 'e', "NAME", "its name"),
    NUMBER_ROW(struct sample, limit, "limit", 'l', "N", "at most N"),
    LIST_ROW(struct sample, overrides, "option", 'o', "KEY=VALUE", "override"),
    ROWS_END,
};

static const struct {
    const char *promise;
    const char *words[8];
    bool reads;
    const char *edition;
    unsigned long long limit;
    size_t left, overrides;
    const char *message;
} cases[] = {
    {"a long option takes the next word", {"x", "--edition", "may"}, true, "may", 0, 0, 0, NULL},
    {"or what is behind its =", {"x", "--edition=may"}, true, "may", 0, 0, 0, NULL},
    {"letters may stand together", {"x", "-yl3", "name"}, true, NULL, 3, 1, 0, NULL},
    {"options and words may mix", {"x", "a", "-y", "b"}, true, NULL, 0, 2, 0, NULL},
    {"-- ends the options", {"x", "--", "--yes"}, true, NULL, 0, 1, 0, NULL},
    {"a list grows", {"x", "-o", "a=1", "-o", "b=2"}, true, NULL, 0, 0, 2, NULL},
    {"a typo is guessed", {"x", "--editon", "may"}, false, NULL, 0, 0, 0, "--edition"},
    {"a number is a number", {"x", "--limit", "-3"}, false, NULL, 0, 0, 0, "whole number"},
    {"a value must come", {"x", "--edition"}, false, NULL, 0, 0, 0, "wants a value"},
    {"a flag takes none", {"x", "--yes=no"}, false, NULL, 0, 0, 0, "no value"},
};

static void options_are_read_from_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sample sample = {0};
        struct option_group group = {rows, &sample};
        struct error err = {0};
        char *argv[8];
        int argc = 0;
        size_t left = 0;
        while (argc < 8 && cases[i].words[argc] != NULL) {
            argv[argc] = (char *)(uintptr_t)cases[i].words[argc];
            argc++;
        }
        check(cases[i].promise, option_parse(argc, argv, &group, 1, &left, &err) == cases[i].reads);
        check_text(cases[i].promise, text_of(sample.edition), text_of(cases[i].edition));
        check_number(cases[i].promise, sample.limit, cases[i].limit);
        check_number(cases[i].promise, left, cases[i].left);
        check_number(cases[i].promise, sample.overrides.count, cases[i].overrides);
        if (cases[i].message != NULL)
            check(cases[i].promise, text_contains(text_of(err.message), text_of(cases[i].message)));
    }
}

static void progress_fits_the_terminal(void)
{
    int64_t now_ms = 0;
    struct clock clock = clock_fixed(&now_ms);
    struct progress progress = progress_begin(&clock, "sending", 2000, true);
    BUFFER(line, 512);
    char number[GROUPED];
    progress.done = 500;
    progress_render(&progress, 10000, 60, &line);
    check_text("how far, how fast, how long", buffer_text(&line),
               TEXT("sending [=====>                ] 500/2,000  50/s  30 s left"));
    buffer_clear(&line);
    progress_render(&progress, 10000, 30, &line);
    check_text("a narrow terminal gets no bar", buffer_text(&line),
               TEXT("sending  500/2,000  50/s  30 s left"));
    check_text("thousands are grouped", text_of(grouped(1234567, number)), TEXT("1,234,567"));
}

int main(void)
{
    options_are_read_from_rows();
    progress_fits_the_terminal();
    return check_done();
}
