/* Template: places, strictness, escaping in context, caps, and what callers of compose rely on. */
#include "base/json.h"
#include "check.h"
#include "template/template.h"

struct file {
    const char *name, *text;
};

static const struct file shelf[] = {
    {"self.html", "{{>self}}"},
    {"ping.html", "a{{>pong}}"},
    {"pong.html", "b{{>ping}}"},
    {"deep.html", "({{#in}}{{>deep}}{{/in}})"},
    {"name.html", "<b>{{name}}</b>"},
    {"cell.html", "<td{{#wide}} colspan=\"2\"{{/wide}}>{{name}}</td>"},
    {"layout.html", "<title>{{$subject}}none{{/subject}}</title>\n{{$body}}{{/body}}\n"},
    {"wrong.html", "line one\n  {{#open}} {{x | uper}}"},
    {"double.html", "{{>double2}}{{>double2}}"},
    {"endless.html", "{{<endless}}{{$a}}{{$b}}{{/b}}{{/a}}{{/endless}}"},
    {"open.html", "<a href=\""},
};

static bool load(void *self, struct arena *arena, struct text file, struct source *ret_source,
                 bool *ret_found, struct error *err)
{
    (void)self, (void)err;
    *ret_found = false;
    for (size_t i = 0; i < COUNT_OF(shelf); i++) {
        if (!text_equal(text_of(shelf[i].name), file))
            continue;
        *ret_source = source_of_file(arena, text_of(shelf[i].name), text_of(shelf[i].text));
        *ret_found = true;
    }
    return true;
}

static const struct template_loader loader = {.load = load};

/* The output, or "path:line:column: message". */
static struct text result_of(struct arena *arena, const char *text, const char *json,
                             const struct template_options *options)
{
    FINDINGS(findings);
    BUFFER(out, 1 << 20);
    struct error err;
    struct value data;
    struct source *source = arena_new(arena, struct source);
    char line[ERROR_LINE];
    *source = source_of_file(arena, TEXT("t.html"), text_of(text));
    if (!json_parse(arena, text_of(json), TEXT("data"), &data, &err))
        return arena_printf(arena, "bad case: %s", err.message);
    struct template *template = template_compile(arena, source, options, &findings);
    if (template == NULL) {
        findings_clean(&findings, &err);
        return arena_printf(arena, "%s", error_line(&err, line));
    }
    const struct value *contexts[] = {&data};
    if (!template_render(template, contexts, 1, &out, &err))
        return arena_printf(arena, "%s", error_line(&err, line));
    return arena_text(arena, buffer_text(&out));
}

struct sentence {
    const char *promise, *text, *json, *wanted;
};

