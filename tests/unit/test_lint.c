/* Lint finds what would cost readers, says it where it was typed, and is quiet about the rest. */
#include "compose/persona.h"
#include "lint/lint.h"

#include "check.h"

#define HEAD                                                                                       \
    "<!DOCTYPE html><html lang=\"en\"><head><meta name=\"viewport\" content=\"x\">"                \
    "<meta name=\"color-scheme\" content=\"light dark\"></head><body>"
#define FOOT                                                                                       \
    "<p><a href=\"{{unsubscribe_url}}\">Unsubscribe</a> "                                          \
    "{{sender.postal_address}}</p></body></html>"
#define CAMPAIGN                                                                                   \
    "id: c\ntopic: t\ntemplate: l\nsubject: Hello\npreheader: there\nbody: |\n  Dear friend\n"
#define LAYOUT HEAD "{{$body}}{{/body}}" FOOT
#define LETTER "{{$body}}{{/body}}\n{{unsubscribe_url}}\n{{sender.postal_address}}\n"

struct world {
    struct arena arena;
    struct findings findings;
    struct composed *composed;
};

/* Which rules a test has made speak, and which it has seen silent where they nearly would. */
static bool spoke[100], spared_by[100];

static size_t number_of(const char *rule)
{
    const struct lint_rule *found = lint_rule_find(text_of(rule));
    return found == NULL ? COUNT_OF(spoke) - 1 : (size_t)(found - lint_rules);
}

static const char *attachment; /* a.txt, or NULL */

static void add_file(struct buffer *out, const char *path, const char *bytes)
{
    buffer_printf(out, "%zu %zu\n%s%s\n", strlen(path), strlen(bytes), path, bytes);
}

static struct bundle *bundle_of(struct arena *arena, const char *campaign, const char *html,
                                const char *text)
{
    struct buffer out = BUFFER_INIT(64 * 1024 * 1024);
    struct bundle *bundle = NULL;
    struct error err;
    struct config config = {
        .sender = {.name = TEXT("Group"),
                   .address = TEXT("news@group.example"),
                   .postal_address = TEXT("1 Example Way, Oakland")},
        .bounces.return_path = TEXT("bounces@mail.group.example"),
        .unsubscribe = {.url = TEXT("https://lists.group.example/u"),
                        .mailto = TEXT("leave@group.example")},
    };
    if (strstr(campaign, "id: no-url") != NULL)
        config.unsubscribe.url = (struct text){0};
    if (strstr(campaign, "id: no-mailto") != NULL)
        config.unsubscribe.mailto = (struct text){0};
    if (strstr(campaign, "id: no-postal") != NULL)
        config.sender.postal_address = (struct text){0};
    buffer_add_string(&out, "broadside bundle 1\n");
    if (attachment != NULL)
        add_file(&out, "a.txt", attachment);
    add_file(&out, "campaigns/c.yaml", campaign);
    add_file(&out, "templates/l.html", html);
    add_file(&out, "templates/l.txt", text);
    struct text serialized = arena_text(arena, buffer_text(&out));
    buffer_free(&out);
    if (!bundle_parse(arena, serialized, &bundle, &err))
        fprintf(stderr, "    %s\n", err.message);
    else
        compose_settings_put(bundle, &config);
    return bundle;
}

static void look(struct world *world, const char *campaign, const char *html, const char *text)
{
    struct bundle *bundle = bundle_of(&world->arena, campaign, html, text);
    struct recipient reader = {.key = TEXT("a"), .email = TEXT("ana@readers.example")};
    world->composed =
        compose_campaign(&world->arena, bundle, TEXT("campaigns/c.yaml"), &world->findings);
    struct lint_language languages[] = {{TEXT(""), 5}, {TEXT("vi"), 2}};
    struct lint_subject subject = {.composed = world->composed,
                                   .bundle = bundle,
                                   .readers = &reader,
                                   .reader_count = 1,
                                   .languages = languages,
                                   .language_count = strstr(campaign, "id: vi") ? 2 : 1};
    if (world->composed == NULL)
        return;
    lint_campaign(&world->arena, &subject, &world->findings);
    personas_test(&world->arena, world->composed, NULL, &world->findings);
}

