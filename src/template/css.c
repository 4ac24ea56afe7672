/* CSS: a style sheet's rules, as far as mail needs them. */
#include "template/css.h"

#include "base/banned.h"

struct scan {
    struct arena *arena;
    struct text sheet;
    size_t at;
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
}

static bool is_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || (byte & 0x80) != 0;
}

/* Behind the comment that begins at `at`, or `at` itself. */
static size_t behind_comment(struct text text, size_t at)
{
    if (!text_starts(text_after(text, at), TEXT("/*")))
        return at;
    size_t end = text_find(text_after(text, at + 2), TEXT("*/"));
    return end == TEXT_NONE ? text.length : at + 2 + end + 2;
}

/* Behind the string that begins at `at`. */
static size_t behind_string(struct text text, size_t at)
{
    char quote = text.at[at++];
    while (at < text.length && text.at[at] != quote)
        at += text.at[at] == '\\' ? 2 : 1;
    return at < text.length ? at + 1 : text.length;
}

static size_t behind_blanks(struct text text, size_t at)
{
    for (size_t before = TEXT_NONE; before != at;) {
        before = at;
        while (at < text.length && is_blank(text.at[at]))
            at++;
        at = behind_comment(text, at);
    }
    return at;
}

/* The next of `wanted` outside of strings, comments and nested brackets; or the end. */
static size_t find_outside(struct text text, size_t at, const char *wanted)
{
    int depth = 0;
    while (at < text.length) {
        char byte = text.at[at];
        size_t behind = behind_comment(text, at);
        if (byte == '"' || byte == '\'')
            behind = behind_string(text, at);
        if (behind != at) {
            at = behind;
            continue;
        }
        if (depth == 0 && strchr(wanted, byte) != NULL && byte != '\0')
            return at;
        depth += (byte == '(' || byte == '{') - ((byte == ')' || byte == '}') && depth > 0);
        at++;
    }
    return text.length;
}

/* ---- declarations ---- */

static struct text lower(struct arena *arena, struct text text)
{
    struct text copy = arena_text(arena, text);
    for (size_t i = 0; i < copy.length; i++)
        ((char *)copy.at)[i] = text_lower_byte(copy.at[i]);
    return copy;
}

/* Anything else is no declaration; and a quote in it would end the attribute it moves to. */
static bool is_property(struct text name)
{
    for (size_t i = 0; i < name.length; i++)
        if (!is_name(name.at[i]))
            return false;
    return name.length > 0;
}

static struct css_declaration *declaration_of(struct arena *arena, struct text written)
{
    size_t colon = text_find_byte(written, ':');
    if (colon == TEXT_NONE)
        return NULL;
    struct css_declaration *declaration = arena_new(arena, struct css_declaration);
    struct text value = text_trim(text_after(written, colon + 1));
    size_t bang = text_find_last_byte(value, '!');
    if (bang != TEXT_NONE &&
        text_equal_nocase(text_trim(text_after(value, bang + 1)), TEXT("important"))) {
        declaration->important = true;
        value = text_trim(text_slice(value, 0, bang));
    }
    declaration->name = lower(arena, text_trim(text_slice(written, 0, colon)));
    declaration->value = value;
    return is_property(declaration->name) && value.length > 0 ? declaration : NULL;
}

struct css_declaration *css_declarations(struct arena *arena, struct text block)
{
    struct css_declaration *first = NULL, **end = &first;
    for (size_t at = behind_blanks(block, 0); at < block.length;) {
        size_t stop = find_outside(block, at, ";");
        struct css_declaration *declaration =
            declaration_of(arena, text_slice(block, at, stop - at));
        if (declaration != NULL) {
            *end = declaration;
            end = &declaration->next;
        }
        at = behind_blanks(block, stop + 1);
    }
    return first;
}

/* ---- selectors ---- */

static struct text take_name(struct text *rest)
{
    size_t length = 0;
    while (length < rest->length && is_name(rest->at[length]))
        length++;
    struct text name = text_slice(*rest, 0, length);
    *rest = text_after(*rest, length);
    return name;
}

/* p.letter#top at the head of `rest`. */
static bool take_part(struct arena *arena, struct text *rest, struct css_part *part)
{
    bool any = text_starts(*rest, TEXT("*"));
    *rest = text_after(*rest, any);
    part->element = lower(arena, take_name(rest));
    any |= part->element.length > 0;
    while (rest->length > 0 && (rest->at[0] == '.' || rest->at[0] == '#')) {
        bool class = rest->at[0] == '.';
        *rest = text_after(*rest, 1);
        struct text name = take_name(rest);
        if (name.length == 0 || (class && part->class_count == CSS_CLASSES))
            return false;
        if (class)
            part->classes[part->class_count++] = name;
        else
            part->id = name;
        any = true;
    }
    return any;
}