static const struct sentence html[] = {
    {"text is escaped", "<p>{{x}}", "{\"x\":\"<i>\"}", "<p>&lt;i&gt;"},
    {"an attribute is", "<p title='{{x}}'>", "{\"x\":\"a'b\"}", "<p title='a&#39;b'>"},
    {"an attribute without quotes is, and never empty", "<p title={{x}} id={{y}}>",
     "{\"x\":\"a b\",\"y\":\"\"}", "<p title=a&#32;b id=\"\">"},
    {"a link that is none becomes harmless", "<a href=\"{{x}}\">", "{\"x\":\"javascript:x\"}",
     "<a href=\"#\">"},
    {"a link stays a link in a section", "<a href=\"{{#x}}{{x}}{{/x}}\">",
     "{\"x\":\"https://a.example/?b&c\"}", "<a href=\"https://a.example/?b&amp;c\">"},
    {"in both halves", "<a href=\"{{#y}}{{y}}{{/y}}{{^y}}{{x}}{{/y}}\">",
     "{\"x\":\"https://a.example/b\"}", "<a href=\"https://a.example/b\">"},
    {"but nobody smuggles a scheme in pieces", "<a href=\"{{#l}}{{.}}{{/l}}\">",
     "{\"l\":[\"javascript\",\":alert(1)\"]}", "<a href=\"javascript#\">"},
    {"a filtered part is encoded once", "<a href=\"/?q={{x | url}}\">", "{\"x\":\"a b\"}",
     "<a href=\"/?q=a%20b\">"},
    {"raw is raw", "<p title=\"{{{x}}}\">", "{\"x\":\"<i>\"}", "<p title=\"<i>\">"},
    {"an attribute in a section", "<td{{#w}} width=\"{{w}}\"{{/w}}>{{x}}</td>",
     "{\"w\":2,\"x\":\"&\"}", "<td width=\"2\">&amp;</td>"},
    {"a partial sees where it stands", "<p>{{>name}}</p>", "{\"name\":\"&\"}",
     "<p><b>&amp;</b></p>"},
    {"recursion ends when the data does", "{{>deep}}", "{\"in\":{\"in\":{\"in\":false}}}",
     "((()))"},
    {"a dynamic partial", "{{#l}}{{>*p}}{{/l}}",
     "{\"l\":[{\"p\":\"name\",\"name\":1},{\"p\":\"no\"}]}", "<b>1</b>"},
    {"sets are conditions",
     "{{#lang.es}}sí{{/lang.es}}{{^lang.es}}yes{{/lang.es}}{{#tag.x}}!{{/tag.x}}",
     "{\"lang\":{\"es\":true},\"tag\":{}}", "sí"},
    {"dates follow lang", "{{d | date: '%B'}}", "{\"d\":\"2026-12-01\",\"lang\":{\"es\":true}}",
     "diciembre"},
    {"values are never templates", "{{x}}", "{\"x\":\"{{y}}\",\"y\":1}", "{{y}}"},
    {"zero and nothing are false", "{{#a}}1{{/a}}{{#b}}2{{/b}}{{#c}}3{{/c}}{{#d}}4{{/d}}",
     "{\"a\":0,\"b\":\"\",\"c\":[],\"d\":\"0\"}", "4"},
    {"a missing value is empty", "[{{x}}{{a.b.c}}]", "{\"a\":{}}", "[]"},
    {"a value that stands twice is the same twice", "{{x}} {{x}}, {{x | upper}} {{x | upper}}",
     "{\"x\":\"a&\"}", "a&amp; a&amp;, A&amp; A&amp;"},
    {"but each place has its own escaping", "<a href=\"/?{{x}}\" title=\"{{x}}\">{{x}}</a>{{{x}}}",
     "{\"x\":\"' <\"}", "<a href=\"/?%27%20%3C\" title=\"&#39; &lt;\">' &lt;</a>' <"},
    {"and each default its own words", "{{x | default: 'a'}}{{x | default: 'b'}}{{x}}", "{}", "ab"},
    {"an object of a section may say something else", "{{x}}{{#o}}{{x}}{{y}}{{/o}}{{x}}{{y}}",
     "{\"x\":1,\"y\":2,\"o\":{\"x\":3}}", "13212"},
    {"so may each of a list", "{{x}}{{#l}}{{x}}{{/l}}{{x}}",
     "{\"x\":1,\"l\":[{\"x\":2},{\"x\":3},{}]}", "12311"},
    {"a text of a section says nothing else", "{{x}}{{#x}}{{x}}{{.}}{{/x}}", "{\"x\":\"a\"}",
     "aaa"},
    {"nothing stands twice as nothing", "[{{x}}{{x}}]", "{\"x\":\"\"}", "[]"},
    {"a value in a style is words", "<p style=\"color: {{x}}\">", "{\"x\":\"red;a\"}",
     "<p style=\"color: red\\00003ba\">"},
};

