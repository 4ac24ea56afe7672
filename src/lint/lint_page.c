/* Lint, the page: links, images and elements of the HTML part. */
#include "lint/lint_state.h"

#include "template/css.h"

#include "base/banned.h"

enum { SHOWN = 80, TEXT_SHORT = 160 };

/* How a piece of the page is named in a finding. */
static struct text brief(struct text text)
{
    return text_slice(text, 0, SHOWN);
}

/* ---- links ---- */

/* The host of a web address; empty for all else. */
static struct text host_of(struct text url)
{
    size_t scheme = text_find(url, TEXT("://"));
    struct text rest = scheme == TEXT_NONE ? url : text_after(url, scheme + 3);
    size_t end = 0;
    while (end < rest.length && memchr("/?#:", rest.at[end], 4) == NULL)
        end++;
    struct text host = text_slice(rest, 0, end);
    return text_starts_nocase(host, TEXT("www.")) ? text_after(host, 4) : host;
}

static bool is_web(struct text url)
{
    return text_starts_nocase(url, TEXT("http://")) || text_starts_nocase(url, TEXT("https://"));
}

static bool is_address(struct text url)
{
    return is_web(url) || text_starts_nocase(url, TEXT("mailto:")) ||
           text_starts_nocase(url, TEXT("tel:"));
}

static bool ends_any(struct text host, const char *const *names)
{
    for (; *names != NULL; names++) {
        struct text name = text_of(*names);
        if (text_equal_nocase(host, name))
            return true;
        if (host.length > name.length && text_ends_nocase(host, name) &&
            host.at[host.length - name.length - 1] == '.')
            return true;
    }
    return false;
}

/* RFC 2606: these never are anybody's. */
static bool is_placeholder(struct text host)
{
    static const char *const names[] = {"example.com", "example.org", "example.net", "localhost",
                                        "test",        "invalid",     "example",     NULL};
    return ends_any(host, names);
}

static bool is_shortener(struct text host)
{
    static const char *const names[] = {"bit.ly", "tinyurl.com", "t.co",       "goo.gl", "ow.ly",
                                        "is.gd",  "buff.ly",     "rebrand.ly", NULL};
    return ends_any(host, names);
}

/* Marks that campaign counters add, and addresses that lead on to another. */
static bool is_tracked(struct text url)
{
    static const char *const marks[] = {"utm_",    "fbclid=",  "gclid=",  "mc_eid=", "mc_cid=",
                                        "http://", "https://", "http%3a", "https%3a"};
    size_t at = text_find_byte(url, '?');
    for (size_t i = 0; at != TEXT_NONE && i < sizeof(marks) / sizeof(marks[0]); i++)
        if (text_find_nocase(text_after(url, at), text_of(marks[i])) != TEXT_NONE)
            return true;
    return false;
}

