/* Filter: what stands behind the pipe. */
#include "base/json.h"
#include "check.h"
#include "template/filter.h"

static const struct {
    const char *promise, *language, *chain, *json, *wanted; /* NULL: it could not */
} cases[] = {
    {"a missing value gets its default", "en", "default: 'Friend'", "null", "Friend"},
    {"so does an empty one", "en", "default: \"Friend\"", "\"  \"", "Friend"},
    {"a value keeps itself", "en", "default: 'Friend'", "\"Ana\"", "Ana"},
    {"a doubled quote is a quote", "en", "default: 'it''s'", "null", "it's"},
    {"capitals follow Unicode", "en", "upper", "\"straße ñandú\"", "STRASSE ÑANDÚ"},
    {"and the language", "tr", "upper", "\"i\"", "I"},
    {"small letters too", "en", "lower", "\"ÁRBOL\"", "árbol"},
    {"titles begin with capitals", "en", "title", "\"maría del mar\"", "María Del Mar"},
    {"filters follow each other", "en", "default: 'x' | upper | truncate: 3", "\"abcdef\"", "AB…"},
    {"truncating prefers the end of a word", "en", "truncate: 12", "\"Linked Learning now\"",
     "Linked…"},
    {"a short text is not truncated", "en", "truncate: 6", "\"Linked\"", "Linked"},
    {"a family is one character", "en", "truncate: 2",
     "\"\\ud83d\\udc68\\u200d\\ud83d\\udc69\\u200d\\ud83d\\udc67abc\"", "👨‍👩‍👧…"},
    {"a number is grouped", "en", "number", "1234567.5", "1,234,567.5"},
    {"as the language does", "es", "number", "1234567.5", "1.234.567,5"},
    {"small ones too", "es", "number", "\"1234\"", "1.234"},
    {"and negative ones", "en", "number", "-1000", "-1,000"},
    {"three digits stay", "en", "number", "999", "999"},
    {"a word is no number", "en", "number", "\"many\"", NULL},
    {"a date", "en", "date: '%B %-d, %Y'", "\"2026-12-01\"", "December 1, 2026"},
    {"a date in Spanish", "es-MX", "date: '%A %-d de %B de %Y'", "\"2026-12-01T09:00:00Z\"",
     "martes 1 de diciembre de 2026"},
    {"a date without a format", "es", "date", "\"2026-03-09\"", "9 de marzo de 2026"},
    {"a time of day", "en", "date: '%-I:%M %p %H%%'", "\"2026-12-01T00:05\"", "12:05 AM 00%"},
    {"an offset changes nothing", "en", "date: '%F %R'", "\"2026-12-01T18:00:00-08:00\"",
     "2026-12-01 18:00"},
    {"a word is no date", "en", "date", "\"soon\"", NULL},
    {"a missing date stays missing", "en", "date", "null", ""},
    {"a link's part", "en", "url", "\"a b/ñ\"", "a%20b%2F%C3%B1"},
    {"JSON", "en", "json", "{\"a\":[1,\"x\",null]}", "{\"a\":[1,\"x\",null]}"},
    {"a list has no capitals", "en", "upper", "[1]", NULL},
};

static void check_cases(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ARENA(arena);
        struct filter_scratch scratch = {0};
        struct filter_chain chain;
        struct value value, wrapped;
        struct error err = {0};
        size_t at = 0;
        struct text json = arena_printf(&arena, "[%s]", cases[i].json);
        check("the case itself is well formed",
              json_parse(&arena, json, TEXT("case"), &wrapped, &err) &&
                  filter_parse(&arena, text_of(cases[i].chain), &chain, &at, &err));
        value = wrapped.items[0];
        bool passed = filter_apply(&chain, filter_language(text_of(cases[i].language)), &scratch,
                                   &value, &err);
        if (check(cases[i].promise, passed == (cases[i].wanted != NULL)) && passed)
            check_text(cases[i].promise, value.text, text_of(cases[i].wanted));
        filter_scratch_free(&scratch);
    }
}

static const struct {
    const char *promise, *chain, *message;
    size_t at;
} mistakes[] = {
    {"a typo is recognised", "default: 'x' | uper", "did you mean \"upper\"", 15},
    {"an unknown filter gets the list", "shout", "there are default", 0},
    {"a quote must close", "default: 'x", "never closed", 9},
    {"default needs an argument", "default", "default: 'Friend'", 0},
    {"upper takes none", "upper: 3", "is written: upper", 0},
    {"truncate takes a number", "truncate: many", "truncate: 60", 0},
    {"a format is checked when it is read", "date: '%Q'", "%Q", 0},
    {"something must follow a pipe", "upper | ", "missing", 8},
    {"a pipe must part filters", "upper lower", "expected", 6},
};

static void check_mistakes(void)
{
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        ARENA(arena);
        struct filter_chain chain;
        struct error err = {0};
        size_t at = 0;
        bool parsed = filter_parse(&arena, text_of(mistakes[i].chain), &chain, &at, &err);
        check(mistakes[i].promise, !parsed);
        if (!check(mistakes[i].promise,
                   text_contains(text_of(err.message), text_of(mistakes[i].message))))
            fprintf(stderr, "    %s\n", err.message);
        check_number(mistakes[i].promise, at, mistakes[i].at);
    }
}

int main(void)
{
    check_cases();
    check_mistakes();
    return check_done();
}
