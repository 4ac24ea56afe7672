/* Escape: a value made harmless for the place it stands in. */
#include "template/escape.h"

#include "base/banned.h"
#include "template/escape_bytes.h"

/* strchr() would find the NUL that ends the set. */
static bool one_of(char byte, const char *set)
{
    return byte != '\0' && strchr(set, byte) != NULL;
}

static const char *reference_of(char byte)
{
    static const struct {
        char byte;
        const char *reference;
    } references[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}};
    for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++)
        if (references[i].byte == byte)
            return references[i].reference;
    return NULL;
}

static void add_reference(struct buffer *out, char byte)
{
    const char *reference = reference_of(byte);
    bool control = ((unsigned char)byte < ' ' || byte == 127) && escape_byte_is(byte, BYTE_HTML);
    if (control)
        buffer_add(out, TEXT("\xEF\xBF\xBD"));
    else if (reference != NULL)
        buffer_add_string(out, reference);
    else
        buffer_printf(out, "&#%u;", (unsigned char)byte);
}

/* Copies runs that are harmless, references for what is not. */
static void add_referenced(struct buffer *out, struct text text, unsigned class)
{
    size_t run = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (!escape_byte_is(text.at[i], class))
            continue;
        buffer_append(out, text.at + run, i - run);
        add_reference(out, text.at[i]);
        run = i + 1;
    }
    buffer_append(out, text.at + run, text.length - run);
}

void escape_html(struct buffer *out, struct text text)
{
    add_referenced(out, text, BYTE_HTML);
}

/* Most values are harmless: then they stay where they are. */
static struct text referenced(struct buffer *scratch, struct text text, unsigned class)
{
    size_t i = 0;
    while (i < text.length && !escape_byte_is(text.at[i], class))
        i++;
    if (i == text.length)
        return text;
    buffer_clear(scratch);
    add_referenced(scratch, text, class);
    return buffer_text(scratch);
}

static void add_percent(struct buffer *out, char byte)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char value = (unsigned char)byte;
    char encoded[3] = {'%', digits[value >> 4], digits[value & 15]};
    buffer_append(out, encoded, sizeof(encoded));
}

void escape_percent(struct buffer *out, struct text text, const char *kept)
{
    for (size_t i = 0; i < text.length; i++) {
        if (escape_byte_is(text.at[i], BYTE_UNRESERVED) || one_of(text.at[i], kept))
            buffer_add_byte(out, text.at[i]);
        else
            add_percent(out, text.at[i]);
    }
}

static bool is_hex(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') ||
           (byte >= 'A' && byte <= 'F');
}

/* A whole link: its own marks and escapes stay, all else is encoded. */
static void add_link(struct buffer *out, struct text link)
{
    for (size_t i = 0; i < link.length; i++) {
        char byte = link.at[i];
        bool escaped =
            byte == '%' && i + 2 < link.length && is_hex(link.at[i + 1]) && is_hex(link.at[i + 2]);
        if (escape_byte_is(byte, BYTE_LINK) || escaped || byte == '&' || byte == '\'')
            buffer_add_byte(out, byte);
        else
            add_percent(out, byte);
    }
}

/* Most links need nothing at all. */
static bool is_clean_link(struct text link)
{
    size_t i = 0;
    while (i < link.length && escape_byte_is(link.at[i], BYTE_LINK))
        i++;
    return i == link.length;
}

static const struct text schemes[] = {
    TEXT_INIT("http"),
    TEXT_INIT("https"),
    TEXT_INIT("mailto"),
    TEXT_INIT("tel"),
};

/* RFC 3986 4.2: a colon before the first of / ? # makes what is before it a scheme. */
static bool scheme_allowed(struct text link, struct text *ret_scheme)
{
    size_t end = 0;
    while (end < link.length && !one_of(link.at[end], ":/?#"))
        end++;
    *ret_scheme = text_slice(link, 0, end);
    if (end == link.length || link.at[end] != ':')
        return true;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (text_equal_nocase(*ret_scheme, schemes[i]))
            return true;
    return false;
}

/* Browsers skip spaces and controls before a scheme, so they are no part of the link. */
static struct text without_blanks(struct text link)
{
    while (link.length > 0 && (unsigned char)link.at[0] <= ' ')
        link = text_after(link, 1);
    while (link.length > 0 && (unsigned char)link.at[link.length - 1] <= ' ')
        link.length--;
    return link;
}

static bool to_none(struct escape escape, struct text value, struct buffer *scratch,
                    struct text *ret_text, struct error *err)
{
    (void)escape, (void)scratch, (void)err;
    *ret_text = value;
    return true;
}

static bool to_header(struct escape escape, struct text value, struct buffer *scratch,
                      struct text *ret_text, struct error *err)
{
    (void)escape, (void)scratch;
    *ret_text = value;
    if (!text_has_control(value, ""))
        return true;
    return error_set(err, FAULT_FILE, "a control character or line break cannot stand in a header");
}

static bool to_html(struct escape escape, struct text value, struct buffer *scratch,
                    struct text *ret_text, struct error *err)
{
    (void)escape, (void)err;
    *ret_text = referenced(scratch, value, BYTE_HTML);
    return true;
}

static bool to_attribute(struct escape escape, struct text value, struct buffer *scratch,
                         struct text *ret_text, struct error *err)
{
    (void)err;
    *ret_text = referenced(scratch, value, escape.unquoted ? BYTE_BARE : BYTE_ATTRIBUTE);
    return true;
}

