/* Content strip: raw HTML in a text part. Its text is shown, its tags are not. */
#include "base/banned.h"
#include "content/content_plain.h"

static bool is_element(const struct content_plain *plain, const char *name)
{
    return text_equal_nocase(text_from(plain->element, plain->element_length), text_of(name));
}

static void end_markup(struct content_plain *plain)
{
    static const char *const breaks[] = {"br", "/p", "/div", "/tr", "/li", "/h1", "/h2", "/h3"};
    for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++)
        if (is_element(plain, breaks[i]) && plain->words.count > 0)
            atoms_add_break(&plain->lines, &plain->words);
    if (is_element(plain, "style") || is_element(plain, "script"))
        plain->hidden = true;
    if (is_element(plain, "/style") || is_element(plain, "/script"))
        plain->hidden = false;
    plain->in_markup = false;
}

static void read_markup(struct content_plain *plain, char byte)
{
    bool named = byte == '/' || (byte >= '0' && byte <= '9') ||
                 (text_lower_byte(byte) >= 'a' && text_lower_byte(byte) <= 'z');
    if (byte == '>')
        end_markup(plain);
    else if (named && plain->element_length < sizeof(plain->element))
        plain->element[plain->element_length++] = byte;
    else
        plain->element_length += plain->element_length == 0; /* no name comes any more */
}

static void put_shown(struct content_plain *plain, struct text text)
{
    if (!plain->in_markup && !plain->hidden && text.length > 0)
        atoms_add_text(&plain->lines, &plain->words, text, false);
}

static void put_html_text(struct content_plain *plain, struct text text)
{
    size_t run = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (plain->in_markup) {
            read_markup(plain, text.at[i]);
            run = i + 1;
        } else if (text.at[i] == '<') {
            put_shown(plain, text_slice(text, run, i - run));
            plain->in_markup = true;
            plain->element_length = 0;
        }
    }
    put_shown(plain, text_after(text, run));
}

/* Sections must stay in pairs, even where all around them goes. */
void content_strip(struct content_plain *plain, struct text text)
{
    struct content_piece piece;
    while (content_tags_take(plain->lines.tags, &text, &piece)) {
        bool shown = !plain->in_markup && !plain->hidden;
        if (piece.tag == NULL)
            put_html_text(plain, piece.text);
        else if (piece.lone && !plain->in_markup)
            content_plain_lone(plain, piece.tag);
        else if (shown || strchr("#^/", piece.tag->sigil) != NULL)
            atoms_add(
                &plain->lines, &plain->words,
                (struct atom){.kind = ATOM_TAG, .tag = piece.tag, .columns = piece.tag->columns});
    }
}
