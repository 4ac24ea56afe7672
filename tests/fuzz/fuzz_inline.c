/*
 * Fuzz inline: any bytes as a layout whose styles move onto its elements.
 *
 * What a reader reads must be the same before and after, and the page must have the same elements
 * in the same order: a style attribute may be new, nothing else.
 */
#include <string.h>

#include "base/memory.h"
#include "template/inline.h"
#include "template/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size);

enum { LONGEST = 64 * 1024 };

static bool render(struct arena *arena, struct text layout, const struct template_shaper *shaper,
                   struct buffer *out)
{
    FINDINGS(findings);
    struct error err;
    struct template_options options = {.kind = TEMPLATE_HTML, .shaper = shaper};
    struct source *source = arena_new(arena, struct source);
    *source = source_of_file(arena, TEXT("layout.html"), layout);
    struct value_member members[] = {{TEXT("a"), value_string(TEXT("x"))},
                                     {TEXT("t"), value_bool(true)}};
    struct value context = {.type = VALUE_OBJECT, .count = 2, .members = members};
    const struct value *contexts[] = {&context};
    struct template *template = template_compile(arena, source, &options, &findings);
    return template != NULL && template_render(template, contexts, 1, out, &err);
}

/* Names and text in order, without what styles say. */
static void outline(struct arena *arena, struct text html, struct buffer *out)
{
    struct page_node *page = page_parse(arena, html);
    for (const struct page_node *node = page; node != NULL;) {
        bool style = page_is(node, "style");
        buffer_add(out, node->name.length > 0 ? node->name : node->text);
        buffer_add_byte(out, '\n');
        for (const struct page_attribute *at = node->attributes; at != NULL; at = at->next)
            if (!text_equal(at->name, TEXT("style")))
                buffer_add(out, at->value);
        node = style ? page_skip(page, node) : page_next(page, node);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size)
{
    ARENA(arena);
    BUFFER(plain, TEMPLATE_OUTPUT);
    BUFFER(moved, TEMPLATE_OUTPUT);
    BUFFER(before, TEMPLATE_OUTPUT);
    BUFFER(after, TEMPLATE_OUTPUT);
    static const struct template_shaper shaper = {inline_styles, NULL};
    struct text layout = arena_text(&arena, text_from((const char *)at, size));
    /* NUL bytes and what is not UTF-8 never get as far as a template of ours. */
    if (size > LONGEST || memchr(layout.at, '\0', size) != NULL || !text_is_utf8(layout))
        return 0;
    if (!render(&arena, layout, NULL, &plain) || !render(&arena, layout, &shaper, &moved))
        return 0;
    outline(&arena, buffer_text(&plain), &before);
    outline(&arena, buffer_text(&moved), &after);
    must(text_equal(buffer_text(&before), buffer_text(&after)));
    return 0;
}
