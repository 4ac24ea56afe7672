/* Page: HTML as the elements a mail program would make of it, each with its place in the bytes. */
#include "template/page.h"

#include <gumbo.h>

#include "base/banned.h"

struct reading {
    struct arena *arena;
    const char *base;
};

static size_t offset_of(const struct reading *reading, GumboStringPiece piece)
{
    return piece.length == 0 ? 0 : (size_t)(piece.data - reading->base);
}

static struct text lower(struct arena *arena, struct text text)
{
    struct text copy = arena_text(arena, text);
    for (size_t i = 0; i < copy.length; i++)
        ((char *)copy.at)[i] = text_lower_byte(copy.at[i]);
    return copy;
}

static struct page_attribute *attributes_of(const struct reading *reading,
                                            const GumboVector *attributes)
{
    struct page_attribute *first = NULL, **end = &first;
    for (unsigned i = 0; i < attributes->length; i++) {
        const GumboAttribute *from = attributes->data[i];
        struct page_attribute *to = arena_new(reading->arena, struct page_attribute);
        to->name = lower(reading->arena, text_of(from->name));
        to->value = arena_text(reading->arena, text_of(from->value));
        to->start = offset_of(reading, from->original_value);
        to->end = to->start + from->original_value.length;
        to->quoted = from->original_value.length > 0 &&
                     (from->original_value.data[0] == '"' || from->original_value.data[0] == '\'');
        *end = to;
        end = &to->next;
    }
    return first;
}

/* An element Gumbo has no number for keeps its name as it was written. */
static struct text name_of(const struct reading *reading, const GumboElement *element)
{
    if (element->tag != GUMBO_TAG_UNKNOWN)
        return text_of(gumbo_normalized_tagname(element->tag));
    GumboStringPiece tag = element->original_tag;
    gumbo_tag_from_original_text(&tag);
    return lower(reading->arena, text_from(tag.data, tag.length));
}

/* A clone, of a formatting element left open, has the place of its original: nobody wrote it. */
static struct page_node *element_of(const struct reading *reading, const GumboNode *from)
{
    const GumboElement *element = &from->v.element;
    struct page_node *node = arena_new(reading->arena, struct page_node);
    node->name = name_of(reading, element);
    node->attributes = attributes_of(reading, &element->attributes);
    if (from->parse_flags & GUMBO_INSERTION_BY_PARSER)
        return node;
    node->start = offset_of(reading, element->original_tag);
    node->end = node->start + element->original_tag.length;
    node->closing = offset_of(reading, element->original_end_tag);
    node->after = node->closing + element->original_end_tag.length;
    return node;
}

static struct page_node *text_node_of(const struct reading *reading, const GumboText *text)
{
    struct page_node *node = arena_new(reading->arena, struct page_node);
    node->text = arena_text(reading->arena, text_of(text->text));
    node->start = offset_of(reading, text->original_text);
    node->end = node->start + text->original_text.length;
    return node;
}

static struct page_node *node_of(const struct reading *reading, const GumboNode *node)
{
    if (node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE)
        return element_of(reading, node);
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
        node->type == GUMBO_NODE_CDATA)
        return text_node_of(reading, &node->v.text);
    return NULL;
}

/* PAGE_TAGS bounds how deep this goes. */
static void copy_children(const struct reading *reading, const GumboNode *from,
                          struct page_node *to)
{
    struct page_node **end = &to->first;
    const GumboVector *children = &from->v.element.children;
    for (unsigned i = 0; i < children->length; i++) {
        const GumboNode *child = children->data[i];
        struct page_node *node = node_of(reading, child);
        if (node == NULL)
            continue;
        node->parent = to;
        *end = node;
        end = &node->next;
        if (node->name.length > 0)
            copy_children(reading, child, node);
    }
}

static bool is_within_caps(struct text html)
{
    size_t tags = 0;
    for (size_t i = 0; i < html.length; i++)
        tags += html.at[i] == '<';
    return html.length <= PAGE_BYTES && tags <= PAGE_TAGS;
}

struct page_node *page_parse(struct arena *arena, struct text html)
{
    struct reading reading = {arena, html.at};
    if (!is_within_caps(html))
        return NULL;
    GumboOptions options = kGumboDefaultOptions;
    GumboOutput *output = gumbo_parse_with_options(&options, html.at ? html.at : "", html.length);
    struct page_node *root = element_of(&reading, output->root);
    copy_children(&reading, output->root, root);
    gumbo_destroy_output(&options, output);
    return root;
}

struct page_node *page_skip(const struct page_node *root, const struct page_node *node)
{
    while (node != NULL && node != root && node->next == NULL)
        node = node->parent;
    return node == NULL || node == root ? NULL : node->next;
}

struct page_node *page_next(const struct page_node *root, const struct page_node *node)
{
    return node->first != NULL ? node->first : page_skip(root, node);
}

bool page_is(const struct page_node *node, const char *name)
{
    return text_equal(node->name, text_of(name));
}

const struct page_attribute *page_attribute(const struct page_node *node, const char *name)
{
    const struct page_attribute *attribute = node->attributes;
    while (attribute != NULL && !text_equal(attribute->name, text_of(name)))
        attribute = attribute->next;
    return attribute;
}

struct text page_value(const struct page_node *node, const char *name)
{
    const struct page_attribute *attribute = page_attribute(node, name);
    return attribute != NULL ? attribute->value : text_from(NULL, 0);
}

static void add_words(struct text text, struct buffer *out)
{
    for (size_t i = 0; i < text.length; i++) {
        bool blank = memchr(" \t\r\n\f", text.at[i], 5) != NULL;
        bool begins = out->length == 0 || out->at[out->length - 1] == ' ';
        if (!blank)
            buffer_add_byte(out, text.at[i]);
        else if (!begins)
            buffer_add_byte(out, ' ');
    }
}

void page_words(const struct page_node *node, struct buffer *out)
{
    const struct page_node *at = node;
    while (at != NULL) {
        bool foreign = page_is(at, "style") || page_is(at, "script") || page_is(at, "head");
        if (at->name.length == 0)
            add_words(at->text, out);
        else if (page_is(at, "br") || page_is(at, "td") || page_is(at, "p"))
            add_words(TEXT(" "), out);
        at = foreign ? page_skip(node, at) : page_next(node, at);
    }
}
