/* Markup state: what the tokenizer of HTML and those who ask it share. */
#ifndef TEMPLATE_TEMPLATE_MARKUP_STATE_H
#define TEMPLATE_TEMPLATE_MARKUP_STATE_H

#include <string.h>

#include "template/template_markup.h"

enum state {
    IN_TEXT,
    TAG_OPEN,     /* behind "<" or "</" */
    TAG_NAME,     /* `name` so far */
    IN_TAG,       /* between attributes */
    ATTR_NAME,    /* `name` so far */
    AFTER_NAME,   /* spaces behind an attribute's name */
    BEFORE_VALUE, /* behind "=" */
    DOUBLE_QUOTED,
    SINGLE_QUOTED,
    UNQUOTED,
    MARKUP, /* behind "<!", `name` so far */
    COMMENT,
    CONDITION,   /* in <!--[if …]> */
    DECLARATION, /* <!DOCTYPE …>, <![endif]>, <?xml …> */
    FOREIGN,     /* in the element `name`, whose text is no HTML; or is text only, as a title's */
    FOREIGN_END, /* in there, behind "<" */
};

enum attribute {
    ATTRIBUTE_PLAIN,
    ATTRIBUTE_URL,
    ATTRIBUTE_STYLE,
    ATTRIBUTE_SCRIPT, /* a program, or a document of its own */
};

/* `attribute` is the kind, and above it which foreign element's tag this is. */
enum { FOREIGN_SHIFT = 4, ATTRIBUTE_MASK = 15 };

/* `progress` within a link */
enum { LINK_SCHEME, LINK_REST, LINK_MAIL, LINK_SCRIPT };

/* `progress` within a tag's name */
enum { ELEMENT_OPENS, ELEMENT_CLOSES };

/* Reads one byte of constant text. */
void markup_step(struct markup_state *now, char byte);

static inline struct text markup_name(const struct markup_state *now)
{
    return text_from(now->name, now->length);
}

static inline enum attribute markup_attribute(const struct markup_state *now)
{
    return (enum attribute)(now->attribute & ATTRIBUTE_MASK);
}

void markup_enter(struct markup_state *now, enum state state);
void markup_forget_name(struct markup_state *now);
void markup_add_to_name(struct markup_state *now, char byte);

#endif