static const struct sentence broken[] = {
    {"a script takes no value", "<script>\nvar x = {{x}};", "{}",
     "t.html:2:9: {{x}}: a value cannot be made safe in <script>"},
    {"a section must be closed", "a\n {{#x}}\n", "{}",
     "t.html:2:2: {{#x}} is never closed: {{/x}} is missing"},
    {"a closing tag must fit", "{{#a}}{{/b}}{{/a}}", "{}",
     "t.html:1:7: {{/b}} cannot close {{#a}}, opened at line 1, column 1"},
    {"a closing tag needs an opening one", "x{{/b}}", "{}",
     "t.html:1:2: {{/b}} closes nothing: no such section is open"},
    {"a tag must end", "x {{name", "{}", "t.html:1:3: this tag is never closed: \"}}\" is missing"},
    {"before the next one", "{{a {{b}}", "{}",
     "t.html:1:1: this tag is not closed before the next one begins"},
    {"a name is needed", "{{ }}", "{}", "t.html:1:1: this tag has no name"},
    {"a name has no spaces", "{{first name}}", "{}",
     "t.html:1:1: a name has no spaces, but \"first name\" does; a filter stands behind a \"|\""},
    {"delimiters are checked", "{{=<% =}}", "{}",
     "t.html:1:1: bad delimiters: write two short words without \"=\", as in {{=<% %>=}}"},
    {"a filter's typo is found", "{{x | uper}}", "{}",
     "t.html:1:7: there is no filter \"uper\"; did you mean \"upper\"?"},
    {"mistakes in partials are found there, all of them", "{{>wrong}}", "{}",
     "wrong.html:2:3: {{#open}} is never closed: {{/open}} is missing (and 1 more)"},
    {"a template cannot include itself", "{{>self}}", "{}",
     "self.html:1:1: the template \"self.html\" includes itself without end"},
    {"not in a circle either", "{{>ping}}", "{}",
     "pong.html:1:2: the template \"ping.html\" includes itself without end"},
    {"a partial must end where it begins", "{{#x}}{{>*p}}{{/x}}", "{\"x\":1,\"p\":\"open\"}",
     "open.html:1:1: this partial must end where it begins: between tags, or in the attribute that "
     "it is called from"},
    {"a place must not depend on a section", "<a {{#x}}title=\"{{/x}}{{y}}", "{}",
     "t.html:1:23: {{y}}: a value cannot stand between attributes; write name=\"{{…}}\""},
};

static const struct sentence strict[] = {
    {"a missing value is an error", "a\n{{x}}", "{}",
     "t.html:2:1: \"x\" is missing; give a default, {{x | default: '…'}}, or ask first, "
     "{{#x}}…{{/x}}"},
    {"so is null", "{{x}}", "{\"x\":null}",
     "t.html:1:1: \"x\" is missing; give a default, {{x | default: '…'}}, or ask first, "
     "{{#x}}…{{/x}}"},
    {"a slip of the finger is recognised", "{{frist_name}}", "{\"first_name\":\"Ann\"}",
     "t.html:1:1: \"frist_name\" is missing; did you mean \"first_name\"? Where it may be missing, "
     "give a default, {{frist_name | default: '…'}}"},
    {"also behind a dot", "{{sender.nmae}}", "{\"name\":\"x\",\"sender\":{\"name\":\"Us\"}}",
     "t.html:1:1: \"sender.nmae\" is missing; did you mean \"sender.name\"? Where it may be "
     "missing, give a default, {{sender.nmae | default: '…'}}"},
    {"and another name is no slip", "{{last_name}}", "{\"first_name\":\"Ann\"}",
     "t.html:1:1: \"last_name\" is missing; give a default, {{last_name | default: '…'}}, or ask "
     "first, {{#last_name}}…{{/last_name}}"},
    {"unless there is a default", "{{x | default: 'y'}}", "{}", "y"},
    {"or it was asked for", "{{#x}}{{x}}{{/x}}{{^x}}[{{x}}]{{/x}}", "{}", "[]"},
    {"or has.x was", "{{#has.x}}{{x}}{{/has.x}}", "{\"has\":{\"x\":true}}", ""},
    {"an empty value is there", "[{{x}}]", "{\"x\":\"\"}", "[]"},
    {"sections ask, so they may miss", "{{#tag.board}}x{{/tag.board}}", "{}", ""},
    {"a missing partial is an error", "{{>nobody}}", "{}",
     "t.html:1:1: there is no template \"nobody.html\""},
    {"a list is no text", "{{x}}", "{\"x\":[1]}",
     "t.html:1:1: \"x\" is a list or an object, not a text"},
    {"a wrong scheme is an error", "<a href=\"{{x}}\">", "{\"x\":\"data:x\"}",
     "t.html:1:10: {{x}}: a link cannot begin with \"data:\"; only http, https, mailto and tel "
     "may"},
    {"a date that is none is an error", "{{x | date}}", "{\"x\":\"soon\"}",
     "t.html:1:1: {{x}}: \"soon\" is not a date; dates are written 2026-12-01 or 2026-12-01T09:00"},
};

