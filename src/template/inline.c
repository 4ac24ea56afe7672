/* Inline: the styles of a template's <style> become style attributes. */
#include "template/inline.h"

#include "template/css.h"

#include "base/banned.h"

/* A change of the flat page: `length` bytes from `at` on become `text`. */
struct edit {
    size_t at, length;
    struct text text;
    struct edit *next;
};

/* A rule that may move, in the order of the page. */
struct movable {
    const struct css_rule *rule;
    size_t start, end; /* in the flat page */
    bool stays;        /* whom it means is not known */
    struct movable *next;
};

struct inlining {
    struct arena *arena;
    struct template_stretch *stretches;
    size_t count;
    size_t *starts; /* of each stretch in the flat page; one more for the end */
    struct text flat;
    struct page_node *page;
    struct movable *rules;
    struct edit *edits; /* in no order */
};

/* A declaration that won, or may still. */
struct winner {
    const struct css_declaration *declaration;
    unsigned specificity;
    const struct css_rule *rule;
};

enum { INLINE_WINNERS = 256 };

/* ---- the flat page ---- */

static void flatten(struct inlining *inlining)
{
    size_t length = 0;
    inlining->starts = arena_array(inlining->arena, size_t, inlining->count + 1);
    for (size_t i = 0; i < inlining->count; i++) {
        inlining->starts[i] = length;
        length += inlining->stretches[i].text.length;
    }
    inlining->starts[inlining->count] = length;
    char *bytes = arena_take(inlining->arena, length + 1);
    for (size_t i = 0; i < inlining->count; i++)
        if (inlining->stretches[i].text.length > 0)
            memcpy(bytes + inlining->starts[i], inlining->stretches[i].text.at,
                   inlining->stretches[i].text.length);
    inlining->flat = text_from(bytes, length);
}