static void forget(struct world *world)
{
    compose_close(world->composed);
    findings_free(&world->findings);
    arena_free(&world->arena);
    *world = (struct world){0};
}

static const struct finding *found(const struct world *world, const char *rule)
{
    const struct finding *at = world->findings.first;
    while (at != NULL && !text_equal(at->rule, text_of(rule)))
        at = at->next;
    return at;
}

static const struct {
    const char *promise, *rule;
    const char *campaign, *html, *text; /* NULL: a sound one */
    const char *line;                   /* "path:line", or NULL */
} cases[] = {
    {"HTML without a way out", "unsubscribe-html", NULL,
     HEAD "{{$body}}{{/body}}{{sender.postal_address}}", NULL, NULL},
    {"text without a way out", "unsubscribe-text", NULL, NULL,
     "{{$body}}{{/body}}{{sender.postal_address}}", NULL},
    {"no postal address", "postal-address", NULL, NULL, "{{$body}}{{/body}}{{unsubscribe_url}}",
     NULL},
    {"a free provider's address as From", "shared-from",
     CAMPAIGN "from: {address: group@gmail.com}\n", NULL, NULL, NULL},
    {"a return path elsewhere", "from-alignment", CAMPAIGN "from: {address: a@other.example}\n",
     NULL, NULL, "campaigns/c.yaml:8"},
    {"a long subject", "subject-length",
     "id: c\ntopic: t\ntemplate: l\npreheader: x\nbody: x\n"
     "subject: This subject goes on and on until nobody will ever read the end of it at all\n",
     NULL, NULL, "campaigns/c.yaml:6"},
    {"a shouting subject", "subject-shouting",
     "id: c\ntopic: t\ntemplate: l\npreheader: x\nbody: x\nsubject: ACT NOW BEFORE IT ENDS\n", NULL,
     NULL, NULL},
    {"no preheader", "preheader", "id: c\ntopic: t\ntemplate: l\nsubject: x\nbody: x\n", NULL, NULL,
     NULL},
    {"hardly any text part", "text-part", NULL,
     HEAD "<p>A long letter, with many words, all of which readers of the text part never get to "
          "see, since its layout leaves the body out, and so they get no letter at all, just a "
          "link and an address, which is not what they asked for.</p>" FOOT,
     "{{unsubscribe_url}} {{sender.postal_address}}", NULL},
    {"a long line of text", "line-length", NULL, NULL,
     "A line of text that is longer than seventy-eight characters, which programs will "
     "break.\n" LETTER,
     "templates/l.txt:1"},
    {"an empty link", "link-empty", NULL, HEAD "<a href=\"\">x</a>{{$body}}{{/body}}" FOOT, NULL,
     NULL},
    {"a relative link", "link-relative", NULL, HEAD "<a href=\"/x\">x</a>{{$body}}{{/body}}" FOOT,
     NULL, "templates/l.html:1"},
    {"a link without https", "link-http", CAMPAIGN "  [Go](http://group.test-school.org/a)\n", NULL,
     NULL, "campaigns/c.yaml:8"},
    {"a placeholder", "link-example", CAMPAIGN "  [Go](https://example.com/a)\n", NULL, NULL,
     "campaigns/c.yaml:8"},
    {"text that names another address", "link-text",
     CAMPAIGN "  [www.school.org](https://elsewhere.org)\n", NULL, NULL, "campaigns/c.yaml:8"},
    {"a link that says here", "link-vague", CAMPAIGN "  [here](https://school.org/a)\n", NULL, NULL,
     NULL},
    {"a shortener", "link-shortener", CAMPAIGN "  [Go](https://bit.ly/a)\n", NULL, NULL, NULL},
    {"a link with a counter's marks", "link-tracking",
     CAMPAIGN "  [Go](https://school.org/a?utm_source=news)\n", NULL, NULL, "campaigns/c.yaml:8"},
    {"a link through a counter", "link-tracking",
     CAMPAIGN "  [Go](https://clicks.school.org/?to=https%3A%2F%2Fschool.org)\n", NULL, NULL, NULL},
    {"no postal address to show", "postal-address-unset",
     "id: no-postal\ntopic: t\ntemplate: l\nsubject: x\npreheader: x\nbody: x\n", NULL, NULL,
     "config/broadside.yaml:0"},
    {"no one-click unsubscribe", "list-unsubscribe",
     "id: no-url\ntopic: t\ntemplate: l\nsubject: x\npreheader: x\nbody: x\n", NULL, NULL,
     "config/broadside.yaml:0"},
    {"no unsubscribe by mail", "list-unsubscribe",
     "id: no-mailto\ntopic: t\ntemplate: l\nsubject: x\npreheader: x\nbody: x\n", NULL, NULL, NULL},
    {"a long preheader", "preheader-length",
     "id: c\ntopic: t\ntemplate: l\nsubject: x\nbody: x\npreheader: This line goes on and on, well "
     "beyond what any inbox of any program on any screen would ever show of it to anybody\n",
     NULL, NULL, "campaigns/c.yaml:6"},
    {"an unescaped value in a link", "href-merge", CAMPAIGN "data: {u: \"https://school.org\"}\n",
     HEAD "\n<a href=\"{{{u}}}\">x</a>{{$body}}{{/body}}" FOOT, NULL, "templates/l.html:2"},
    {"an image without alt text", "image-alt", NULL,
     HEAD "<img src=\"https://school.org/a.png\">{{$body}}{{/body}}" FOOT, NULL, NULL},
    {"a local image", "image-source", NULL,
     HEAD "<img alt=\"\" src=\"a.png\">{{$body}}{{/body}}" FOOT, NULL, NULL},
    {"nothing but an image", "image-only", NULL,
     HEAD "<img alt=\"\" src=\"https://school.org/a.png\">{{$body}}{{/body}}" FOOT, NULL, NULL},
    {"a pixel", "tracking-pixel", NULL,
     HEAD "<img alt=\"\" width=1 height=1 src=\"https://school.org/a.png\">{{$body}}{{/body}}" FOOT,
     NULL, NULL},
    {"a form", "active-content", NULL, HEAD "<form></form>{{$body}}{{/body}}" FOOT, NULL, NULL},
    {"an event handler", "active-content", NULL,
     HEAD "<b onclick=\"x()\">x</b>{{$body}}{{/body}}" FOOT, NULL, NULL},
    {"a page without a language", "page-language", NULL, "<html><body>{{$body}}{{/body}}" FOOT,
     NULL, NULL},
    {"a page without a viewport", "viewport", NULL, "<html lang=en><body>{{$body}}{{/body}}" FOOT,
     NULL, NULL},
    {"nothing on dark mode", "dark-mode", NULL, "<html lang=en><body>{{$body}}{{/body}}" FOOT, NULL,
     NULL},
    {"a layout table without a role", "table-role", NULL,
     HEAD "<table cellpadding=0><tr><td>{{$body}}{{/body}}</td></tr></table>" FOOT, NULL, NULL},
    {"faint text", "contrast", NULL,
     HEAD "\n<p style=\"color: #aaaaaa; background-color: #fff\">x</p>{{$body}}{{/body}}" FOOT,
     NULL, "templates/l.html:2"},
    {"faint text by a style that is moved", "contrast", NULL,
     HEAD "<style>.f { color: #bbbbbb; background-color: #fff }</style><p class=f>x</p>"
          "{{$body}}{{/body}}" FOOT,
     NULL, NULL},
    {"tiny text", "font-size", NULL,
     HEAD "<p style=\"font-size: 9px\">x</p>{{$body}}{{/body}}" FOOT, NULL, NULL},
    {"a colour on no background", "dark-colors", NULL,
     HEAD "<p style=\"color: #111111\">x</p>{{$body}}{{/body}}" FOOT, NULL, NULL},
    {"a media rule that the elements overrule", "media-important", NULL,
     HEAD "<style>@media (max-width: 9px) { p { color: red } }</style>{{$body}}{{/body}}" FOOT,
     NULL, NULL},
    {"a language without a subject", "language-incomplete",
     CAMPAIGN "languages: {es: {body: Hola, preheader: x}}\n", NULL, NULL, NULL},
    {"a language that readers have and the campaign has not", "language-missing",
     "id: vi\ntopic: t\ntemplate: l\nsubject: x\npreheader: x\nbody: x\n", NULL, NULL, NULL},
    {"data that nothing shows", "unused-data", CAMPAIGN "data:\n  districts: 63\n", NULL, NULL,
     "campaigns/c.yaml:9"},
    {"a section that never holds", "unreachable-section",
     CAMPAIGN "  {{#is.organisation}}x{{/is.organisation}}\n", NULL, NULL, "campaigns/c.yaml:8"},
    {"a test whose subject differs", "test", CAMPAIGN "tests:\n  - {name: n, subject: Goodbye}\n",
     NULL, NULL, "campaigns/c.yaml:9"},
    {"a test whose text is missing", "test", CAMPAIGN "tests:\n  - {name: n, contains: [Ana]}\n",
     NULL, NULL, NULL},
    {"a test whose text is there and should not be", "test",
     CAMPAIGN "tests:\n  - {name: n, lacks: [Dear]}\n", NULL, NULL, NULL},
};