static struct css_selector *selector_of(struct arena *arena, struct text written)
{
    struct css_selector *selector = arena_new(arena, struct css_selector);
    struct text rest = text_trim(written);
    bool child = false;
    while (rest.length > 0) {
        if (selector->count == CSS_PARTS)
            return NULL;
        struct css_part *part = &selector->parts[selector->count++];
        part->child = child;
        if (!take_part(arena, &rest, part))
            return NULL;
        selector->specificity += (part->id.length > 0) * 10000u +
                                 (unsigned)part->class_count * 100u + (part->element.length > 0);
        bool apart = rest.length > 0 && is_blank(rest.at[0]);
        rest = text_trim(rest);
        child = rest.length > 0 && rest.at[0] == '>';
        rest = text_trim(text_after(rest, child));
        if (rest.length > 0 && !apart && !child)
            return NULL;
    }
    return selector->count > 0 && !child ? selector : NULL;
}

static void read_selectors(struct arena *arena, struct css_rule *rule)
{
    struct css_selector **end = &rule->selectors;
    size_t count = 0;
    rule->simple = true;
    for (size_t at = 0; at < rule->prelude.length;) {
        size_t stop = find_outside(rule->prelude, at, ",");
        struct css_selector *selector =
            selector_of(arena, text_slice(rule->prelude, at, stop - at));
        at = stop + 1;
        rule->simple = rule->simple && selector != NULL && ++count <= CSS_SELECTORS;
        if (selector == NULL)
            continue;
        *end = selector;
        end = &selector->next;
    }
}

/* ---- rules ---- */

static struct css_rule *take_rule(struct scan *scan)
{
    struct text sheet = scan->sheet;
    struct css_rule *rule = arena_new(scan->arena, struct css_rule);
    rule->start = scan->at;
    rule->at_rule = sheet.at[scan->at] == '@';
    size_t open = find_outside(sheet, scan->at, rule->at_rule ? "{;" : "{");
    rule->prelude = text_trim(text_slice(sheet, scan->at, open - scan->at));
    bool block = open < sheet.length && sheet.at[open] == '{';
    size_t close = block ? find_outside(sheet, open + 1, "}") : open;
    if (block)
        rule->block = text_slice(sheet, open + 1, close - open - 1);
    rule->end = close < sheet.length ? close + 1 : sheet.length;
    scan->at = rule->end;
    if (!rule->at_rule && block) {
        read_selectors(scan->arena, rule);
        rule->declarations = css_declarations(scan->arena, rule->block);
    }
    return rule;
}

struct css_rule *css_parse(struct arena *arena, struct text sheet)
{
    struct scan scan = {arena, sheet, 0};
    struct css_rule *first = NULL, **end = &first;
    while ((scan.at = behind_blanks(sheet, scan.at)) < sheet.length) {
        if (sheet.at[scan.at] == '}') {
            scan.at++;
            continue;
        }
        *end = take_rule(&scan);
        end = &(*end)->next;
    }
    return first;
}

/* ---- matching ---- */

static bool has_class(struct text classes, struct text wanted)
{
    for (size_t at = 0; at < classes.length;) {
        size_t end = at;
        while (end < classes.length && !is_blank(classes.at[end]))
            end++;
        if (text_equal(text_slice(classes, at, end - at), wanted))
            return true;
        at = end + 1;
    }
    return false;
}

static enum css_match match_part(const struct css_part *part, const struct page_node *node)
{
    if (part->element.length > 0 && !text_equal(part->element, node->name))
        return CSS_NO;
    if (node->uncertain)
        return CSS_MAYBE;
    if (part->id.length > 0 && !text_equal(part->id, page_value(node, "id")))
        return CSS_NO;
    struct text classes = page_value(node, "class");
    for (size_t i = 0; i < part->class_count; i++)
        if (!has_class(classes, part->classes[i]))
            return CSS_NO;
    return CSS_YES;
}

static enum css_match worse(enum css_match a, enum css_match b)
{
    return a < b ? a : b;
}

/* The part `index` on `node`, and all before it above. */
static enum css_match match_from(const struct css_selector *selector, size_t index,
                                 const struct page_node *node)
{
    enum css_match here = match_part(&selector->parts[index], node), best = CSS_NO;
    if (here == CSS_NO || index == 0)
        return here;
    bool child = selector->parts[index].child;
    for (const struct page_node *above = node->parent; above != NULL && best != CSS_YES;
         above = above->parent) {
        enum css_match found = match_from(selector, index - 1, above);
        best = found > best ? found : best;
        if (child)
            break;
    }
    return worse(here, best);
}

enum css_match css_match(const struct css_selector *selector, const struct page_node *node)
{
    return node->name.length == 0 ? CSS_NO : match_from(selector, selector->count - 1, node);
}
