/* Template markup: where in HTML a value stands. */
#include "campaign/template_markup.h"

#include "base/banned.h"

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

static const struct {
    struct text name;
    enum attribute kind;
} attributes[] = {
    {TEXT_INIT("href"), ATTRIBUTE_URL},       {TEXT_INIT("src"), ATTRIBUTE_URL},
    {TEXT_INIT("action"), ATTRIBUTE_URL},     {TEXT_INIT("background"), ATTRIBUTE_URL},
    {TEXT_INIT("formaction"), ATTRIBUTE_URL}, {TEXT_INIT("cite"), ATTRIBUTE_URL},
    {TEXT_INIT("poster"), ATTRIBUTE_URL},     {TEXT_INIT("xlink:href"), ATTRIBUTE_URL},
    {TEXT_INIT("data"), ATTRIBUTE_URL},       {TEXT_INIT("longdesc"), ATTRIBUTE_URL},
    {TEXT_INIT("manifest"), ATTRIBUTE_URL},   {TEXT_INIT("srcset"), ATTRIBUTE_URL},
    {TEXT_INIT("ping"), ATTRIBUTE_URL},       {TEXT_INIT("codebase"), ATTRIBUTE_URL},
    {TEXT_INIT("icon"), ATTRIBUTE_URL},       {TEXT_INIT("usemap"), ATTRIBUTE_URL},
    {TEXT_INIT("dynsrc"), ATTRIBUTE_URL},     {TEXT_INIT("lowsrc"), ATTRIBUTE_URL},
    {TEXT_INIT("profile"), ATTRIBUTE_URL},    {TEXT_INIT("archive"), ATTRIBUTE_URL},
    {TEXT_INIT("style"), ATTRIBUTE_STYLE},    {TEXT_INIT("srcdoc"), ATTRIBUTE_SCRIPT},
};

static struct text name_of(const struct markup_state *now)
{
    return text_from(now->name, now->length);
}

static void forget_name(struct markup_state *now)
{
    memset(now->name, 0, sizeof(now->name));
    now->length = 0;
}

/* What is longer than the room is no name we know. */
static void add_to_name(struct markup_state *now, char byte)
{
    if (now->length < sizeof(now->name))
        now->name[now->length++] = text_lower_byte(byte);
}

static void enter(struct markup_state *now, enum state state)
{
    now->state = (unsigned char)state;
    now->progress = 0;
    if (state == IN_TAG)
        now->attribute &= (unsigned char)~ATTRIBUTE_MASK;
    forget_name(now);
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
}

static bool is_letter(char byte)
{
    return text_lower_byte(byte) >= 'a' && text_lower_byte(byte) <= 'z';
}

/* `attribute` is free outside of attributes: there it remembers an element with foreign text. */
enum { ELEMENT_PLAIN, ELEMENT_FOREIGN, ELEMENT_CLOSES };

/* Its text knows no tags, but is shown as text. */
static bool is_text_element(struct text name)
{
    return text_equal(name, TEXT("title")) || text_equal(name, TEXT("textarea"));
}

static void read_text(struct markup_state *now, char byte)
{
    if (byte == '<') {
        enter(now, TAG_OPEN);
        now->attribute = 0;
    }
}

static void read_tag_open(struct markup_state *now, char byte)
{
    if (byte == '/') {
        now->progress = ELEMENT_CLOSES;
    } else if (byte == '!') {
        enter(now, MARKUP);
    } else if (byte == '?') {
        enter(now, DECLARATION);
    } else if (is_letter(byte)) {
        bool closes = now->progress == ELEMENT_CLOSES;
        enter(now, TAG_NAME);
        now->progress = closes ? ELEMENT_CLOSES : ELEMENT_PLAIN;
        add_to_name(now, byte);
    } else {
        enter(now, IN_TEXT); /* "1 < 2" */
        read_text(now, byte);
    }
}

/* Behind ">": the element's text, foreign or not. The name of a foreign one is kept in `name`. */
static void leave_tag(struct markup_state *now)
{
    now->attribute = 0;
    now->progress = 0;
    if (now->length > 0) {
        now->state = FOREIGN;
        return;
    }
    enter(now, IN_TEXT);
}

/*
 * While a tag's attributes are read `name` serves them; a foreign element is remembered by the only
 * two letters that matter: its index in this list, kept in `attribute`'s upper bits.
 */
static const char *const foreign_names[] = {"",       "script",  "style",    "xmp",
                                            "iframe", "noembed", "noframes", "plaintext",
                                            "title",  "textarea"};