static bool is_vague(struct text words)
{
    static const char *const names[] = {"here", "click here", "click", "link",
                                        "this", "this link",  "more",  "read more",
                                        "aquí", "haga clic",  "más"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (text_equal_nocase(words, text_of(names[i])))
            return true;
    return false;
}

/* Words that themselves look like an address. */
static bool looks_like_address(struct text words)
{
    if (is_web(words) || text_starts_nocase(words, TEXT("www.")))
        return true;
    struct text host = host_of(words);
    return host.length > 4 && text_find_byte(words, ' ') == TEXT_NONE &&
           text_find_byte(words, '@') == TEXT_NONE &&
           (text_ends_nocase(host, TEXT(".com")) || text_ends_nocase(host, TEXT(".org")) ||
            text_ends_nocase(host, TEXT(".net")) || text_ends_nocase(host, TEXT(".gov")));
}

static void lint_web_link(struct linting *linting, struct text href, struct text words)
{
    struct text host = host_of(href);
    if (text_starts_nocase(href, TEXT("http://")))
        lint_say(linting, "link-http", lint_place(linting, href), "\"%.*s\" is not https",
                 TEXT_ARGS(brief(href)));
    if (is_placeholder(host))
        lint_say(linting, "link-example", lint_place(linting, host), "%.*s is a placeholder",
                 TEXT_ARGS(host));
    if (is_shortener(host))
        lint_say(linting, "link-shortener", lint_place(linting, host), "%.*s is a link shortener",
                 TEXT_ARGS(host));
    if (is_tracked(href))
        lint_say(linting, "link-tracking", lint_place(linting, href), "\"%.*s\" counts who clicks",
                 TEXT_ARGS(brief(href)));
    if (looks_like_address(words) && !text_equal_nocase(host_of(words), host))
        lint_say(linting, "link-text", lint_place(linting, words), "\"%.*s\" opens %.*s",
                 TEXT_ARGS(brief(words)), TEXT_ARGS(host));
}

static bool is_way_out(const struct content_sender *sender, struct text href)
{
    return (sender->unsubscribe_url.length > 0 && text_starts(href, sender->unsubscribe_url)) ||
           (sender->unsubscribe_mailto.length > 0 && text_starts(href, sender->unsubscribe_mailto));
}

/* True for the link that ends it, which is not judged: it is the configuration's. */
static bool lint_link(struct linting *linting, const struct page_node *node)
{
    BUFFER(room, TEMPLATE_OUTPUT);
    page_words(node, &room);
    struct text words = text_trim(buffer_text(&room)), href = text_trim(page_value(node, "href"));
    if (page_attribute(node, "href") == NULL)
        return false;
    if (is_way_out(&linting->subject->composed->sender, href))
        return true;
    if (href.length == 0 || text_equal(href, TEXT("#")))
        lint_say(linting, "link-empty", lint_place(linting, words),
                 "the link \"%.*s\" leads nowhere", TEXT_ARGS(brief(words)));
    else if (is_web(href))
        lint_web_link(linting, href, words);
    else if (!is_address(href) && href.at[0] != '#')
        lint_say(linting, "link-relative", lint_place(linting, href),
                 "\"%.*s\" is no whole address", TEXT_ARGS(brief(href)));
    if (is_vague(words))
        lint_say(linting, "link-vague", lint_place(linting, words), "a link says just \"%.*s\"",
                 TEXT_ARGS(words));
    return false;
}

/* ---- images ---- */

static bool is_pixel(const struct page_node *node)
{
    struct text width = page_value(node, "width"), height = page_value(node, "height");
    return (text_equal(width, TEXT("1")) || text_equal(width, TEXT("0"))) &&
           (text_equal(height, TEXT("1")) || text_equal(height, TEXT("0")));
}

static void lint_image(struct linting *linting, const struct page_node *node)
{
    struct text source = text_trim(page_value(node, "src"));
    struct place place = lint_place(linting, source);
    bool data = text_starts_nocase(source, TEXT("data:"));
    if (page_attribute(node, "alt") == NULL)
        lint_say(linting, "image-alt", place, "the image \"%.*s\" has no alt text",
                 TEXT_ARGS(brief(source)));
    if (!data && !is_web(source))
        lint_say(linting, "image-source", place, "\"%.*s\" is no whole address",
                 TEXT_ARGS(brief(source)));
    if (is_pixel(node))
        lint_say(linting, "tracking-pixel", place, "the image \"%.*s\" is one pixel",
                 TEXT_ARGS(brief(source)));
}

/* ---- elements ---- */

static bool is_active(const struct page_node *node)
{
    static const char *const names[] = {"script", "form",  "input", "iframe", "object", "embed",
                                        "applet", "video", "audio", "button", "base"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (page_is(node, names[i]))
            return true;
    return false;
}

static void lint_element(struct linting *linting, const struct page_node *node)
{
    if (is_active(node)) {
        struct text tag = arena_printf(linting->arena, "<%.*s", TEXT_ARGS(node->name));
        lint_say(linting, "active-content", lint_place(linting, tag), "there is a <%.*s>",
                 TEXT_ARGS(node->name));
    }
    for (const struct page_attribute *at = node->attributes; at != NULL; at = at->next)
        if (text_starts(at->name, TEXT("on")) && at->name.length > 2)
            lint_say(linting, "active-content", lint_place(linting, at->name), "<%.*s> has %.*s=…",
                     TEXT_ARGS(node->name), TEXT_ARGS(at->name));
}

/* A table with another within it lays out; so does one with cellpadding and no heading. */
static bool lays_out(const struct page_node *table)
{
    bool heading = false, nested = false;
    for (const struct page_node *at = page_next(table, table); at != NULL;
         at = page_next(table, at)) {
        heading |= page_is(at, "th") || page_is(at, "caption");
        nested |= page_is(at, "table");
    }
    return nested || (!heading && page_attribute(table, "cellpadding") != NULL);
}

static void lint_table(struct linting *linting, const struct page_node *node)
{
    struct text role = page_value(node, "role");
    if (!lays_out(node) || text_equal(role, TEXT("presentation")) || text_equal(role, TEXT("none")))
        return;
    lint_say(linting, "table-role", lint_place(linting, TEXT("<table")),
             "a table that lays out has no role%s%.*s",
             page_value(node, "class").length > 0 ? ": class " : "",
             TEXT_ARGS(page_value(node, "class")));
}

/* ---- the head ---- */

/* What a media rule says of the elements is lost unless it is important: the elements say it
 * themselves by then. */
static void lint_media(struct linting *linting, const struct css_rule *sheet)
{
    for (const struct css_rule *media = sheet; media != NULL; media = media->next) {
        if (!media->at_rule || !text_starts_nocase(media->prelude, TEXT("@media")))
            continue;
        for (const struct css_rule *rule = css_parse(linting->arena, media->block); rule != NULL;
             rule = rule->next)
            for (const struct css_declaration *at = rule->declarations; at != NULL; at = at->next)
                if (!at->important)
                    lint_say(linting, "media-important", lint_place(linting, rule->prelude),
                             "%.*s { %.*s } in @media is not important", TEXT_ARGS(rule->prelude),
                             TEXT_ARGS(at->name));
    }
}

struct head {
    bool viewport, dark, language, is_page;
};

static void look_at_head(struct linting *linting, const struct page_node *node, struct head *head)
{
    struct text name = page_value(node, "name");
    head->viewport |= page_is(node, "meta") && text_equal_nocase(name, TEXT("viewport"));
    head->dark |= page_is(node, "meta") && text_equal_nocase(name, TEXT("color-scheme"));
    if (!page_is(node, "style") || node->first == NULL)
        return;
    head->dark |= text_contains(node->first->text, TEXT("prefers-color-scheme"));
    lint_media(linting, css_parse(linting->arena, node->first->text));
}

static void lint_head(struct linting *linting, const struct page_node *page,
                      const struct head *head)
{
    struct place place = lint_place(linting, TEXT("<head"));
    if (page->end > page->start && page_value(page, "lang").length == 0)
        lint_say(linting, "page-language", lint_place(linting, TEXT("<html")),
                 "<html> has no lang");
    if (page->end > page->start && !head->viewport)
        lint_say(linting, "viewport", place, "the page has no viewport");
    if (!head->dark)
        lint_say(linting, "dark-mode", place, "the page says nothing on dark mode");
}

void lint_page(struct linting *linting, struct text html)
{
    ARENA(scratch);
    const struct content_sender *sender = &linting->subject->composed->sender;
    struct page_node *page = page_parse(&scratch, html);
    struct head head = {0};
    bool way_out = sender->unsubscribe_url.length + sender->unsubscribe_mailto.length == 0;
    size_t images = 0;
    BUFFER(words, TEMPLATE_OUTPUT);
    if (page == NULL)
        return;
    for (const struct page_node *node = page; node != NULL; node = page_next(page, node)) {
        look_at_head(linting, node, &head);
        lint_element(linting, node);
        images += page_is(node, "img");
        if (page_is(node, "a"))
            way_out |= lint_link(linting, node);
        if (page_is(node, "img"))
            lint_image(linting, node);
        if (page_is(node, "table"))
            lint_table(linting, node);
    }
    page_words(page, &words);
    if (images > 0 && words.length < TEXT_SHORT)
        lint_say(linting, "image-only", (struct place){.path = linting->subject->composed->path},
                 "there is hardly any text beside the images");
    if (!way_out)
        lint_say(linting, "unsubscribe-html",
                 (struct place){.path = linting->subject->composed->path},
                 "the HTML part has no unsubscribe link");
    lint_head(linting, page, &head);
    lint_look(linting, page);
}
