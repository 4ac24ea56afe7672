/*
 * Template markup: where in HTML a value stands.
 *
 * A tokenizer of HTML (the states of the living standard, 13.2.5, as far as they matter) reads the
 * constant text of a template. At each value it says how the value must be escaped, or why no
 * escaping could make it safe. Where sections make several places possible it follows all of them;
 * they mostly meet again at the next ">".
 */
#ifndef TEMPLATE_TEMPLATE_MARKUP_H
#define TEMPLATE_TEMPLATE_MARKUP_H

#include "template/escape.h"

struct markup_state {
    unsigned char state;     /* enum in template_markup.c */
    unsigned char attribute; /* what kind of attribute's value */
    unsigned char progress;  /* within a link: its scheme; within a comment: dashes */
    bool conditional;        /* below <!--[if …]> */
    unsigned char length;
    char name[15]; /* of the tag or attribute being read; of the element whose text is foreign */
};

enum { MARKUP_STATES = 4 };

struct markup {
    struct markup_state at[MARKUP_STATES];
    unsigned char count;
    bool lost; /* more places than MARKUP_STATES */
};

struct markup markup_begin(void);
void markup_read(struct markup *markup, struct text constant);

/* NULL, and how to escape; else why no value can stand here. Moves past the value. */
const char *markup_value(struct markup *markup, struct escape *ret_escape);
/* Moves past a value that its author wants raw. */
void markup_raw(struct markup *markup);

/* Any of the places of both. */
struct markup markup_join(struct markup a, const struct markup *b);
bool markup_equal(const struct markup *a, const struct markup *b);
/* Where a partial that is compiled later may end, when it begins at `entry`. */
struct markup markup_after_call(struct markup entry);

#endif
