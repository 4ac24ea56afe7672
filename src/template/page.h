/*
 * Page: HTML as the elements a mail program would make of it, each with its place in the bytes.
 *
 * Read by Gumbo, the living standard's own algorithm, so that unclosed and misnested tags mean here
 * what they mean to a reader's program. Texts are decoded; places are byte offsets of the source.
 */
#ifndef TEMPLATE_PAGE_H
#define TEMPLATE_PAGE_H

#include "base/arena.h"
#include "base/buffer.h"

enum {
    PAGE_BYTES = 8 * 1024 * 1024,
    PAGE_TAGS = 20000, /* "<" in a page; so nesting is bounded as well */
};

struct page_attribute {
    struct text name; /* lower case */
    struct text value;
    size_t start, end; /* of the raw value with its quotes; the same: none was written */
    bool quoted;
    struct page_attribute *next;
};

struct page_node {
    struct text name;      /* of an element, lower case; empty: this is text */
    struct text text;      /* decoded */
    size_t start, end;     /* of the start tag, or of raw text; the same: nobody wrote it */
    size_t closing, after; /* of the end tag; the same: none was written */
    struct page_attribute *attributes;
    struct page_node *parent, *first, *next;
    bool uncertain; /* for whoever walks the page */
};

/* The element html; NULL when the page is beyond the caps. Everything lives in `arena`. */
struct page_node *page_parse(struct arena *arena, struct text html);

/* The next node in the order of the page, children first; NULL behind the last one below `root`. */
struct page_node *page_next(const struct page_node *root, const struct page_node *node);
/* The same without what lies below `node`. */
struct page_node *page_skip(const struct page_node *root, const struct page_node *node);

bool page_is(const struct page_node *node, const char *name);
const struct page_attribute *page_attribute(const struct page_node *node, const char *name);
/* Its value; empty when it is not there. */
struct text page_value(const struct page_node *node, const char *name);

/* The text below a node as it is read: runs of white space are one space, no style or script. */
void page_words(const struct page_node *node, struct buffer *out);

#endif
