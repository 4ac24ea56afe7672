/*
 * Content visit: Markdown as a walk through its structure, whoever parses it.
 *
 * One visitor writes HTML, the other text. Texts may hold the words of content_tags.h.
 */
#ifndef CONTENT_CONTENT_VISIT_H
#define CONTENT_CONTENT_VISIT_H

#include "content/content_tags.h"

enum content_block {
    BLOCK_DOCUMENT,
    BLOCK_QUOTE,
    BLOCK_BULLETS,
    BLOCK_NUMBERS,
    BLOCK_ITEM,
    BLOCK_RULE,
    BLOCK_HEADING,
    BLOCK_CODE,
    BLOCK_HTML,
    BLOCK_PARAGRAPH,
    BLOCK_TABLE,
    BLOCK_TABLE_HEAD,
    BLOCK_TABLE_BODY,
    BLOCK_ROW,
    BLOCK_HEAD_CELL,
    BLOCK_CELL,
    BLOCKS
};

enum content_span {
    SPAN_EMPHASIS,
    SPAN_STRONG,
    SPAN_LINK,
    SPAN_IMAGE,
    SPAN_CODE,
    SPAN_DELETED,
    SPANS
};

enum content_text { TEXT_PLAIN, TEXT_BREAK, TEXT_SOFT_BREAK, TEXT_ENTITY, TEXT_CODE, TEXT_HTML };

struct content_detail {
    unsigned level;          /* HEADING: 1 to 6 */
    unsigned start;          /* NUMBERS */
    unsigned columns;        /* TABLE */
    bool tight;              /* BULLETS, NUMBERS: no blank lines between items */
    const char *align;       /* HEAD_CELL, CELL: "left", "center", "right" or NULL */
    struct text link, title; /* LINK, IMAGE: plain text, entities decoded */
};

struct content_visitor {
    void (*enter_block)(void *self, enum content_block block, const struct content_detail *detail);
    void (*leave_block)(void *self, enum content_block block, const struct content_detail *detail);
    void (*enter_span)(void *self, enum content_span span, const struct content_detail *detail);
    void (*leave_span)(void *self, enum content_span span, const struct content_detail *detail);
    void (*text)(void *self, enum content_text kind, struct text text);
    void *self;
};

extern const struct content_visitor content_html_visitor, content_text_visitor;

/* "&eacute;" and "&#233;" as UTF-8; an unknown one as it is. Lives in `arena`. */
struct text content_entity(struct arena *arena, struct text entity);

/* What the writers start from and end with; `self` of the visitors. */
struct content_html;
struct content_html *content_html_begin(struct arena *arena, const struct content_tags *tags);
struct source content_html_end(struct content_html *html);
struct content_plain;
struct content_plain *content_plain_begin(struct arena *arena, const struct content_tags *tags);
struct source content_plain_end(struct content_plain *plain);

#endif