/* The encoded link, then once more as what it stands in: an attribute. */
static bool link_as_attribute(struct escape escape, const struct buffer *link,
                              struct buffer *scratch, struct text *ret_text)
{
    buffer_clear(scratch);
    add_referenced(scratch, buffer_text(link), escape.unquoted ? BYTE_BARE : BYTE_ATTRIBUTE);
    *ret_text = buffer_text(scratch);
    return true;
}

static bool to_url(struct escape escape, struct text value, struct buffer *scratch,
                   struct text *ret_text, struct error *err)
{
    BUFFER(link, scratch->limit);
    struct text scheme, trimmed = without_blanks(value);
    if (!scheme_allowed(trimmed, &scheme))
        return error_set(err, FAULT_FILE,
                         "a link cannot begin with \"%.*s:\"; only http, https, mailto and tel may",
                         (int)(scheme.length < 32 ? scheme.length : 32), scheme.at);
    if (!escape.unquoted && is_clean_link(trimmed)) {
        *ret_text = trimmed;
        return true;
    }
    add_link(&link, trimmed);
    return link_as_attribute(escape, &link, scratch, ret_text);
}

static bool to_url_part(struct escape escape, struct text value, struct buffer *scratch,
                        struct text *ret_text, struct error *err)
{
    (void)err;
    BUFFER(link, scratch->limit);
    if (escape.encoded)
        add_link(&link, value);
    else
        escape_percent(&link, value, escape.kind == ESCAPE_MAIL_PART ? "@" : "");
    return link_as_attribute(escape, &link, scratch, ret_text);
}

/* CSS escapes of six digits end by themselves (CSS Syntax 4.3.7), so no space is needed. */
static bool to_style(struct escape escape, struct text value, struct buffer *scratch,
                     struct text *ret_text, struct error *err)
{
    (void)escape, (void)err;
    buffer_clear(scratch);
    for (size_t i = 0; i < value.length; i++) {
        unsigned char byte = (unsigned char)value.at[i];
        if (byte >= 128 || escape_byte_is(value.at[i], BYTE_STYLE))
            buffer_add_byte(scratch, value.at[i]);
        else
            buffer_printf(scratch, "\\%06x", byte == 0 ? 0xFFFDU : byte);
    }
    struct text style = buffer_text(scratch);
    *ret_text = style;
    if (!escape.unquoted)
        return true;
    BUFFER(quoted, scratch->limit);
    add_referenced(&quoted, style, BYTE_BARE);
    buffer_clear(scratch);
    buffer_add(scratch, buffer_text(&quoted));
    *ret_text = buffer_text(scratch);
    return true;
}

bool escape_foreign_element(struct text name)
{
    static const struct text foreign[] = {
        TEXT_INIT("script"),  TEXT_INIT("style"),    TEXT_INIT("xmp"),       TEXT_INIT("iframe"),
        TEXT_INIT("noembed"), TEXT_INIT("noframes"), TEXT_INIT("plaintext"),
    };
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
        if (text_equal_nocase(name, foreign[i]))
            return true;
    return false;
}

static bool to_tag(struct escape escape, struct text value, struct buffer *scratch,
                   struct text *ret_text, struct error *err)
{
    (void)escape;
    if (escape_foreign_element(value) || text_equal_nocase(value, TEXT("title")) ||
        text_equal_nocase(value, TEXT("textarea")))
        return error_set(err, FAULT_FILE, "an element \"%.*s\" cannot come from a value",
                         TEXT_ARGS(value));
    *ret_text = referenced(scratch, value, BYTE_TAG);
    return true;
}

/* Within a conditional comment "--" would end it for everyone but Outlook. */
static struct text without_dashes(struct text text, struct buffer *scratch)
{
    if (!text_contains(text, TEXT("-")))
        return text;
    BUFFER(dashed, scratch->limit);
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] == '-')
            buffer_add(&dashed, TEXT("&#45;"));
        else
            buffer_add_byte(&dashed, text.at[i]);
    }
    buffer_clear(scratch);
    buffer_add(scratch, buffer_text(&dashed));
    return buffer_text(scratch);
}

bool escape_apply(struct escape escape, struct text value, struct buffer *scratch,
                  struct text *ret_text, struct error *err)
{
    static bool (*const to[])(struct escape, struct text, struct buffer *, struct text *,
                              struct error *) = {
        [ESCAPE_NONE] = to_none,
        [ESCAPE_HEADER] = to_header,
        [ESCAPE_HTML] = to_html,
        [ESCAPE_ATTRIBUTE] = to_attribute,
        [ESCAPE_URL] = to_url,
        [ESCAPE_URL_PART] = to_url_part,
        [ESCAPE_MAIL_PART] = to_url_part,
        [ESCAPE_STYLE] = to_style,
        [ESCAPE_TAG] = to_tag,
    };
    if (!to[escape.kind](escape, value, scratch, ret_text, err))
        return false;
    if (escape.conditional)
        *ret_text = without_dashes(*ret_text, scratch);
    /* `title={{x}} lang=en`: without a word there, the next attribute would become the value. */
    if (escape.begins && ret_text->length == 0)
        *ret_text = TEXT("\"\"");
    return true;
}

bool escape_equal(struct escape a, struct escape b)
{
    return a.kind == b.kind && a.unquoted == b.unquoted && a.begins == b.begins &&
           a.encoded == b.encoded && a.conditional == b.conditional;
}

struct text escape_refused(struct escape escape)
{
    return escape.kind == ESCAPE_URL ? TEXT("#") : (struct text){0};
}
