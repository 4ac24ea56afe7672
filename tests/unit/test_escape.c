/* Escape: what a value becomes, by the place it stands in. */
#include "check.h"
#include "template/escape.h"
#include "template/template_markup.h"

static const struct {
    const char *promise;
    enum escape_kind kind;
    bool unquoted;
    const char *value, *wanted; /* NULL: refused */
} cases[] = {
    {"plain text stays as it is", ESCAPE_NONE, false, "<&\r\n>", "<&\r\n>"},
    {"a header stays as it is", ESCAPE_HEADER, false, "Ana & José", "Ana & José"},
    {"a line break never passes into a header", ESCAPE_HEADER, false, "a\r\nBcc: x", NULL},
    {"nor does a lone newline", ESCAPE_HEADER, false, "a\nb", NULL},
    {"nor a line separator", ESCAPE_HEADER, false, "a\xE2\x80\xA8z", NULL},
    {"text has no tags", ESCAPE_HTML, false, "<b>&\"'", "&lt;b&gt;&amp;&quot;'"},
    {"text has no NUL-like controls", ESCAPE_HTML, false, "a\x01z", "a\xEF\xBF\xBDz"},
    {"an attribute has no quotes of either kind", ESCAPE_ATTRIBUTE, false, "\"'`<>&",
     "&quot;&#39;&#96;&lt;&gt;&amp;"},
    {"without quotes nothing can end the attribute", ESCAPE_ATTRIBUTE, true, "a b=c>d/",
     "a&#32;b&#61;c&gt;d&#47;"},
    {"a link keeps its marks", ESCAPE_URL, false, "https://example.org/a?b=c&d=%20e#f",
     "https://example.org/a?b=c&amp;d=%20e#f"},
    {"a link's spaces and quotes are encoded", ESCAPE_URL, false, "/a b\"c'd", "/a%20b%22c&#39;d"},
    {"a link's letters are encoded", ESCAPE_URL, false, "https://example.org/ñ",
     "https://example.org/%C3%B1"},
    {"mailto may begin a link", ESCAPE_URL, false, "MAILTO:me@example.org",
     "MAILTO:me@example.org"},
    {"tel may", ESCAPE_URL, false, "tel:+1-555", "tel:+1-555"},
    {"a relative link may have a colon later", ESCAPE_URL, false, "/a:b", "/a:b"},
    {"javascript may not", ESCAPE_URL, false, "javascript:alert(1)", NULL},
    {"in no spelling", ESCAPE_URL, false, " \tJavaScript:alert(1)", NULL},
    {"data may not", ESCAPE_URL, false, "data:text/html,x", NULL},
    {"a tab within a scheme does not hide it", ESCAPE_URL, false, "java\tscript:alert(1)", NULL},
    {"a part of a link is one part", ESCAPE_URL_PART, false, "a b&c=d/é?#",
     "a%20b%26c%3Dd%2F%C3%A9%3F%23"},
    {"an address in mailto keeps its @", ESCAPE_MAIL_PART, false, "a+b@example.org",
     "a%2Bb@example.org"},
    {"a style is words", ESCAPE_STYLE, false, "red; background: url(x)",
     "red\\00003b background\\00003a url\\000028x\\000029"},
    {"a tag's name is letters", ESCAPE_TAG, false, "b onload=x", "b&#32;onload&#61;x"},
    {"and no program", ESCAPE_TAG, false, "Script", NULL},
};

static void check_kinds(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        BUFFER(scratch, 4096);
        struct error err;
        struct text is = {0};
        struct escape escape = {.kind = cases[i].kind, .unquoted = cases[i].unquoted};
        bool passed = escape_apply(escape, text_of(cases[i].value), &scratch, &is, &err);
        if (check(cases[i].promise, passed == (cases[i].wanted != NULL)) && passed)
            check_text(cases[i].promise, is, text_of(cases[i].wanted));
    }
}

static const struct {
    const char *promise, *before;
    enum escape_kind kind;
    const char *refused; /* part of the reason */
} places[] = {
    {"text", "<p>", ESCAPE_HTML, NULL},
    {"text behind a lone <", "1 < 2 ", ESCAPE_HTML, NULL},
    {"a title", "<title>", ESCAPE_HTML, NULL},
    {"a quoted attribute", "<a title=\"x", ESCAPE_ATTRIBUTE, NULL},
    {"a single-quoted attribute", "<a title='", ESCAPE_ATTRIBUTE, NULL},
    {"an attribute with > in it", "<a title=\"a > b", ESCAPE_ATTRIBUTE, NULL},
    {"an attribute without quotes", "<a title=", ESCAPE_ATTRIBUTE, NULL},
    {"a link", "<a href=\"", ESCAPE_URL, NULL},
    {"a link, in capitals and spaced", "<A  HREF = '", ESCAPE_URL, NULL},
    {"a link behind a space", "<a href=\" ", ESCAPE_URL, NULL},
    {"a part of a link", "<a href=\"https://example.org/?q=", ESCAPE_URL_PART, NULL},
    {"an address in a link", "<a href=\"mailto:", ESCAPE_MAIL_PART, NULL},
    {"an image", "<img alt=\"\" src=\"", ESCAPE_URL, NULL},
    {"a background", "<td background=\"", ESCAPE_URL, NULL},
    {"a style", "<p style=\"color: ", ESCAPE_STYLE, NULL},
    {"behind a style element", "<style>a > b {}</style><p>", ESCAPE_HTML, NULL},
    {"behind a comment", "<!-- <a href=\" -->", ESCAPE_HTML, NULL},
    {"what only Outlook reads", "<!--[if mso]><p title=\"", ESCAPE_ATTRIBUTE, NULL},
    {"behind it", "<!--[if mso]><p><![endif]-->", ESCAPE_HTML, NULL},
    {"a heading's level", "<h", ESCAPE_TAG, NULL},
    {"a style element", "<style>p { color: ", ESCAPE_NONE, "<style>"},
    {"a script", "<script>var x = \"", ESCAPE_NONE, "<script>"},
    {"a script that speaks of itself", "<script>\"</scrip\" + \"t>\" ", ESCAPE_NONE, "<script>"},
    {"an event handler", "<a onclick=\"f('", ESCAPE_NONE, "event handler"},
    {"a document in an attribute", "<iframe srcdoc=\"", ESCAPE_NONE, "event handler"},
    {"a link that is a program", "<a href=\"javascript:f('", ESCAPE_NONE, "program"},
    {"a comment", "<!-- ", ESCAPE_NONE, "comment"},
    {"between attributes", "<a ", ESCAPE_NONE, "between attributes"},
    {"an attribute's name", "<a data-", ESCAPE_NONE, "between attributes"},
    {"a declaration", "<!DOCTYPE ", ESCAPE_NONE, "declaration"},
    {"the name of a script", "<s", ESCAPE_NONE, "tag's name"},
};

static void check_places(void)
{
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        struct markup markup = markup_begin();
        struct escape escape;
        markup_read(&markup, text_of(places[i].before));
        const char *reason = markup_value(&markup, &escape);
        if (places[i].refused != NULL)
            check(places[i].promise,
                  reason != NULL && text_contains(text_of(reason), text_of(places[i].refused)));
        else
            check(places[i].promise, reason == NULL && escape.kind == places[i].kind);
    }
}

int main(void)
{
    check_kinds();
    check_places();
    return check_done();
}
