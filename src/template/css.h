/*
 * CSS: a style sheet's rules, as far as mail needs them.
 *
 * Selectors of types, classes and ids, within each other (" ") or right below (">"), are understood
 * and can be matched; everything else (pseudo-classes, attributes, siblings) is told apart and left
 * alone, as are at-rules.
 */
#ifndef TEMPLATE_CSS_H
#define TEMPLATE_CSS_H

#include "base/arena.h"
#include "template/page.h"

enum { CSS_PARTS = 8, CSS_CLASSES = 4, CSS_SELECTORS = 64 };

struct css_declaration {
    struct text name, value; /* the name in lower case; the value without !important */
    bool important;
    struct css_declaration *next;
};

/* One compound: p.letter#top */
struct css_part {
    struct text element, id; /* empty: any */
    struct text classes[CSS_CLASSES];
    size_t class_count;
    bool child; /* right below the part before it */
};

struct css_selector {
    struct css_part parts[CSS_PARTS];
    size_t count;
    unsigned specificity; /* ids * 10000 + classes * 100 + types */
    struct css_selector *next;
};

struct css_rule {
    size_t start, end; /* in the sheet: from the selector to behind the "}" */
    bool at_rule;      /* @media and its like; `block` is what is within its braces */
    bool simple;       /* every selector was understood */
    struct text prelude, block;
    struct css_selector *selectors;
    struct css_declaration *declarations;
    struct css_rule *next;
};

/* The rules in order; NULL when there are none. What is broken is skipped as browsers do. Borrows
 * `sheet`, which need not be whole. */
struct css_rule *css_parse(struct arena *arena, struct text sheet);
/* What stands in a style attribute, or between braces. */
struct css_declaration *css_declarations(struct arena *arena, struct text block);

/* Whether an element is meant. An element that is `uncertain` may have any class and any id. */
enum css_match { CSS_NO, CSS_MAYBE, CSS_YES };
enum css_match css_match(const struct css_selector *selector, const struct page_node *node);

/* #abc, #aabbcc, rgb(…), and the names of CSS level 1; false for all else. */
struct css_color {
    unsigned char red, green, blue;
};
bool css_color(struct text value, struct css_color *ret_color);
/* WCAG 2.1, 1.4.3: from 1 (the same) to 21 (black on white). */
double css_contrast(struct css_color a, struct css_color b);

#endif