/* The stretch that has the byte at `offset`. */
static size_t stretch_of(const struct inlining *inlining, size_t offset)
{
    size_t low = 0, high = inlining->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (inlining->starts[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Whether something is merged, asked or called between the first and the last of these bytes. */
static bool has_hole(const struct inlining *inlining, size_t start, size_t end)
{
    return end > start && stretch_of(inlining, start) != stretch_of(inlining, end - 1);
}

static size_t section_at(const struct inlining *inlining, size_t offset)
{
    return inlining->stretches[stretch_of(inlining, offset)].section;
}

/* ---- what cannot be known ---- */

static bool hole_outside_values(const struct inlining *inlining, const struct page_node *node)
{
    size_t at = node->start;
    for (const struct page_attribute *attribute = node->attributes; attribute != NULL;
         attribute = attribute->next) {
        bool names =
            text_equal(attribute->name, TEXT("class")) || text_equal(attribute->name, TEXT("id"));
        if (!attribute->quoted || names || attribute->start < at)
            continue;
        if (has_hole(inlining, at, attribute->start + 1))
            return true;
        at = attribute->end - 1;
    }
    return has_hole(inlining, at, node->end);
}

static void mark_uncertain(struct inlining *inlining)
{
    for (struct page_node *node = inlining->page; node != NULL;
         node = page_next(inlining->page, node)) {
        if (node->name.length == 0 || node->end == node->start)
            continue;
        bool straddles = node->after > node->closing &&
                         section_at(inlining, node->start) != section_at(inlining, node->closing);
        node->uncertain = straddles || hole_outside_values(inlining, node);
    }
}

/* ---- which rules move ---- */

static bool has_important(const struct css_rule *rule)
{
    for (const struct css_declaration *at = rule->declarations; at != NULL; at = at->next)
        if (at->important)
            return true;
    return false;
}

static struct movable **add_rules(struct inlining *inlining, const struct page_node *sheet,
                                  struct movable **end)
{
    const struct page_node *text = sheet->first;
    if (text == NULL || text->next != NULL || has_hole(inlining, text->start, text->end) ||
        page_attribute(sheet, "media") != NULL)
        return end;
    struct text bytes = text_slice(inlining->flat, text->start, text->end - text->start);
    for (struct css_rule *rule = css_parse(inlining->arena, bytes); rule != NULL;
         rule = rule->next) {
        if (rule->at_rule || !rule->simple || rule->declarations == NULL || has_important(rule))
            continue;
        struct movable *movable = arena_new(inlining->arena, struct movable);
        movable->rule = rule;
        movable->start = text->start + rule->start;
        movable->end = text->start + rule->end;
        *end = movable;
        end = &movable->next;
    }
    return end;
}

static void find_rules(struct inlining *inlining)
{
    struct movable **end = &inlining->rules;
    for (struct page_node *node = inlining->page; node != NULL;
         node = page_next(inlining->page, node))
        if (page_is(node, "style"))
            end = add_rules(inlining, node, end);
}

static enum css_match match(const struct css_rule *rule, const struct page_node *node,
                            unsigned *ret_specificity)
{
    enum css_match best = CSS_NO;
    *ret_specificity = 0;
    for (const struct css_selector *at = rule->selectors; at != NULL; at = at->next) {
        enum css_match found = css_match(at, node);
        best = found > best ? found : best;
        if (found == CSS_YES && at->specificity > *ret_specificity)
            *ret_specificity = at->specificity;
    }
    return best;
}

static bool is_certain(const struct inlining *inlining, const struct css_rule *rule)
{
    unsigned specificity;
    for (struct page_node *node = inlining->page; node != NULL;
         node = page_next(inlining->page, node))
        if (match(rule, node, &specificity) == CSS_MAYBE)
            return false;
    return true;
}

/* ---- one element ---- */

/* A later rule of the same weight wins; the order within a rule is kept. */
static size_t add_winner(struct winner *winners, size_t count, struct winner winner)
{
    size_t at = 0, kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool same = text_equal(winners[i].declaration->name, winner.declaration->name) &&
                    winners[i].rule != winner.rule;
        if (same && winners[i].specificity > winner.specificity)
            return count;
        if (!same)
            winners[kept++] = winners[i];
    }
    if (kept == INLINE_WINNERS)
        return kept;
    for (at = kept; at > 0 && winners[at - 1].specificity > winner.specificity; at--)
        winners[at] = winners[at - 1];
    winners[at] = winner;
    return kept + 1;
}

static size_t find_winners(const struct inlining *inlining, const struct page_node *node,
                           struct winner winners[INLINE_WINNERS])
{
    size_t count = 0;
    for (const struct movable *movable = inlining->rules; movable != NULL;
         movable = movable->next) {
        unsigned specificity;
        if (movable->stays || match(movable->rule, node, &specificity) != CSS_YES)
            continue;
        for (const struct css_declaration *at = movable->rule->declarations; at != NULL;
             at = at->next)
            count = add_winner(winners, count, (struct winner){at, specificity, movable->rule});
    }
    return count;
}

static bool says(const struct css_declaration *own, struct text name)
{
    while (own != NULL && !text_equal(own->name, name))
        own = own->next;
    return own != NULL;
}

/* An attribute's quote becomes the other one, in case a font's name is quoted. */
static void add_value(struct buffer *out, struct text value, char quote)
{
    for (size_t i = 0; i < value.length; i++) {
        char byte = value.at[i] == '\n' || value.at[i] == '\r' ? ' ' : value.at[i];
        if (byte == '&')
            buffer_add_string(out, "&amp;");
        else
            buffer_add_byte(out, byte == quote ? (quote == '"' ? '\'' : '"') : byte);
    }
}

static struct text style_of(const struct inlining *inlining, const struct page_node *node,
                            char quote)
{
    struct winner winners[INLINE_WINNERS];
    size_t count = find_winners(inlining, node, winners);
    const struct css_declaration *own =
        css_declarations(inlining->arena, page_value(node, "style"));
    BUFFER(style, PAGE_BYTES);
    for (size_t i = 0; i < count; i++) {
        const struct css_declaration *declaration = winners[i].declaration;
        if (says(own, declaration->name))
            continue;
        if (style.length > 0)
            buffer_add_byte(&style, ' ');
        buffer_add(&style, declaration->name);
        buffer_add_string(&style, ": ");
        add_value(&style, declaration->value, quote);
        buffer_add_byte(&style, ';');
    }
    return arena_text(inlining->arena, buffer_text(&style));
}

static void add_edit(struct inlining *inlining, size_t at, size_t length, struct text text)
{
    struct edit *edit = arena_new(inlining->arena, struct edit);
    *edit = (struct edit){at, length, text, inlining->edits};
    inlining->edits = edit;
}

static void dress(struct inlining *inlining, const struct page_node *node)
{
    const struct page_attribute *own = page_attribute(node, "style");
    struct arena *arena = inlining->arena;
    bool written = own != NULL && own->end > own->start;
    char quote = written && own->quoted ? inlining->flat.at[own->start] : '"';
    if (node->end == node->start || (written && !own->quoted) || (own != NULL && !written))
        return;
    struct text style = style_of(inlining, node, quote);
    if (style.length == 0)
        return;
    bool alone = !written || own->end - own->start == 2;
    if (written)
        add_edit(inlining, own->start + 1, 0,
                 arena_printf(arena, "%.*s%s", TEXT_ARGS(style), alone ? "" : " "));
    else
        add_edit(inlining, node->start + 1 + node->name.length, 0,
                 arena_printf(arena, " style=\"%.*s\"", TEXT_ARGS(style)));
}

/* ---- the changes ---- */

static bool is_between(const struct edit *edit, size_t start, size_t end)
{
    /* What goes in does so behind the byte before it: with a hole there, it stays before the hole.
     */
    return edit->length > 0 ? edit->at >= start && edit->at < end
                            : edit->at > start && edit->at <= end;
}

static int by_place(const void *a, const void *b)
{
    const struct edit *one = *(const struct edit *const *)a,
                      *other = *(const struct edit *const *)b;
    return (one->at > other->at) - (one->at < other->at);
}

static void apply(struct inlining *inlining)
{
    size_t count = 0, next = 0;
    for (const struct edit *edit = inlining->edits; edit != NULL; edit = edit->next)
        count++;
    struct edit **sorted = arena_array(inlining->arena, struct edit *, count + 1);
    for (struct edit *edit = inlining->edits; edit != NULL; edit = edit->next)
        sorted[next++] = edit;
    qsort(sorted, count, sizeof(struct edit *), by_place);
    next = 0;
    for (size_t i = 0; i < inlining->count; i++) {
        size_t at = inlining->starts[i], end = inlining->starts[i + 1];
        BUFFER(out, PAGE_BYTES * 2);
        for (; next < count && is_between(sorted[next], inlining->starts[i], end); next++) {
            buffer_add(&out, text_slice(inlining->flat, at, sorted[next]->at - at));
            buffer_add(&out, sorted[next]->text);
            at = sorted[next]->at + sorted[next]->length;
        }
        if (at == inlining->starts[i])
            continue;
        buffer_add(&out, text_slice(inlining->flat, at, end - at));
        must(!out.overflowed);
        inlining->stretches[i].text = arena_text(inlining->arena, buffer_text(&out));
    }
}

/* A rule that was moved leaves no empty line. */
static void remove_rules(struct inlining *inlining)
{
    for (const struct movable *movable = inlining->rules; movable != NULL;
         movable = movable->next) {
        size_t end = movable->end;
        bool line = end < inlining->flat.length && inlining->flat.at[end] == '\n';
        if (!movable->stays)
            add_edit(inlining, movable->start, end + line - movable->start, TEXT(""));
    }
}

void inline_styles(void *self, struct arena *arena, struct template_stretch *stretches,
                   size_t count, bool whole)
{
    struct inlining inlining = {.arena = arena, .stretches = stretches, .count = count};
    (void)self;
    if (count == 0)
        return;
    flatten(&inlining);
    if (text_find_nocase(inlining.flat, TEXT("<style")) == TEXT_NONE)
        return;
    inlining.page = page_parse(arena, inlining.flat);
    if (inlining.page == NULL)
        return;
    mark_uncertain(&inlining);
    find_rules(&inlining);
    for (struct movable *movable = inlining.rules; movable != NULL; movable = movable->next)
        movable->stays = !is_certain(&inlining, movable->rule);
    for (struct page_node *node = inlining.page; node != NULL;
         node = page_next(inlining.page, node))
        if (node->name.length > 0 && inlining.rules != NULL)
            dress(&inlining, node);
    if (whole)
        remove_rules(&inlining);
    apply(&inlining);
}