static void finds(size_t i)
{
    struct world world = {0};
    look(&world, cases[i].campaign ? cases[i].campaign : CAMPAIGN,
         cases[i].html ? cases[i].html : LAYOUT, cases[i].text ? cases[i].text : LETTER);
    const struct finding *finding = found(&world, cases[i].rule);
    spoke[number_of(cases[i].rule)] = true;
    bool held = check(cases[i].promise, finding != NULL);
    for (const struct finding *at = world.findings.first; !held && at != NULL; at = at->next)
        fprintf(stderr, "    %.*s [%.*s]\n", TEXT_ARGS(at->message), TEXT_ARGS(at->rule));
    if (finding != NULL && cases[i].line != NULL) {
        char line[256];
        snprintf(line, sizeof(line), "%.*s:%u", TEXT_ARGS(finding->place.path),
                 finding->place.line);
        check_text(cases[i].promise, text_of(line), text_of(cases[i].line));
    }
    forget(&world);
}

/* What comes close, and is fine. */
static const struct {
    const char *rule, *campaign, *html, *text; /* NULL: a sound one */
} spared[] = {
    {"unsubscribe-html", NULL,
     HEAD "{{$body}}{{/body}}<A HREF='{{unsubscribe_url}}'>Leave</A> {{sender.postal_address}}",
     NULL},
    {"unsubscribe-text", NULL, NULL,
     "{{$body}}{{/body}} To leave: {{unsubscribe_url}}. {{sender.postal_address}}"},
    {"postal-address", NULL, NULL,
     "{{$body}}{{/body}} {{unsubscribe_url}}\n1 Example\nWay, Oakland"},
    {"postal-address-unset", NULL, NULL, NULL},
    {"list-unsubscribe", NULL, NULL, NULL},
    {"from-alignment", CAMPAIGN "from: {address: a@news.group.example}\n", NULL, NULL},
    {"shared-from", CAMPAIGN "from: {address: a@gmail.com.group.example}\n", NULL, NULL},
    {"subject-length",
     "id: c\ntopic: t\ntemplate: l\npreheader: x\nbody: x\nsubject: "
     "This subject has seventy characters, which is as many as Gmail shows.\n",
     NULL, NULL},
    {"subject-shouting",
     "id: c\ntopic: t\ntemplate: l\npreheader: x\nbody: x\nsubject: NASA and the USDA on kids!\n",
     NULL, NULL},
    {"preheader", NULL, NULL, NULL},
    {"preheader-length",
     "id: c\ntopic: t\ntemplate: l\nsubject: x\nbody: x\npreheader: A line of fewer than one "
     "hundred "
     "and ten characters is shown whole by most inboxes on a desk.\n",
     NULL, NULL},
    {"text-part", NULL, HEAD "<p>A few words more than in the text.</p>{{$body}}{{/body}}" FOOT,
     NULL},
    {"line-length", NULL, NULL,
     "https://school.org/an-address-that-is-much-longer-than-the-seventy-eight-characters-of-a-"
     "line-and-cannot-be-broken\n" LETTER},
    {"link-empty", NULL, HEAD "<a href=\"#top\">x</a>{{$body}}{{/body}}" FOOT, NULL},
    {"link-relative", NULL, HEAD "<a href=\"mailto:a@school.org\">x</a>{{$body}}{{/body}}" FOOT,
     NULL},
    {"link-http", CAMPAIGN "  [Go](https://school.org/http://a)\n", NULL, NULL},
    {"link-example", CAMPAIGN "  [Go](https://example.school.org/a)\n", NULL, NULL},
    {"link-text", CAMPAIGN "  [school.org](https://www.school.org/a)\n", NULL, NULL},
    {"link-vague", CAMPAIGN "  [read more about it here](https://school.org/a)\n", NULL, NULL},
    {"link-shortener", CAMPAIGN "  [Go](https://habit.ly/a)\n", NULL, NULL},
    {"link-tracking", CAMPAIGN "  [Go](https://school.org/utm_source/?page=2)\n", NULL, NULL},
    {"href-merge", CAMPAIGN "data: {u: \"https://school.org\"}\n",
     HEAD "<a href=\"{{u}}\">{{{u}}}</a>{{$body}}{{/body}}" FOOT, NULL},
    {"image-alt", NULL,
     HEAD "<img alt=\"\" src=\"https://school.org/a.png\">{{$body}}{{/body}}" FOOT, NULL},
    {"image-source", NULL,
     HEAD "<img alt=\"\" src=\"data:image/png;base64,AAAA\">{{$body}}{{/body}}" FOOT, NULL},
    {"image-only", NULL,
     HEAD
     "<img alt=\"\" src=\"https://school.org/a.png\"><p>An image, and words enough beside it to "
     "tell a reader whose program shows no images what this letter is about, and whom to call "
     "before the vote on Tuesday.</p>{{$body}}{{/body}}" FOOT,
     NULL},
    {"tracking-pixel", NULL,
     HEAD
     "<img alt=\"\" width=1 height=40 src=\"https://school.org/a.png\">{{$body}}{{/body}}" FOOT,
     NULL},
    {"active-content", NULL, HEAD "<b title=\"onclick\">form</b>{{$body}}{{/body}}" FOOT, NULL},
    {"page-language", NULL, NULL, NULL},
    {"viewport", NULL, NULL, NULL},
    {"dark-mode", NULL,
     "<html lang=en><head><style>@media (prefers-color-scheme: dark) { p { color: #fff !important "
     "} }"
     "</style></head><body>{{$body}}{{/body}}" FOOT,
     NULL},
    {"table-role", NULL,
     HEAD "<table cellpadding=0><tr><th>a</th></tr></table><table role=presentation cellpadding=0>"
          "<tr><td>{{$body}}{{/body}}</td></tr></table>" FOOT,
     NULL},
    {"contrast", NULL,
     HEAD "<p style=\"color: #767676; background-color: #fff\">x</p>{{$body}}{{/body}}" FOOT, NULL},
    {"font-size", NULL, HEAD "<p style=\"font-size: 12px\">x</p>{{$body}}{{/body}}" FOOT, NULL},
    {"dark-colors", NULL,
     HEAD "<div style=\"background-color: #fff\"><p style=\"color: #111111\">x</p></div>"
          "{{$body}}{{/body}}" FOOT,
     NULL},
    {"media-important", NULL,
     HEAD "<style>@media (max-width: 9px) { p { color: red !important } }</style>"
          "{{$body}}{{/body}}" FOOT,
     NULL},
    {"language-incomplete", CAMPAIGN "languages: {es: {subject: Hola, body: Hola, preheader: x}}\n",
     NULL, NULL},
    {"language-missing",
     "id: vi\ntopic: t\ntemplate: l\nsubject: x\npreheader: x\nbody: x\n"
     "languages: {vi-VN: {subject: x, body: x, preheader: x}}\n",
     NULL, NULL},
    {"unused-data", CAMPAIGN "  {{#data.districts}}x{{/data.districts}}\ndata:\n  districts: 63\n",
     NULL, NULL},
    {"unreachable-section", CAMPAIGN "  {{#is.organization}}x{{/is.organization}}\n", NULL, NULL},
};

