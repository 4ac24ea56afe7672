/* Lint, the look: whether text can be read where it stands: colours, backgrounds, sizes. */
#include <stdlib.h>

#include "lint/lint_state.h"
#include "template/css.h"

#include "base/banned.h"

/* WCAG 2.1, 1.4.3: large is 24 px, or 18.66 px when bold. */
#define CONTRAST_SMALL 4.5
#define CONTRAST_LARGE 3.0
enum { SIZE_LARGE = 24, SIZE_LARGE_BOLD = 18, SIZE_SMALL = 12, SIZE_USUAL = 16 };

/* What an element hands on to the elements within it. */
struct look {
    struct css_color color, background;
    bool colored, backed; /* said by somebody */
    double size;          /* px */
    bool bold, hidden;
};

static void set_size(struct look *look, struct text value)
{
    struct text number = text_slice(value, 0, 8);
    char room[16];
    snprintf(room, sizeof(room), "%.*s", TEXT_ARGS(number));
    double size = strtod(room, NULL);
    if (text_ends_nocase(value, TEXT("px")))
        look->size = size;
    else if (text_ends_nocase(value, TEXT("pt")))
        look->size = size * 4 / 3;
    else if (text_ends_nocase(value, TEXT("em")))
        look->size *= size;
    else if (text_ends(value, TEXT("%")))
        look->size *= size / 100;
}

static void set_background(struct look *look, struct text value)
{
    struct text rest = value, word;
    while (text_take_until(&rest, ' ', &word))
        if (css_color(word, &look->background))
            look->backed = true;
}

static void apply(struct look *look, const struct css_declaration *said)
{
    struct text name = said->name, value = said->value;
    if (text_equal(name, TEXT("color")))
        look->colored |= css_color(value, &look->color);
    else if (text_equal(name, TEXT("background-color")) || text_equal(name, TEXT("background")))
        set_background(look, value);
    else if (text_equal(name, TEXT("font-size")))
        set_size(look, value);
    else if (text_equal(name, TEXT("font-weight")))
        look->bold = text_starts(value, TEXT("bold")) || text_compare(value, TEXT("600")) >= 0;
    else if (text_equal(name, TEXT("display")))
        look->hidden |= text_equal_nocase(value, TEXT("none"));
    else if (text_equal(name, TEXT("visibility")))
        look->hidden |= text_equal_nocase(value, TEXT("hidden"));
}

static struct look look_of(struct arena *arena, const struct page_node *node, struct look outer)
{
    struct look look = outer;
    struct text color;
    bool heading = node->name.length == 2 && node->name.at[0] == 'h' && node->name.at[1] <= '6';
    look.bold |= heading || page_is(node, "b") || page_is(node, "strong") || page_is(node, "th");
    look.hidden |= page_is(node, "head") || page_is(node, "style") || page_is(node, "script");
    if (page_is(node, "a"))
        look.color = (struct css_color){0, 0, 238};
    if ((color = page_value(node, "bgcolor")).length > 0)
        set_background(&look, color);
    if ((color = page_value(node, "color")).length > 0)
        look.colored |= css_color(color, &look.color);
    for (const struct css_declaration *at = css_declarations(arena, page_value(node, "style"));
         at != NULL; at = at->next)
        apply(&look, at);
    return look;
}

static bool is_blank(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.at[i] > ' ' && (unsigned char)text.at[i] < 0x80)
            return false;
    return true;
}

/* By what was typed: the style that made it. */
static struct place place_of(const struct linting *linting, struct css_color color)
{
    char hex[16];
    snprintf(hex, sizeof(hex), "#%02x%02x%02x", color.red, color.green, color.blue);
    return lint_place(linting, text_of(hex));
}

static void judge(struct linting *linting, const struct page_node *node, const struct look *look)
{
    struct text words = text_slice(text_trim(node->text), 0, 40);
    double ratio = css_contrast(look->color, look->background);
    bool large = look->size >= SIZE_LARGE || (look->bold && look->size > SIZE_LARGE_BOLD);
    if (ratio < (large ? CONTRAST_LARGE : CONTRAST_SMALL))
        lint_say(linting, "contrast", place_of(linting, look->color),
                 "#%02x%02x%02x on #%02x%02x%02x is %.1f to 1", look->color.red, look->color.green,
                 look->color.blue, look->background.red, look->background.green,
                 look->background.blue, ratio);
    if (look->size < SIZE_SMALL)
        lint_say(linting, "font-size", lint_place(linting, words), "\"%.*s\" is %.0f pixels high",
                 TEXT_ARGS(words), look->size);
    if (look->colored && !look->backed)
        lint_say(linting, "dark-colors", place_of(linting, look->color),
                 "#%02x%02x%02x has no background of its own", look->color.red, look->color.green,
                 look->color.blue);
}

/* PAGE_TAGS bounds how deep this goes. */
static void walk(struct linting *linting, const struct page_node *node, struct look outer)
{
    struct look look = look_of(linting->arena, node, outer);
    for (const struct page_node *at = node->first; at != NULL && !look.hidden; at = at->next) {
        if (at->name.length > 0)
            walk(linting, at, look);
        else if (!is_blank(at->text))
            judge(linting, at, &look);
    }
}

void lint_look(struct linting *linting, const struct page_node *page)
{
    struct look look = {.background = {255, 255, 255}, .size = SIZE_USUAL};
    walk(linting, page, look);
}
