/* Content: a body written once in Markdown becomes HTML and a text part that reads well. */
#include "content/content.h"

#include <md4c.h>

#include "base/banned.h"
#include "base/buffer.h"
#include "content/content_visit.h"

struct walk {
    struct arena *arena;
    const struct content_visitor *visitor;
    void *self;
};

static const enum content_block blocks[] = {
    [MD_BLOCK_DOC] = BLOCK_DOCUMENT,     [MD_BLOCK_QUOTE] = BLOCK_QUOTE,
    [MD_BLOCK_UL] = BLOCK_BULLETS,       [MD_BLOCK_OL] = BLOCK_NUMBERS,
    [MD_BLOCK_LI] = BLOCK_ITEM,          [MD_BLOCK_HR] = BLOCK_RULE,
    [MD_BLOCK_H] = BLOCK_HEADING,        [MD_BLOCK_CODE] = BLOCK_CODE,
    [MD_BLOCK_HTML] = BLOCK_HTML,        [MD_BLOCK_P] = BLOCK_PARAGRAPH,
    [MD_BLOCK_TABLE] = BLOCK_TABLE,      [MD_BLOCK_THEAD] = BLOCK_TABLE_HEAD,
    [MD_BLOCK_TBODY] = BLOCK_TABLE_BODY, [MD_BLOCK_TR] = BLOCK_ROW,
    [MD_BLOCK_TH] = BLOCK_HEAD_CELL,     [MD_BLOCK_TD] = BLOCK_CELL,
};

/* Those that our flags allow. */
static const enum content_span spans[] = {
    [MD_SPAN_EM] = SPAN_EMPHASIS, [MD_SPAN_STRONG] = SPAN_STRONG, [MD_SPAN_A] = SPAN_LINK,
    [MD_SPAN_IMG] = SPAN_IMAGE,   [MD_SPAN_CODE] = SPAN_CODE,     [MD_SPAN_DEL] = SPAN_DELETED,
};

static const enum content_text texts[] = {
    [MD_TEXT_NORMAL] = TEXT_PLAIN,      [MD_TEXT_NULLCHAR] = TEXT_PLAIN, [MD_TEXT_BR] = TEXT_BREAK,
    [MD_TEXT_SOFTBR] = TEXT_SOFT_BREAK, [MD_TEXT_ENTITY] = TEXT_ENTITY,  [MD_TEXT_CODE] = TEXT_CODE,
    [MD_TEXT_HTML] = TEXT_HTML,
};

static const char *const aligns[] = {
    [MD_ALIGN_DEFAULT] = NULL,
    [MD_ALIGN_LEFT] = "left",
    [MD_ALIGN_CENTER] = "center",
    [MD_ALIGN_RIGHT] = "right",
};

/* An attribute comes in pieces, some of them references. */
static struct text plain_of(struct walk *walk, const MD_ATTRIBUTE *attribute)
{
    BUFFER(plain, CONTENT_BYTES);
    for (size_t i = 0; attribute->text != NULL && attribute->substr_offsets[i] < attribute->size;
         i++) {
        MD_OFFSET from = attribute->substr_offsets[i], to = attribute->substr_offsets[i + 1];
        struct text part = text_from(attribute->text + from, to - from);
        if (attribute->substr_types[i] == MD_TEXT_ENTITY)
            part = content_entity(walk->arena, part);
        buffer_add(&plain, part);
    }
    return arena_text(walk->arena, buffer_text(&plain));
}

static struct content_detail detail_of_block(MD_BLOCKTYPE type, void *detail)
{
    struct content_detail found = {0};
    if (type == MD_BLOCK_UL) {
        found.tight = ((MD_BLOCK_UL_DETAIL *)detail)->is_tight != 0;
    } else if (type == MD_BLOCK_OL) {
        found.tight = ((MD_BLOCK_OL_DETAIL *)detail)->is_tight != 0;
        found.start = ((MD_BLOCK_OL_DETAIL *)detail)->start;
    } else if (type == MD_BLOCK_H) {
        found.level = ((MD_BLOCK_H_DETAIL *)detail)->level;
    } else if (type == MD_BLOCK_TABLE) {
        found.columns = ((MD_BLOCK_TABLE_DETAIL *)detail)->col_count;
    } else if (type == MD_BLOCK_TH || type == MD_BLOCK_TD) {
        found.align = aligns[((MD_BLOCK_TD_DETAIL *)detail)->align];
    }
    return found;
}

