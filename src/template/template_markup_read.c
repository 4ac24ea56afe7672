/* Template markup read: a tokenizer of HTML, byte by byte. */
#include "base/banned.h"
#include "template/template_markup_state.h"

void markup_forget_name(struct markup_state *now)
{
    memset(now->name, 0, sizeof(now->name));
    now->length = 0;
}

/* What is longer than the room is no name we know. */
void markup_add_to_name(struct markup_state *now, char byte)
{
    if (now->length < sizeof(now->name))
        now->name[now->length++] = text_lower_byte(byte);
}

void markup_enter(struct markup_state *now, enum state state)
{
    now->state = (unsigned char)state;
    now->progress = 0;
    if (state == IN_TAG)
        now->attribute &= (unsigned char)~ATTRIBUTE_MASK;
    markup_forget_name(now);
}

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

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
}

static bool is_letter(char byte)
{
    return text_lower_byte(byte) >= 'a' && text_lower_byte(byte) <= 'z';
}

static void read_text(struct markup_state *now, char byte)
{
    if (byte == '<') {
        markup_enter(now, TAG_OPEN);
        now->attribute = 0;
    }
}

static void read_tag_open(struct markup_state *now, char byte)
{
    if (byte == '/') {
        now->progress = ELEMENT_CLOSES;
    } else if (byte == '!') {
        markup_enter(now, MARKUP);
    } else if (byte == '?') {
        markup_enter(now, DECLARATION);
    } else if (is_letter(byte)) {
        bool closes = now->progress == ELEMENT_CLOSES;
        markup_enter(now, TAG_NAME);
        now->progress = closes ? ELEMENT_CLOSES : ELEMENT_OPENS;
        markup_add_to_name(now, byte);
    } else {
        markup_enter(now, IN_TEXT); /* "1 < 2" */
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
    markup_enter(now, IN_TEXT);
}

/* While a tag's attributes are read `name` serves them; which foreign element the tag is of is
   remembered by its index here, in the upper bits of `attribute`. */
static const char *const foreign_names[] = {"",       "script",  "style",    "xmp",
                                            "iframe", "noembed", "noframes", "plaintext",
                                            "title",  "textarea"};

static void end_tag_name(struct markup_state *now)
{
    unsigned char element = 0;
    if (now->progress != ELEMENT_CLOSES)
        for (unsigned char i = 1; i < sizeof(foreign_names) / sizeof(foreign_names[0]); i++)
            if (text_equal(markup_name(now), text_of(foreign_names[i])))
                element = i;
    markup_enter(now, IN_TAG);
    now->attribute = (unsigned char)(element << FOREIGN_SHIFT);
}

static void end_tag(struct markup_state *now)
{
    struct text name = text_of(foreign_names[now->attribute >> FOREIGN_SHIFT]);
    markup_forget_name(now);
    for (size_t i = 0; i < name.length; i++)
        markup_add_to_name(now, name.at[i]);
    leave_tag(now);
}

static void read_in_tag(struct markup_state *now, char byte)
{
    if (byte == '>') {
        end_tag(now);
    } else if (!is_space(byte) && byte != '/') {
        markup_enter(now, ATTR_NAME);
        markup_add_to_name(now, byte);
    }
}

static void read_tag_name(struct markup_state *now, char byte)
{
    if (!is_space(byte) && byte != '/' && byte != '>') {
        markup_add_to_name(now, byte);
        return;
    }
    end_tag_name(now);
    read_in_tag(now, byte);
}

static void set_attribute(struct markup_state *now)
{
    enum attribute kind = ATTRIBUTE_PLAIN;
    if (text_starts(markup_name(now), TEXT("on")))
        kind = ATTRIBUTE_SCRIPT;
    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
        if (text_equal(markup_name(now), attributes[i].name))
            kind = attributes[i].kind;
    now->attribute = (unsigned char)((now->attribute & ~ATTRIBUTE_MASK) | (int)kind);
}

static void read_attr_name(struct markup_state *now, char byte)
{
    if (byte == '=') {
        set_attribute(now);
        markup_enter(now, BEFORE_VALUE);
    } else if (is_space(byte)) {
        set_attribute(now);
        markup_enter(now, AFTER_NAME);
    } else if (byte == '/' || byte == '>') {
        markup_enter(now, IN_TAG);
        read_in_tag(now, byte);
    } else {
        markup_add_to_name(now, byte);
    }
}

static void read_after_name(struct markup_state *now, char byte)
{
    if (byte == '=') {
        markup_enter(now, BEFORE_VALUE);
    } else if (!is_space(byte)) {
        markup_enter(now, IN_TAG);
        read_in_tag(now, byte);
    }
}

/* How a link begins decides what may follow: "mailto:" keeps its "@", a program no value at all. */
static void read_link(struct markup_state *now, char byte)
{
    if (now->progress != LINK_SCHEME || (now->length == 0 && is_space(byte)))
        return;
    markup_add_to_name(now, byte);
    bool known = byte == ':' || byte == '/' || byte == '?' || byte == '#';
    if (!known && now->length < sizeof(now->name))
        return;
    struct text scheme = markup_name(now);
    now->progress = LINK_REST;
    if (text_equal(scheme, TEXT("mailto:")))
        now->progress = LINK_MAIL;
    if (text_equal(scheme, TEXT("javascript:")) || text_equal(scheme, TEXT("vbscript:")) ||
        text_equal(scheme, TEXT("data:")))
        now->progress = LINK_SCRIPT;
    markup_forget_name(now);
}

static void read_value_byte(struct markup_state *now, char byte)
{
    if (markup_attribute(now) == ATTRIBUTE_URL)
        read_link(now, byte);
}

static void read_double_quoted(struct markup_state *now, char byte)
{
    if (byte == '"')
        markup_enter(now, IN_TAG);
    else
        read_value_byte(now, byte);
}

static void read_single_quoted(struct markup_state *now, char byte)
{
    if (byte == '\'')
        markup_enter(now, IN_TAG);
    else
        read_value_byte(now, byte);
}

static void read_unquoted(struct markup_state *now, char byte)
{
    if (is_space(byte) || byte == '>') {
        markup_enter(now, IN_TAG);
        read_in_tag(now, byte);
    } else {
        read_value_byte(now, byte);
    }
}

static void read_before_value(struct markup_state *now, char byte)
{
    if (byte == '"') {
        markup_enter(now, DOUBLE_QUOTED);
    } else if (byte == '\'') {
        markup_enter(now, SINGLE_QUOTED);
    } else if (!is_space(byte)) {
        markup_enter(now, UNQUOTED);
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
        markup_enter(now, IN_TEXT);
}

static void read_markup(struct markup_state *now, char byte)
{
    markup_add_to_name(now, byte);
    if (text_equal(markup_name(now), TEXT("--")))
        markup_enter(now, COMMENT);
    else if (!text_equal(markup_name(now), TEXT("-"))) {
        markup_enter(now, DECLARATION);
        read_declaration(now, byte);
    }
}

/* `progress` counts dashes, at most two; `name` is how the comment begins. */
static void read_comment(struct markup_state *now, char byte)
{
    /* <!--> and <!---> are whole comments (13.2.5.43) */
    bool abrupt = now->length == 0 || text_equal(markup_name(now), TEXT("-"));
    markup_add_to_name(now, byte);
    if (byte == '>' && (now->progress == 2 || abrupt)) {
        now->conditional &= !text_starts(markup_name(now), TEXT("<![endif]"));
        markup_enter(now, IN_TEXT);
        return;
    }
    unsigned char dashes = now->progress < 2 ? (unsigned char)(now->progress + 1) : 2;
    now->progress = byte == '-' ? dashes : 0;
    if (text_equal(markup_name(now), TEXT("[if")))
        markup_enter(now, CONDITION);
}

static void read_condition(struct markup_state *now, char byte)
{
    if (byte != '>')
        return;
    now->conditional = true;
    markup_enter(now, IN_TEXT);
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
        markup_enter(now, IN_TAG);
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

void markup_step(struct markup_state *now, char byte)
{
    readers[now->state](now, byte);
}