static void end_tag_name(struct markup_state *now)
{
    unsigned char element = 0;
    if (now->progress != ELEMENT_CLOSES)
        for (unsigned char i = 1; i < sizeof(foreign_names) / sizeof(foreign_names[0]); i++)
            if (text_equal(name_of(now), text_of(foreign_names[i])))
                element = i;
    enter(now, IN_TAG);
    now->attribute = (unsigned char)(element << FOREIGN_SHIFT);
}

static void end_tag(struct markup_state *now)
{
    struct text name = text_of(foreign_names[now->attribute >> FOREIGN_SHIFT]);
    forget_name(now);
    for (size_t i = 0; i < name.length; i++)
        add_to_name(now, name.at[i]);
    leave_tag(now);
}

static void read_in_tag(struct markup_state *now, char byte)
{
    if (byte == '>') {
        end_tag(now);
    } else if (!is_space(byte) && byte != '/') {
        enter(now, ATTR_NAME);
        add_to_name(now, byte);
    }
}

static void read_tag_name(struct markup_state *now, char byte)
{
    if (!is_space(byte) && byte != '/' && byte != '>') {
        add_to_name(now, byte);
        return;
    }
    end_tag_name(now);
    read_in_tag(now, byte);
}

static void set_attribute(struct markup_state *now)
{
    enum attribute kind = ATTRIBUTE_PLAIN;
    if (text_starts(name_of(now), TEXT("on")))
        kind = ATTRIBUTE_SCRIPT;
    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
        if (text_equal(name_of(now), attributes[i].name))
            kind = attributes[i].kind;
    now->attribute = (unsigned char)((now->attribute & ~ATTRIBUTE_MASK) | (int)kind);
}

static void read_attr_name(struct markup_state *now, char byte)
{
    if (byte == '=') {
        set_attribute(now);
        enter(now, BEFORE_VALUE);
    } else if (is_space(byte)) {
        set_attribute(now);
        enter(now, AFTER_NAME);
    } else if (byte == '/' || byte == '>') {
        enter(now, IN_TAG);
        read_in_tag(now, byte);
    } else {
        add_to_name(now, byte);
    }
}

static void read_after_name(struct markup_state *now, char byte)
{
    if (byte == '=') {
        enter(now, BEFORE_VALUE);
    } else if (!is_space(byte)) {
        enter(now, IN_TAG);
        read_in_tag(now, byte);
    }
}

static enum attribute attribute_of(const struct markup_state *now)
{
    return (enum attribute)(now->attribute & ATTRIBUTE_MASK);
}

/* How a link begins decides what may follow: "mailto:" keeps its "@", a program no value at all. */
static void read_link(struct markup_state *now, char byte)
{
    if (now->progress != LINK_SCHEME || (now->length == 0 && is_space(byte)))
        return;
    add_to_name(now, byte);
    bool known = byte == ':' || byte == '/' || byte == '?' || byte == '#';
    if (!known && now->length < sizeof(now->name))
        return;
    struct text scheme = name_of(now);
    now->progress = LINK_REST;
    if (text_equal(scheme, TEXT("mailto:")))
        now->progress = LINK_MAIL;
    if (text_equal(scheme, TEXT("javascript:")) || text_equal(scheme, TEXT("vbscript:")) ||
        text_equal(scheme, TEXT("data:")))
        now->progress = LINK_SCRIPT;
    forget_name(now);
}

static void read_value_byte(struct markup_state *now, char byte)
{
    if (attribute_of(now) == ATTRIBUTE_URL)
        read_link(now, byte);
}

static void read_double_quoted(struct markup_state *now, char byte)
{
    if (byte == '"')
        enter(now, IN_TAG);
    else
        read_value_byte(now, byte);
}

static void read_single_quoted(struct markup_state *now, char byte)
{
    if (byte == '\'')
        enter(now, IN_TAG);
    else
        read_value_byte(now, byte);
}

static void read_unquoted(struct markup_state *now, char byte)
{
    if (is_space(byte) || byte == '>') {
        enter(now, IN_TAG);
        read_in_tag(now, byte);
    } else {
        read_value_byte(now, byte);
    }
}

static void read_before_value(struct markup_state *now, char byte)
{
    if (byte == '"') {
        enter(now, DOUBLE_QUOTED);
    } else if (byte == '\'') {
        enter(now, SINGLE_QUOTED);
    } else if (!is_space(byte)) {
        enter(now, UNQUOTED);
        read_unquoted(now, byte);
    }
}

