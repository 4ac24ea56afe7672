/*
 * Report HTML: what a reader would see of an HTML part.
 *
 * No parser of documents: a scanner that drops tags, keeps lines where blocks and breaks begin, and
 * undoes the entities that stand in addresses and server replies. One pass, nothing is nested.
 */
#include <string.h>

#include "base/buffer.h"
#include "verdict/report_decode.h"
#include "verdict/report_part.h"

#include "base/banned.h"

bool decode_is_html(struct text text)
{
    struct text head = text_trim(text_slice(text, 0, 512));
    return text_starts_nocase(head, TEXT("<!doctype html")) ||
           text_starts_nocase(head, TEXT("<html")) || text_starts_nocase(head, TEXT("<head>"));
}

static const struct {
    const char *name, *text;
} entities[] = {
    {"lt", "<"},     {"gt", ">"},     {"amp", "&"},    {"quot", "\""},  {"apos", "'"},
    {"nbsp", " "},   {"commat", "@"}, {"period", "."}, {"hyphen", "-"}, {"rsquo", "'"},
    {"auml", "ä"},   {"ouml", "ö"},   {"uuml", "ü"},   {"szlig", "ß"},  {"eacute", "é"},
    {"egrave", "è"}, {"agrave", "à"}, {"ntilde", "ñ"}, {"oacute", "ó"}, {"aacute", "á"},
    {"iacute", "í"}, {"uacute", "ú"}, {"atilde", "ã"}, {"ccedil", "ç"},
};

/* ASCII only: a code point in an address or a reply; others are of no interest. */
static void number_add(struct buffer *out, struct text digits)
{
    unsigned base = 10, value = 0;
    if (text_starts_nocase(digits, TEXT("x"))) {
        base = 16;
        digits = text_after(digits, 1);
    }
    for (size_t i = 0; i < digits.length && value < 256; i++) {
        char byte = text_lower_byte(digits.at[i]);
        unsigned digit = byte >= 'a' ? (unsigned)(byte - 'a' + 10) : (unsigned)(byte - '0');
        if (digit >= base)
            return;
        value = value * base + digit;
    }
    if (value >= 128 || value < ' ')
        buffer_add_byte(out, ' ');
    else
        buffer_add_byte(out, (char)value);
}

/* Bounded looks ahead, so that the pass stays one pass. */
enum { ENTITY = 10, TAG_HEAD = 64, TAG_LENGTH = 1024 };

/* The entity at the head of `text`; how long it is, 0 when there is none. */
static size_t entity_add(struct buffer *out, struct text text)
{
    size_t end = text_find_byte(text_slice(text, 0, ENTITY), ';');
    if (end == TEXT_NONE)
        return 0;
    struct text name = text_slice(text, 1, end - 1);
    if (text_starts(name, TEXT("#"))) {
        number_add(out, text_after(name, 1));
        return end + 1;
    }
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
        if (text_equal(name, text_of(entities[i].name))) {
            buffer_add_string(out, entities[i].text);
            return end + 1;
        }
    return 0;
}

static struct text tag_name(struct text tag)
{
    size_t length = 0;
    if (text_starts(tag, TEXT("/")))
        tag = text_after(tag, 1);
    while (length < tag.length && memchr(" \t\n/>", tag.at[length], 5) == NULL)
        length++;
    return text_slice(tag, 0, length);
}

static bool is_one_of(struct text name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (text_equal_nocase(name, text_of(*names)))
            return true;
    return false;
}

static const char *const lines[] = {"br", "p",  "div", "tr", "li", "h1",  "h2",    "h3",
                                    "h4", "ul", "ol",  "hr", "td", "pre", "table", NULL};
static const char *const unseen[] = {"style", "script", "title", NULL};

/* Behind the end tag of an element whose content nobody sees; one search each, never back. */
static size_t unseen_length(struct text html, struct text name)
{
    size_t at = 0;
    while (at < html.length) {
        size_t next = text_find(text_after(html, at), TEXT("</"));
        if (next == TEXT_NONE)
            return html.length;
        at += next + 2;
        if (text_starts_nocase(text_after(html, at), name))
            return at;
    }
    return html.length;
}

/* A tag begins with a letter, "/", "!" or "?"; "<a@example.org>" in broken HTML is an address. */
static bool is_tag(struct text tag)
{
    if (tag.length == 0 || text_find_byte(tag_name(tag), '@') != TEXT_NONE)
        return false;
    char first = text_lower_byte(tag.at[0]);
    return (first >= 'a' && first <= 'z') || first == '/' || first == '!' || first == '?';
}

/* Adds what the tag at the head of `html` (behind its "<") leaves to see; returns its length. */
static size_t tag_add(struct buffer *out, struct text html)
{
    size_t end = text_find_byte(text_slice(html, 0, TAG_LENGTH), '>');
    struct text tag = text_slice(html, 0, end);
    if (!is_tag(text_slice(tag, 0, TAG_HEAD))) {
        buffer_add_byte(out, '<');
        return 0;
    }
    struct text name = tag_name(text_slice(tag, 0, TAG_HEAD));
    if (is_one_of(name, lines))
        buffer_add_byte(out, '\n');
    size_t length = end == TEXT_NONE ? text_slice(html, 0, TAG_LENGTH).length : end + 1;
    if (is_one_of(name, unseen) && html.at[0] != '/')
        length += unseen_length(text_after(html, length), name);
    return length;
}

struct text decode_html(struct arena *arena, struct text html)
{
    BUFFER(out, PART_TEXT);
    size_t i = 0;
    while (i < html.length) {
        char byte = html.at[i];
        size_t entity = byte == '&' ? entity_add(&out, text_after(html, i)) : 0;
        i += entity > 0 ? entity : 1;
        if (entity > 0)
            continue;
        if (byte == '<')
            i += tag_add(&out, text_after(html, i));
        else
            buffer_add_byte(&out, byte);
    }
    return arena_text(arena, buffer_text(&out));
}