static void check_sentences(const struct sentence *sentences, size_t count,
                            const struct template_options *options)
{
    for (size_t i = 0; i < count; i++) {
        ARENA(arena);
        struct text is = result_of(&arena, sentences[i].text, sentences[i].json, options);
        check_text(sentences[i].promise, is, text_of(sentences[i].wanted));
    }
}

static void check_kinds(void)
{
    ARENA(arena);
    const struct template_options text = {.kind = TEMPLATE_TEXT, .loader = &loader};
    const struct template_options header = {.kind = TEMPLATE_HEADER, .loader = &loader};
    check_text("text is not escaped", result_of(&arena, "<{{x}}>", "{\"x\":\"&\"}", &text),
               TEXT("<&>"));
    check_text(
        "no line break passes into a header",
        result_of(&arena, "{{{x}}}", "{\"x\":\"a\\nBcc: b\"}", &header),
        TEXT("t.html:1:1: {{x}}: a control character or line break cannot stand in a header"));
    check_text("nor is one written there", result_of(&arena, "a\nb", "{}", &header),
               TEXT("t.html:1:1: a header cannot hold a line break or control character"));
}

static void check_deep(void)
{
    ARENA(arena);
    FINDINGS(findings);
    const struct template_options options = {.kind = TEMPLATE_HTML, .loader = &loader};
    struct text is = result_of(&arena, "{{#a}}{{>deep}}{{/a}}", "{\"a\":1,\"in\":1}", &options);
    check("recursion that the data never ends is stopped, and the template named",
          text_contains(is, TEXT("\"deep.html\" includes itself more than")));
    is = result_of(&arena, "{{<endless}}{{/endless}}", "{}", &options);
    check("so is a parent within itself", text_contains(is, TEXT("endless.html")));
    struct source source = source_of_file(&arena, TEXT("t"), TEXT("0123456789{{x}}"));
    struct template *template = template_compile(&arena, &source, &options, &findings);
    BUFFER(small, 8);
    struct error err;
    check("more output than there is room for is an error",
          !template_render(template, NULL, 0, &small, &err) && small.length == 0);
}

