/* Content HTML: the body as markup, plain enough for every mail client. */
#include "base/banned.h"
#include "content/content_visit.h"
#include "template/escape.h"

struct content_html {
    struct arena *arena;
    const struct content_tags *tags;
    struct source_builder out;
    unsigned images; /* images around: their text is an attribute */
};

struct content_html *content_html_begin(struct arena *arena, const struct content_tags *tags)
{
    struct content_html *html = arena_new(arena, struct content_html);
    *html = (struct content_html){.arena = arena, .tags = tags};
    source_begin(&html->out, arena);
    return html;
}

struct source content_html_end(struct content_html *html)
{
    return source_end(&html->out);
}

static void put(struct content_html *html, const char *markup)
{
    source_add_literal(&html->out, text_of(markup));
}

/* Harmless runs keep their places. What Markdown made of "\{\{" must not become a tag again. */
static void put_escaped(struct content_html *html, struct text text)
{
    size_t run = 0;
    for (size_t i = 0; i < text.length; i++) {
        struct text byte = text_slice(text, i, 1);
        bool brace = byte.at[0] == '{';
        if (!brace && memchr("&<>\"", byte.at[0], 4) == NULL)
            continue;
        BUFFER(escaped, 16);
        if (brace)
            buffer_add(&escaped, TEXT("&#123;"));
        else
            escape_html(&escaped, byte);
        content_tags_add(html->tags, text_slice(text, run, i - run), &html->out);
        source_add_literal(&html->out, buffer_text(&escaped));
        run = i + 1;
    }
    content_tags_add(html->tags, text_after(text, run), &html->out);
}

static void put_text(struct content_html *html, struct text text)
{
    struct content_piece piece;
    while (content_tags_take(html->tags, &text, &piece)) {
        if (piece.tag != NULL)
            content_tags_show(html->tags, piece.tag, &html->out);
        else
            put_escaped(html, piece.text);
    }
}

/* Markup as its author wrote it. */
static void put_raw(struct content_html *html, struct text text)
{
    struct content_piece piece;
    while (content_tags_take(html->tags, &text, &piece)) {
        if (piece.tag != NULL)
            content_tags_show(html->tags, piece.tag, &html->out);
        else
            content_tags_add(html->tags, piece.text, &html->out);
    }
}

/* What may not stand in a link is percent-encoded; what is encoded already stays. */
static void put_link(struct content_html *html, struct text link)
{
    struct content_piece piece;
    while (content_tags_take(html->tags, &link, &piece)) {
        BUFFER(encoded, 4 * piece.text.length + 16);
        escape_percent(&encoded, piece.text, ":/?#[]@!$&'()*+,;=%");
        if (piece.tag != NULL)
            content_tags_show(html->tags, piece.tag, &html->out);
        else
            put_escaped(html, arena_text(html->arena, buffer_text(&encoded)));
    }
}

static const struct {
    const char *open, *close;
} tags_of_block[BLOCKS] = {
    [BLOCK_DOCUMENT] = {"", ""},
    [BLOCK_QUOTE] = {"<blockquote>\n", "</blockquote>\n"},
    [BLOCK_BULLETS] = {"<ul>\n", "</ul>\n"},
    [BLOCK_NUMBERS] = {"<ol>\n", "</ol>\n"},
    [BLOCK_ITEM] = {"<li>", "</li>\n"},
    [BLOCK_RULE] = {"<hr>\n", ""},
    [BLOCK_HEADING] = {"", ""},
    [BLOCK_CODE] = {"<pre><code>", "</code></pre>\n"},
    [BLOCK_HTML] = {"", ""},
    [BLOCK_PARAGRAPH] = {"<p>", "</p>\n"},
    [BLOCK_TABLE] = {"<table>\n", "</table>\n"},
    [BLOCK_TABLE_HEAD] = {"<thead>\n", "</thead>\n"},
    [BLOCK_TABLE_BODY] = {"<tbody>\n", "</tbody>\n"},
    [BLOCK_ROW] = {"<tr>\n", "</tr>\n"},
    [BLOCK_HEAD_CELL] = {"<th>", "</th>\n"},
    [BLOCK_CELL] = {"<td>", "</td>\n"},
};

__attribute__((format(printf, 2, 3))) static void put_formatted(struct content_html *html,
                                                                const char *format, ...)
{
    char markup[64];
    va_list args;
    va_start(args, format);
    vsnprintf(markup, sizeof(markup), format, args);
    va_end(args);
    put(html, markup);
}

static void enter_block(void *self, enum content_block block, const struct content_detail *detail)
{
    struct content_html *html = self;
    if (block == BLOCK_HEADING) {
        put_formatted(html, "<h%u>", detail->level);
    } else if (block == BLOCK_NUMBERS && detail->start != 1) {
        put_formatted(html, "<ol start=\"%u\">\n", detail->start);
    } else if (detail->align != NULL) {
        put(html, block == BLOCK_HEAD_CELL ? "<th align=\"" : "<td align=\"");
        put(html, detail->align);
        put(html, "\">");
    } else {
        put(html, tags_of_block[block].open);
    }
}

static void leave_block(void *self, enum content_block block, const struct content_detail *detail)
{
    struct content_html *html = self;
    if (block == BLOCK_HEADING)
        put_formatted(html, "</h%u>\n", detail->level);
    else
        put(html, tags_of_block[block].close);
}

static const struct {
    const char *open, *close;
} tags_of_span[SPANS] = {
    [SPAN_EMPHASIS] = {"<em>", "</em>"},  [SPAN_STRONG] = {"<strong>", "</strong>"},
    [SPAN_LINK] = {"<a href=\"", "</a>"}, [SPAN_IMAGE] = {"<img src=\"", "\">"},
    [SPAN_CODE] = {"<code>", "</code>"},  [SPAN_DELETED] = {"<del>", "</del>"},
};

static void put_title(struct content_html *html, struct text title)
{
    if (title.length == 0)
        return;
    put(html, "\" title=\"");
    put_text(html, title);
}

static void enter_span(void *self, enum content_span span, const struct content_detail *detail)
{
    struct content_html *html = self;
    bool image = span == SPAN_IMAGE;
    if (image)
        html->images++;
    if (html->images > (image ? 1 : 0)) /* within an image's text there is no markup */
        return;
    put(html, tags_of_span[span].open);
    if (span != SPAN_LINK && !image)
        return;
    put_link(html, detail->link);
    put_title(html, detail->title);
    put(html, image ? "\" alt=\"" : "\">");
}

static void leave_span(void *self, enum content_span span, const struct content_detail *detail)
{
    (void)detail;
    struct content_html *html = self;
    if (span == SPAN_IMAGE)
        html->images--;
    if (html->images == 0)
        put(html, tags_of_span[span].close);
}

static void on_text(void *self, enum content_text kind, struct text text)
{
    struct content_html *html = self;
    bool breaks = kind == TEXT_BREAK || kind == TEXT_SOFT_BREAK;
    if (kind == TEXT_BREAK && html->images == 0)
        put(html, "<br>");
    if (breaks)
        put(html, "\n");
    else if (kind == TEXT_ENTITY || (kind == TEXT_HTML && html->images == 0))
        put_raw(html, text);
    else
        put_text(html, text);
}

const struct content_visitor content_html_visitor = {
    .enter_block = enter_block,
    .leave_block = leave_block,
    .enter_span = enter_span,
    .leave_span = leave_span,
    .text = on_text,
};
