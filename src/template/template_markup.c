/* Template markup: where in HTML a value stands. */
#include "base/banned.h"
#include "template/template_markup_state.h"

/* Its text knows no tags, but is shown as text. */
static bool is_text_element(struct text name)
{
    return text_equal(name, TEXT("title")) || text_equal(name, TEXT("textarea"));
}

struct markup markup_begin(void)
{
    return (struct markup){.count = 1};
}

static void add_state(struct markup *markup, const struct markup_state *state)
{
    for (size_t i = 0; i < markup->count; i++)
        if (memcmp(&markup->at[i], state, sizeof(*state)) == 0)
            return;
    if (markup->count < MARKUP_STATES)
        markup->at[markup->count++] = *state;
    else
        markup->lost = true;
}

/* Places that have become the same are one again. */
static void merge(struct markup *markup)
{
    struct markup merged = {.lost = markup->lost};
    for (size_t i = 0; i < markup->count; i++)
        add_state(&merged, &markup->at[i]);
    *markup = merged;
}

void markup_read(struct markup *markup, struct text constant)
{
    for (size_t s = 0; s < markup->count; s++)
        for (size_t i = 0; i < constant.length; i++)
            markup_step(&markup->at[s], constant.at[i]);
    merge(markup);
}

static const char *escape_in_text(const struct markup_state *now, struct escape *ret)
{
    (void)now;
    ret->kind = ESCAPE_HTML;
    return NULL;
}

static const char *escape_tag(const struct markup_state *now, struct escape *ret)
{
    static const char *const risky = "sxinpt"; /* how foreign elements begin */
    if (now->length > 0 && strchr(risky, now->name[0]) != NULL)
        return "a value cannot be part of a tag's name";
    ret->kind = ESCAPE_TAG;
    return NULL;
}

static const char *refuse_in_tag(const struct markup_state *now, struct escape *ret)
{
    (void)now, (void)ret;
    return "a value cannot stand between attributes; write name=\"{{…}}\"";
}

static const char *refuse_in_comment(const struct markup_state *now, struct escape *ret)
{
    (void)now, (void)ret;
    return "a value cannot be made safe in an HTML comment; {{! … }} is a comment nobody receives";
}

static const char *refuse_in_declaration(const struct markup_state *now, struct escape *ret)
{
    (void)now, (void)ret;
    return "a value cannot stand in a declaration";
}

static const char *escape_in_foreign(const struct markup_state *now, struct escape *ret)
{
    ret->kind = ESCAPE_HTML;
    if (is_text_element(markup_name(now)))
        return NULL;
    return text_equal(markup_name(now), TEXT("style"))
               ? "a value cannot be made safe in <style>; use a style attribute, or {{#sections}}"
               : "a value cannot be made safe in <script>";
}

static const char *escape_in_link(const struct markup_state *now, struct escape *ret)
{
    static const enum escape_kind kinds[] = {[LINK_SCHEME] = ESCAPE_URL_PART,
                                             [LINK_REST] = ESCAPE_URL_PART,
                                             [LINK_MAIL] = ESCAPE_MAIL_PART};
    if (now->progress == LINK_SCRIPT)
        return "a value cannot be made safe in a link that is a program or a document";
    bool begins = now->progress == LINK_SCHEME && now->length == 0;
    ret->kind = begins ? ESCAPE_URL : kinds[now->progress];
    return NULL;
}

static const char *escape_in_value(const struct markup_state *now, struct escape *ret)
{
    ret->unquoted = now->state == UNQUOTED || now->state == BEFORE_VALUE;
    ret->begins = now->state == BEFORE_VALUE;
    if (markup_attribute(now) == ATTRIBUTE_SCRIPT)
        return "a value cannot be made safe in an event handler or a document within an attribute";
    if (markup_attribute(now) == ATTRIBUTE_URL)
        return escape_in_link(now, ret);
    ret->kind = markup_attribute(now) == ATTRIBUTE_STYLE ? ESCAPE_STYLE : ESCAPE_ATTRIBUTE;
    return NULL;
}