static void check_pour(void)
{
    ARENA(arena);
    FINDINGS(findings);
    BUFFER(out, 1 << 16);
    struct error err;
    struct value data;
    check("the case is well formed",
          json_parse(&arena, TEXT("{\"n\":\"<A>\"}"), TEXT("data"), &data, &err));
    struct place place = {.path = TEXT("c.yaml"), .line = 7, .column = 12};
    struct template_block blocks[] = {
        {TEXT("subject"), source_at(&arena, TEXT("You & {{n}}"), place, 0), true},
        {TEXT("body"), source_at(&arena, TEXT("<p>{{n}}</p>"), place, 0), false},
    };
    const struct template_options options = {.kind = TEMPLATE_HTML, .loader = &loader};
    struct template *template =
        template_pour(&arena, TEXT("layout"), place, blocks, 2, &options, &findings);
    const struct value *contexts[] = {&data};
    check("a layout is filled", template != NULL && findings.errors == 0 &&
                                    template_render(template, contexts, 1, &out, &err));
    check_text("plain blocks are escaped, others are not", buffer_text(&out),
               TEXT("<title>You &amp; &lt;A&gt;</title>\n<p>&lt;A&gt;</p>\n"));
    blocks[1].source = source_at(&arena, TEXT("ok\n{{#n}}"), place, 4);
    check("a section left open in a block is found there",
          template_pour(&arena, TEXT("layout"), place, blocks, 2, &options, &findings) == NULL &&
              findings.first->place.line == 8 && findings.first->place.column == 5);
    check("a layout that is not there is missed where it was asked for",
          template_pour(&arena, TEXT("nobody"), place, blocks, 1, &options, &findings) == NULL);
}

static struct text shout(void *self, struct arena *arena, struct text constant)
{
    (void)self;
    return arena_printf(arena, "<%.*s>", TEXT_ARGS(constant));
}

static void quote(void *self, struct text escaped, struct buffer *out)
{
    (*(int *)self)++;
    buffer_add_byte(out, '"');
    buffer_add(out, escaped);
    buffer_add_byte(out, '"');
}

static void check_encoder(void)
{
    ARENA(arena);
    int values = 0;
    struct value settled;
    struct error err;
    check("the case is well formed",
          json_parse(&arena, TEXT("{\"lang\":{\"es\":true},\"sender\":{\"name\":\"A&B\"}}"),
                     TEXT("data"), &settled, &err));
    const struct template_encoder encoder = {.constant = shout, .value = quote, .self = &values};
    const struct template_options options = {.kind = TEMPLATE_HTML,
                                             .loader = &loader,
                                             .language = TEXT_INIT("es"),
                                             .settled = &settled,
                                             .encoder = &encoder};
    check_text("constant stretches are as long as they can be, values go through the encoder",
               result_of(&arena,
                         "a{{#lang.es}}b{{/lang.es}}{{^lang.es}}no{{/lang.es}}{{!x}}{{sender.name}}"
                         "{{$blk}}c{{/blk}}{{x}}d{{#lang.fr}}{{y}}{{/lang.fr}}",
                         "{\"x\":\"<\"}", &options),
               TEXT("<abA&amp;Bc>\"&lt;\"<d>"));
    check_number("one value passed", values, 1);
}

static void collect(void *self, const struct template_name *name)
{
    buffer_printf(self, "%.*s%s%s%s ", TEXT_ARGS(name->name), name->section ? "?" : "",
                  name->guarded ? "!" : "", name->nested ? ">" : "");
}

static void check_names(void)
{
    ARENA(arena);
    FINDINGS(findings);
    BUFFER(out, 4096);
    const struct template_options options = {.kind = TEMPLATE_HTML, .loader = &loader};
    struct source source = source_of_file(
        &arena, TEXT("t"),
        TEXT("{{a}}{{b | default: 'x'}}{{#c}}{{c}}{{d}}{{/c}}{{#has.e}}{{e}}{{/has.e}}"));
    struct template *template = template_compile(&arena, &source, &options, &findings);
    template_names(template, collect, &out);
    check_text("names are told with what guards them", buffer_text(&out),
               TEXT("a b! c? c!> d> has.e? e!> "));
}

int main(void)
{
    const struct template_options lenient = {.kind = TEMPLATE_HTML, .loader = &loader};
    const struct template_options exact = {
        .kind = TEMPLATE_HTML, .loader = &loader, .strict = true};
    check_sentences(html, COUNT_OF(html), &lenient);
    check_sentences(broken, COUNT_OF(broken), &lenient);
    check_sentences(strict, COUNT_OF(strict), &exact);
    check_kinds();
    check_deep();
    check_pour();
    check_encoder();
    check_names();
    return check_done();
}