static struct content_detail detail_of_span(struct walk *walk, MD_SPANTYPE type, void *detail)
{
    struct content_detail found = {0};
    if (type == MD_SPAN_A) {
        found.link = plain_of(walk, &((MD_SPAN_A_DETAIL *)detail)->href);
        found.title = plain_of(walk, &((MD_SPAN_A_DETAIL *)detail)->title);
    } else if (type == MD_SPAN_IMG) {
        found.link = plain_of(walk, &((MD_SPAN_IMG_DETAIL *)detail)->src);
        found.title = plain_of(walk, &((MD_SPAN_IMG_DETAIL *)detail)->title);
    }
    return found;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *data)
{
    struct walk *walk = data;
    struct content_detail found = detail_of_block(type, detail);
    walk->visitor->enter_block(walk->self, blocks[type], &found);
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *data)
{
    struct walk *walk = data;
    struct content_detail found = detail_of_block(type, detail);
    walk->visitor->leave_block(walk->self, blocks[type], &found);
    return 0;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *data)
{
    struct walk *walk = data;
    struct content_detail found = detail_of_span(walk, type, detail);
    walk->visitor->enter_span(walk->self, spans[type], &found);
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *data)
{
    struct walk *walk = data;
    struct content_detail found = detail_of_span(walk, type, detail);
    walk->visitor->leave_span(walk->self, spans[type], &found);
    return 0;
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *at, MD_SIZE size, void *data)
{
    struct walk *walk = data;
    struct text text = type == MD_TEXT_NULLCHAR ? TEXT("\xEF\xBF\xBD") : text_from(at, size);
    walk->visitor->text(walk->self, texts[type], text);
    return 0;
}

static const MD_PARSER parser = {
    .flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEURLAUTOLINKS,
    .enter_block = enter_block,
    .leave_block = leave_block,
    .enter_span = enter_span,
    .leave_span = leave_span,
    .text = on_text,
};

static bool prepare(struct arena *arena, const struct source *markdown, struct content_tags *tags,
                    struct findings *findings)
{
    if (markdown->bytes.length <= CONTENT_BYTES)
        return content_tags_hide(arena, markdown, tags, findings);
    findings_error(findings, FAULT_FILE, source_place(markdown, 0),
                   "a body has at most %d KB of Markdown", CONTENT_BYTES / 1024);
    return false;
}

static bool parse(struct arena *arena, const struct content_tags *tags,
                  const struct content_visitor *visitor, void *self, struct findings *findings)
{
    struct walk walk = {.arena = arena, .visitor = visitor, .self = self};
    struct text words = tags->words.bytes;
    if (md_parse(words.length > 0 ? words.at : "", (MD_SIZE)words.length, &parser, &walk) == 0)
        return true;
    findings_error(findings, FAULT_FILE, source_place(tags->original, 0),
                   "this Markdown cannot be read");
    return false;
}

bool content_html(struct arena *arena, const struct source *markdown, struct source *ret_html,
                  struct findings *findings)
{
    struct content_tags tags;
    if (!prepare(arena, markdown, &tags, findings))
        return false;
    struct content_html *html = content_html_begin(arena, &tags);
    bool parsed = parse(arena, &tags, &content_html_visitor, html, findings);
    *ret_html = content_html_end(html);
    return parsed;
}

bool content_text(struct arena *arena, const struct source *markdown, struct source *ret_text,
                  struct findings *findings)
{
    struct content_tags tags;
    if (!prepare(arena, markdown, &tags, findings))
        return false;
    struct content_plain *plain = content_plain_begin(arena, &tags);
    bool parsed = parse(arena, &tags, &content_text_visitor, plain, findings);
    *ret_text = content_plain_end(plain);
    return parsed;
}
