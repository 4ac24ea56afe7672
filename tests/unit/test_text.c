/* Text: what its functions promise. */
#include "check.h"

static const struct {
    const char *promise, *bytes;
    size_t length;
    bool utf8;
} utf8_cases[] = {
    {"ASCII is UTF-8", "plain", 5, true},
    {"an accent in two bytes is UTF-8", "\xC3\xA9", 2, true},
    {"an overlong slash is not", "\xC0\xAF", 2, false},
    {"an overlong form in three bytes is not", "\xE0\x80\x80", 3, false},
    {"a surrogate is not", "\xED\xA0\x80", 3, false},
    {"the last code point is", "\xF4\x8F\xBF\xBF", 4, true},
    {"beyond the last is not", "\xF4\x90\x80\x80", 4, false},
    {"a sequence cut short is not", "a\xE2\x82", 3, false},
    {"Latin-1 is not", "caf\xE9", 4, false},
};

static const struct {
    const char *promise, *text, *allowed;
    bool control;
} control_cases[] = {
    {"plain text has none", "hello", NULL, false},
    {"a line feed is one", "a\nb", NULL, true},
    {"a line feed is none where allowed", "a\nb", "\n", false},
    {"a NEL in UTF-8 is one", "a\xC2\x85", NULL, true},
    {"an umlaut is none", "a\xC3\x85", NULL, false},
    {"a line separator is one", "a\xE2\x80\xA8", NULL, true},
    {"an em dash is none", "a\xE2\x80\x94", NULL, false},
};

static const struct {
    const char *promise, *a, *b;
    unsigned distance;
} distance_cases[] = {
    {"equal words are no distance apart", "subject", "Subject", 0},
    {"a typo is one", "subjct", "subject", 1},
    {"a swap is one", "sujbect", "subject", 1},
    {"beyond the limit is limit + 1", "abc", "xyzw", 3},
};

static void lines_and_pieces(void)
{
    struct text rest = TEXT("a,,b"), piece;
    check("a first piece", text_take_until(&rest, ',', &piece) && text_equal(piece, TEXT("a")));
    check("an empty piece", text_take_until(&rest, ',', &piece) && piece.length == 0);
    check("a last piece", text_take_until(&rest, ',', &piece) && text_equal(piece, TEXT("b")));
    check("then nothing", !text_take_until(&rest, ',', &piece));
    rest = TEXT("x\r\ny");
    check("CRLF ends a line", text_take_line(&rest, &piece) && text_equal(piece, TEXT("x")));
    check("so does the end", text_take_line(&rest, &piece) && text_equal(piece, TEXT("y")));
}

int main(void)
{
    uint64_t number = 0;
    for (size_t i = 0; i < COUNT_OF(utf8_cases); i++)
        check(utf8_cases[i].promise,
              text_is_utf8(text_from(utf8_cases[i].bytes, utf8_cases[i].length)) ==
                  utf8_cases[i].utf8);
    for (size_t i = 0; i < COUNT_OF(control_cases); i++)
        check(control_cases[i].promise,
              text_has_control(text_of(control_cases[i].text), control_cases[i].allowed) ==
                  control_cases[i].control);
    for (size_t i = 0; i < COUNT_OF(distance_cases); i++)
        check_number(distance_cases[i].promise,
                     text_distance(text_of(distance_cases[i].a), text_of(distance_cases[i].b), 2),
                     distance_cases[i].distance);
    lines_and_pieces();
    check("the largest number fits", text_to_number(TEXT("18446744073709551615"), &number));
    check("one more does not", !text_to_number(TEXT("18446744073709551616"), &number));
    check("a sign is no digit", !text_to_number(TEXT("-1"), &number));
    check_text("blanks are trimmed", text_trim(TEXT(" \ta b\r\n")), TEXT("a b"));
    check_number("found without case", (long long)text_find_nocase(TEXT("Say HELO"), TEXT("helo")),
                 4);
    check("nothing is found in less", text_find(TEXT("ab"), TEXT("abc")) == TEXT_NONE);
    return check_done();
}