static void spares(size_t i)
{
    struct world world = {0};
    look(&world, spared[i].campaign ? spared[i].campaign : CAMPAIGN,
         spared[i].html ? spared[i].html : LAYOUT, spared[i].text ? spared[i].text : LETTER);
    const struct finding *finding = found(&world, spared[i].rule);
    spared_by[number_of(spared[i].rule)] = true;
    if (!check("what comes close and is fine is left alone",
               world.composed != NULL && finding == NULL))
        fprintf(stderr, "    %s: %.*s\n", spared[i].rule, TEXT_ARGS(finding->message));
    forget(&world);
}

/* `filler` times a paragraph in the layout, and an attachment of so many bytes. */
static bool says_of_size(const char *rule, size_t filler, size_t attached)
{
    static char html[256 * 1024], file[9 * 1024 * 1024];
    struct world world = {0};
    size_t length = (size_t)snprintf(html, sizeof(html), "%s", HEAD);
    for (size_t i = 0; i < filler; i++)
        length += (size_t)snprintf(html + length, sizeof(html) - length,
                                   "<p>Thirty bytes in a line.</p>");
    snprintf(html + length, sizeof(html) - length, "{{$body}}{{/body}}%s", FOOT);
    memset(file, 'x', attached);
    file[attached] = '\0';
    attachment = file;
    look(&world, CAMPAIGN "attachments: [{file: a.txt}]\n", html, LETTER);
    attachment = NULL;
    check("it is composed", world.composed != NULL);
    bool said = found(&world, rule) != NULL;
    forget(&world);
    return said;
}