static const char *(*const escapers[])(const struct markup_state *, struct escape *) = {
    [IN_TEXT] = escape_in_text,        [TAG_OPEN] = escape_tag,
    [TAG_NAME] = escape_tag,           [IN_TAG] = refuse_in_tag,
    [ATTR_NAME] = refuse_in_tag,       [AFTER_NAME] = refuse_in_tag,
    [BEFORE_VALUE] = escape_in_value,  [DOUBLE_QUOTED] = escape_in_value,
    [SINGLE_QUOTED] = escape_in_value, [UNQUOTED] = escape_in_value,
    [MARKUP] = refuse_in_declaration,  [COMMENT] = refuse_in_comment,
    [CONDITION] = refuse_in_comment,   [DECLARATION] = refuse_in_declaration,
    [FOREIGN] = escape_in_foreign,     [FOREIGN_END] = escape_in_foreign,
};

/* Kinds that may stand in for each other, the later for the earlier. */
static bool stricter_of(struct escape a, struct escape *b)
{
    static const struct {
        enum escape_kind less, more;
    } orders[] = {
        {ESCAPE_HTML, ESCAPE_ATTRIBUTE},     {ESCAPE_HTML, ESCAPE_TAG},
        {ESCAPE_ATTRIBUTE, ESCAPE_TAG},      {ESCAPE_URL_PART, ESCAPE_URL},
        {ESCAPE_MAIL_PART, ESCAPE_URL_PART}, {ESCAPE_MAIL_PART, ESCAPE_URL},
    };
    b->unquoted |= a.unquoted;
    b->begins &= a.begins;
    b->conditional |= a.conditional;
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        if (orders[i].less == b->kind && orders[i].more == a.kind)
            b->kind = a.kind;
        if (orders[i].less == a.kind && orders[i].more == b->kind)
            return true;
    }
    return a.kind == b->kind;
}

static const char *const ambiguous =
    "where this value stands depends on a section before it; end every section where it began";

static const char *decide(const struct markup *markup, struct escape *ret_escape)
{
    *ret_escape = (struct escape){.kind = ESCAPE_HTML};
    if (markup->lost)
        return ambiguous;
    for (size_t i = 0; i < markup->count; i++) {
        const struct markup_state *now = &markup->at[i];
        struct escape escape = {.conditional = now->conditional};
        const char *reason = escapers[now->state](now, &escape);
        if (reason != NULL)
            return reason;
        if (i == 0)
            *ret_escape = escape;
        else if (!stricter_of(escape, ret_escape))
            return ambiguous;
    }
    return NULL;
}

/* Behind a value: what it did to the place, whatever it was. */
static void pass_value(struct markup_state *now)
{
    if (now->state == TAG_OPEN) {
        bool closes = now->progress == ELEMENT_CLOSES;
        markup_enter(now, TAG_NAME);
        now->progress = closes ? ELEMENT_CLOSES : ELEMENT_OPENS;
        markup_add_to_name(now, '?');
    } else if (now->state == BEFORE_VALUE) {
        markup_enter(now, UNQUOTED);
    }
    bool in_value =
        now->state == DOUBLE_QUOTED || now->state == SINGLE_QUOTED || now->state == UNQUOTED;
    if (in_value && markup_attribute(now) == ATTRIBUTE_URL && now->progress == LINK_SCHEME) {
        now->progress = LINK_REST;
        markup_forget_name(now);
    }
}

void markup_raw(struct markup *markup)
{
    for (size_t i = 0; i < markup->count; i++)
        pass_value(&markup->at[i]);
    merge(markup);
}

const char *markup_value(struct markup *markup, struct escape *ret_escape)
{
    const char *reason = decide(markup, ret_escape);
    markup_raw(markup);
    return reason;
}

struct markup markup_join(struct markup a, const struct markup *b)
{
    for (size_t i = 0; i < b->count; i++)
        add_state(&a, &b->at[i]);
    a.lost |= b->lost;
    return a;
}

bool markup_equal(const struct markup *a, const struct markup *b)
{
    if (a->count != b->count || a->lost != b->lost)
        return false;
    struct markup joined = markup_join(*a, b);
    return joined.count == a->count && joined.lost == a->lost;
}

struct markup markup_after_call(struct markup entry)
{
    struct markup after = entry;
    for (size_t i = 0; i < entry.count; i++) {
        struct markup_state state = entry.at[i];
        if (state.state == TAG_OPEN || state.state == TAG_NAME || state.state == IN_TAG)
            markup_enter(&state, IN_TEXT);
        pass_value(&state);
        state.attribute = state.state == IN_TEXT ? 0 : state.attribute;
        add_state(&after, &state);
    }
    return after;
}
