/* Content: Markdown to HTML and to text, with merge tags unharmed. */
#include <dirent.h>

#include "base/file.h"
#include "check.h"
#include "content/content.h"

typedef bool (*writer)(struct arena *, const struct source *, struct source *, struct findings *);

static struct text written(struct arena *arena, writer write, struct text markdown)
{
    FINDINGS(findings);
    struct source *source = arena_new(arena, struct source);
    struct source result = {0};
    *source = source_of_file(arena, TEXT("body.md"), markdown);
    if (!write(arena, source, &result, &findings))
        return TEXT("(refused)");
    return result.bytes;
}

static const struct {
    const char *promise;
    const char *markdown, *html, *text;
} cases[] = {
    {"a paragraph", "Hello *there*, **you**.\n",
     "<p>Hello <em>there</em>, <strong>you</strong>.</p>\n", "Hello _there_, *you*.\n"},
    {"quotes within a merge tag stay quotes", "Dear {{x | default: \"y\"}},\n",
     "<p>Dear {{x | default: \"y\"}},</p>\n", "Dear {{x | default: \"y\"}},\n"},
    {"a merge tag in a link stays a merge tag", "[Go]({{url}}?a=b c)\n\n[Go](<{{url}}?a=b c>)\n",
     "<p>[Go]({{url}}?a=b c)</p>\n<p><a href=\"{{url}}?a=b%20c\">Go</a></p>\n",
     "[Go]({{url}}?a=b c)\n\nGo [1]\n\n[1] {{url}}?a=b c\n"},
    {"a section tag alone on its line makes no paragraph",
     "{{#a}}\nOne\n{{/a}}\n{{^a}}\nTwo\n{{/a}}\n",
     "{{#a}}\n<p>One</p>\n{{/a}}\n{{^a}}\n<p>Two</p>\n{{/a}}\n",
     "{{#a}}\nOne\n{{/a}}\n{{^a}}\nTwo\n{{/a}}\n"},
    {"whichever section shows, one empty line parts the paragraphs",
     "Zero\n\n{{#a}}\nOne\n{{/a}}\n{{^a}}\nTwo\n{{/a}}\n\nThree\n",
     "<p>Zero</p>\n{{#a}}\n<p>One</p>\n{{/a}}\n{{^a}}\n<p>Two</p>\n{{/a}}\n<p>Three</p>\n",
     "Zero\n{{#a}}\n\nOne\n{{/a}}\n{{^a}}\n\nTwo\n{{/a}}\n\nThree\n"},
    {"a section within a line stays there", "A{{#b}}, b{{/b}}.\n", "<p>A{{#b}}, b{{/b}}.</p>\n",
     "A{{#b}}, b{{/b}}.\n"},
    {"a comment is for the author only", "One{{! not this }} two\n{{! nor this }}\nthree\n",
     "<p>One two\nthree</p>\n", "One two three\n"},
    {"headings are underlined", "# One\n\n## Two {{x | default: 'you'}}\n\n### Three\n",
     "<h1>One</h1>\n<h2>Two {{x | default: 'you'}}</h2>\n<h3>Three</h3>\n",
     "One\n===\n\nTwo {{x | default: 'you'}}\n-------\n\nThree\n"},
    {"lists hang", "- one\n- two\n  1. first\n  2. second\n\nafter\n",
     "<ul>\n<li>one</li>\n<li>two<ol>\n<li>first</li>\n<li>second</li>\n</ol>\n</li>\n</ul>\n"
     "<p>after</p>\n",
     "- one\n- two\n  1. first\n  2. second\n\nafter\n"},
    {"loose lists breathe", "3. one\n\n4. two\n",
     "<ol start=\"3\">\n<li><p>one</p>\n</li>\n<li><p>two</p>\n</li>\n</ol>\n",
     "3. one\n\n4. two\n"},
    {"a quotation is marked on every line", "> one\n> two\n>\n> three\n\nfour\n",
     "<blockquote>\n<p>one\ntwo</p>\n<p>three</p>\n</blockquote>\n<p>four</p>\n",
     "> one two\n>\n> three\n\nfour\n"},
    {"links are footnotes, each once, and one that says itself is none",
     "[a](https://example.org/a) [b](https://example.org/b) [c](https://example.org/a) "
     "<https://example.org/d> [me@example.org](mailto:me@example.org)\n",
     "<p><a href=\"https://example.org/a\">a</a> <a href=\"https://example.org/b\">b</a> <a "
     "href=\"https://example.org/a\">c</a> <a "
     "href=\"https://example.org/d\">https://example.org/d</a> "
     "<a href=\"mailto:me@example.org\">me@example.org</a></p>\n",
     "a [1] b [2] c [1] https://example.org/d me@example.org\n\n[1] https://example.org/a\n[2] "
     "https://example.org/b\n"},
    {"a section tells its own footnotes, and only one of two halves counts",
     "{{#a}}\n[x]({{u}})\n{{/a}}\n{{^a}}\n[y]({{v}})\n{{/a}}\n\n[z](https://example.org)\n",
     "{{#a}}\n<p><a href=\"{{u}}\">x</a></p>\n{{/a}}\n{{^a}}\n<p><a "
     "href=\"{{v}}\">y</a></p>\n{{/a}}\n"
     "<p><a href=\"https://example.org\">z</a></p>\n",
     "{{#a}}\nx [1]\n\n[1] {{u}}\n{{/a}}\n{{^a}}\ny [1]\n\n[1] {{v}}\n{{/a}}\n\nz [2]\n\n[2] "
     "https://example.org\n"},
    {"a link in a section within the line is told there", "{{#a}}see [x]({{u}}){{/a}} now\n",
     "<p>{{#a}}see <a href=\"{{u}}\">x</a>{{/a}} now</p>\n", "{{#a}}see x <{{u}}>{{/a}} now\n"},
    {"a known table is set in columns",
     "| Name | Count |\n|---|---:|\n| Alameda | 12 |\n| Yolo | 3 |\n",
     "<table>\n<thead>\n<tr>\n<th>Name</th>\n<th "
     "align=\"right\">Count</th>\n</tr>\n</thead>\n<tbody>\n"
     "<tr>\n<td>Alameda</td>\n<td align=\"right\">12</td>\n</tr>\n<tr>\n<td>Yolo</td>\n<td "
     "align=\"right\">3</td>\n</tr>\n</tbody>\n</table>\n",
     "Name     Count\n-------  -----\nAlameda     12\nYolo         3\n"},
    {"one with merge tags is told line by line",
     "| {{n}} | {{m}}+ |\n|---|---|\n| districts | paths |\n",
     "<table>\n<thead>\n<tr>\n<th>{{n}}</th>\n<th>{{m}}+</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
     "<td>districts</td>\n<td>paths</td>\n</tr>\n</tbody>\n</table>\n",
     "- {{n}}: districts\n- {{m}}+: paths\n"},
    {"code stays as it is", "```\na  {{b}}\n  <c>\n```\n",
     "<pre><code>a  {{b}}\n  &lt;c&gt;\n</code></pre>\n", "    a  {{b}}\n      <c>\n"},
    {"raw HTML stays, and its text is shown", "<div class=\"{{c}}\">\nHi <b>{{n}}</b>\n</div>\n",
     "<div class=\"{{c}}\">\nHi <b>{{n}}</b>\n</div>\n", "Hi {{n}}\n"},
    {"references become characters in text", "A&nbsp;&amp; &#233; &copy;\n",
     "<p>A&nbsp;&amp; &#233; &copy;</p>\n", "A\xC2\xA0& é ©\n"},
    {"escaped braces make no tag", "\\{\\{x\\}\\}\n", "<p>&#123;&#123;x}}</p>\n",
     "{{=<% %>=}}{<%={{ }}=%>{{=<% %>=}}{<%={{ }}=%>x}}\n"},
    {"a broken tag is refused", "Hello {{#x}} you\n", "(refused)", "(refused)"},
    {"delimiters stay as they are", "{{=<% %>=}}\n", "(refused)", "(refused)"},
};