static void read_declaration(struct markup_state *now, char byte)
{
    /* <![endif]--> or <!--<![endif]--> ends what only Outlook reads. */
    if (now->length == 0 && now->progress == 0)
        now->conditional &= byte != '[';
    now->progress = 1;
    if (byte == '>')
        enter(now, IN_TEXT);
}

static void read_markup(struct markup_state *now, char byte)
{
    add_to_name(now, byte);
    if (text_equal(name_of(now), TEXT("--")))
        enter(now, COMMENT);
    else if (!text_equal(name_of(now), TEXT("-"))) {
        enter(now, DECLARATION);
        read_declaration(now, byte);
    }
}

/* `progress` counts dashes, at most two; `name` is how the comment begins. */
static void read_comment(struct markup_state *now, char byte)
{
    /* <!--> and <!---> are whole comments (13.2.5.43) */
    bool abrupt = now->length == 0 || text_equal(name_of(now), TEXT("-"));
    add_to_name(now, byte);
    if (byte == '>' && (now->progress == 2 || abrupt)) {
        now->conditional &= !text_starts(name_of(now), TEXT("<![endif]"));
        enter(now, IN_TEXT);
        return;
    }
    unsigned char dashes = now->progress < 2 ? (unsigned char)(now->progress + 1) : 2;
    now->progress = byte == '-' ? dashes : 0;
    if (text_equal(name_of(now), TEXT("[if")))
        enter(now, CONDITION);
}

static void read_condition(struct markup_state *now, char byte)
{
    if (byte != '>')
        return;
    now->conditional = true;
    enter(now, IN_TEXT);
}

/* `progress` counts how much of "</name" was seen. */
static void read_foreign(struct markup_state *now, char byte)
{
    if (byte == '<') {
        now->state = FOREIGN_END;
        now->progress = 0;
    }
}

static void read_foreign_end(struct markup_state *now, char byte)
{
    unsigned char seen = now->progress;
    bool whole = seen == now->length + 1;
    if (whole && (is_space(byte) || byte == '/' || byte == '>')) {
        now->attribute = 0;
        enter(now, IN_TAG);
        read_in_tag(now, byte);
        return;
    }
    char wanted = seen == 0 ? '/' : seen <= now->length ? now->name[seen - 1] : '\0';
    now->progress = (unsigned char)(seen + 1);
    if (text_lower_byte(byte) != wanted) {
        now->state = FOREIGN;
        now->progress = 0;
        read_foreign(now, byte);
    }
}

static void (*const readers[])(struct markup_state *, char) = {
    [IN_TEXT] = read_text,
    [TAG_OPEN] = read_tag_open,
    [TAG_NAME] = read_tag_name,
    [IN_TAG] = read_in_tag,
    [ATTR_NAME] = read_attr_name,
    [AFTER_NAME] = read_after_name,
    [BEFORE_VALUE] = read_before_value,
    [DOUBLE_QUOTED] = read_double_quoted,
    [SINGLE_QUOTED] = read_single_quoted,
    [UNQUOTED] = read_unquoted,
    [MARKUP] = read_markup,
    [COMMENT] = read_comment,
    [CONDITION] = read_condition,
    [DECLARATION] = read_declaration,
    [FOREIGN] = read_foreign,
    [FOREIGN_END] = read_foreign_end,
};

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
            readers[markup->at[s].state](&markup->at[s], constant.at[i]);
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
    if (is_text_element(name_of(now)))
        return NULL;
    return text_equal(name_of(now), TEXT("style"))
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
    if (attribute_of(now) == ATTRIBUTE_SCRIPT)
        return "a value cannot be made safe in an event handler or a document within an attribute";
    if (attribute_of(now) == ATTRIBUTE_URL)
        return escape_in_link(now, ret);
    ret->kind = attribute_of(now) == ATTRIBUTE_STYLE ? ESCAPE_STYLE : ESCAPE_ATTRIBUTE;
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
        enter(now, TAG_NAME);
        now->progress = closes ? ELEMENT_CLOSES : ELEMENT_PLAIN;
        add_to_name(now, '?');
    } else if (now->state == BEFORE_VALUE) {
        enter(now, UNQUOTED);
    }
    bool in_value =
        now->state == DOUBLE_QUOTED || now->state == SINGLE_QUOTED || now->state == UNQUOTED;
    if (in_value && attribute_of(now) == ATTRIBUTE_URL && now->progress == LINK_SCHEME) {
        now->progress = LINK_REST;
        forget_name(now);
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
            enter(&state, IN_TEXT);
        pass_value(&state);
        state.attribute = state.state == IN_TEXT ? 0 : state.attribute;
        add_state(&after, &state);
    }
    return after;
}