static void measures(void)
{
    check("HTML beyond Gmail's 102 KB", says_of_size("size-clip", 3700, 10));
    check("HTML below it", !says_of_size("size-clip", 3300, 10));
    check("more than 10 MB in base64", says_of_size("size-message", 1, 8 * 1024 * 1024));
    check("less than 10 MB in base64", !says_of_size("size-message", 1, 7 * 1024 * 1024));
    spoke[number_of("size-clip")] = spared_by[number_of("size-clip")] = true;
    spoke[number_of("size-message")] = spared_by[number_of("size-message")] = true;
}

/* These are told by who knows the members; the stories of `check` are their test. */
static bool is_of_members(const struct lint_rule *rule)
{
    return strcmp(rule->name, "audience-empty") == 0 ||
           strcmp(rule->name, "members-skipped") == 0 ||
           strcmp(rule->name, "audience-unknown") == 0;
}

static void every_rule_was_tried(void)
{
    for (size_t i = 0; lint_rules[i].name != NULL; i++)
        if (!check("a rule is seen to speak, and to be silent",
                   (spoke[i] && spared_by[i]) || is_of_members(&lint_rules[i])))
            fprintf(stderr, "    %s\n", lint_rules[i].name);
}

int main(void)
{
    struct world world = {0};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        finds(i);
    for (size_t i = 0; i < COUNT_OF(spared); i++)
        spares(i);
    measures();
    every_rule_was_tried();
    look(&world, CAMPAIGN "tests: [{name: n, subject: Hello, contains: [Dear], lacks: [Ana]}]\n",
         LAYOUT, LETTER);
    for (const struct finding *at = world.findings.first; at != NULL; at = at->next)
        fprintf(stderr, "    %.*s [%.*s]\n", TEXT_ARGS(at->message), TEXT_ARGS(at->rule));
    check("a sound campaign is left alone", world.composed != NULL && world.findings.first == NULL);
    forget(&world);
    look(&world,
         CAMPAIGN "lint: {off: [link-vague], reason: x}\ndata: {a: \"[here](https://s.org)\"}\n",
         HEAD "<a href=\"https://school.org\">here</a>{{$body}}{{/body}}" FOOT, LETTER);
    check("a rule that is off says nothing",
          world.composed != NULL && found(&world, "link-vague") == NULL);
    forget(&world);
    for (const struct lint_rule *rule = lint_rules; rule->name != NULL; rule++)
        check("a rule has a reason and a remedy, and is found by its name",
              rule->reason[0] != '\0' && rule->remedy[0] != '\0' &&
                  lint_rule_find(text_of(rule->name)) == rule);
    return check_done();
}