static void check_cases(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ARENA(arena);
        struct text markdown = text_of(cases[i].markdown);
        check_text(cases[i].promise, written(&arena, content_html, markdown),
                   text_of(cases[i].html));
        check_text(cases[i].promise, written(&arena, content_text, markdown),
                   text_of(cases[i].text));
    }
}

static void check_places(void)
{
    ARENA(arena);
    FINDINGS(findings);
    struct text bytes = TEXT("# Hi\n\nDear {{name}}, see [it]({{url}}).\n");
    struct place start = {.path = TEXT("c.yaml"), .line = 10, .column = 3};
    struct source source = source_at(&arena, bytes, start, 2), html, text;
    check("Markdown is read", content_html(&arena, &source, &html, &findings) &&
                                  content_text(&arena, &source, &text, &findings));
    struct place name = source_place(&html, text_find(html.bytes, TEXT("{{name}}")));
    check("a tag keeps its place in HTML", name.line == 12 && name.column == 8);
    struct place url = source_place(&text, text_find(text.bytes, TEXT("{{url}}")));
    check("a tag keeps its place in a footnote", url.line == 12 && url.column == 27);
}

#define LONG_LINK                                                                                  \
    "https://example.org/a/very/long/link/that/never/ends/and/is/longer/than/any/line/should/be"

static void check_widths(void)
{
    ARENA(arena);
    struct text rest =
        written(&arena, content_text,
                TEXT(LONG_LINK " {{#x}} " LONG_LINK " {{/x}} " LONG_LINK " z "
                               "学校学校学校学校学校学校学校学校学校学校学校学校"
                               "学校学校学校学校学校学校学校学校学校学校学校学校\n"));
    struct text line;
    bool alone = false, wide = false;
    while (text_take_line(&rest, &line)) {
        alone |= text_equal(text_trim(line), TEXT("{{#x}}")) ||
                 text_equal(text_trim(line), TEXT("{{/x}}"));
        wide |= line.length > 120 && !text_contains(line, TEXT("https"));
    }
    check("no section tag is left alone on a line", !alone);
    check("text without spaces is broken all the same", !wide);
}

static void check_golden(const char *name, writer write, const char *ending)
{
    ARENA(arena);
    struct error err;
    struct text markdown, wanted = {0};
    struct text from = arena_printf(&arena, "tests/golden/content/%s.md", name);
    struct text to = arena_printf(&arena, "tests/golden/content/%s.%s", name, ending);
    if (!check("a golden body can be read", file_read(&arena, from.at, 1 << 20, &markdown, &err)))
        return;
    struct text is = written(&arena, write, markdown);
    if (getenv("UPDATE_GOLDEN") != NULL)
        check("a golden file can be written", file_write(to.at, is, 0644, &err));
    check("a golden file can be read", file_read(&arena, to.at, 1 << 20, &wanted, &err));
    check_text(to.at, is, wanted);
}

int main(void)
{
    check_cases();
    check_places();
    check_widths();
    check_golden("letter", content_html, "html");
    check_golden("letter", content_text, "txt");
    return check_done();
}
