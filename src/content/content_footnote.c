/* Content footnote: links, told below the text they stand in. */
#include "base/banned.h"
#include "content/content_plain.h"

static bool same_piece(const struct content_plain *plain, const struct content_piece *a,
                       const struct content_piece *b)
{
    struct text original = plain->lines.tags->original->bytes;
    if (a->tag == NULL || b->tag == NULL)
        return a->tag == b->tag && text_equal(a->text, b->text);
    return text_equal(text_slice(original, a->tag->offset, a->tag->length),
                      text_slice(original, b->tag->offset, b->tag->length));
}

static bool same_link(const struct content_plain *plain, struct text a, struct text b)
{
    struct content_piece from_a, from_b;
    for (;;) {
        bool more_a = content_tags_take(plain->lines.tags, &a, &from_a);
        bool more_b = content_tags_take(plain->lines.tags, &b, &from_b);
        if (!more_a || !more_b)
            return more_a == more_b;
        if (!same_piece(plain, &from_a, &from_b))
            return false;
    }
}

/* The footnote for `link`: one of the same section, or a new one. */
static unsigned number_of(struct content_plain *plain, struct text link)
{
    unsigned before =
        plain->section_depth > 0 ? plain->sections[plain->section_depth - 1].numbered : 0;
    struct footnote **end = &plain->footnotes;
    for (; *end != NULL; end = &(*end)->next)
        if ((*end)->number > before && same_link(plain, (*end)->link, link))
            return (*end)->number;
    *end = arena_new(plain->lines.arena, struct footnote);
    **end = (struct footnote){.link = link, .number = ++plain->numbered};
    return (*end)->number;
}

void content_footnote_write(struct content_plain *plain, unsigned before)
{
    struct footnote **link = &plain->footnotes;
    while (*link != NULL) {
        struct footnote *footnote = *link;
        struct atoms line = {0};
        if (footnote->number <= before) {
            link = &footnote->next;
            continue;
        }
        *link = footnote->next;
        content_plain_block(plain);
        struct text mark = arena_printf(plain->lines.arena, "[%u] ", footnote->number);
        atoms_add_mark(&plain->lines, &line, mark);
        atoms_add_text(&plain->lines, &line, footnote->link, true);
        content_lines_wrap(&plain->lines, &line, CONTENT_WIDTH);
    }
    plain->gap = true;
}

static struct text without_scheme(struct text link)
{
    static const struct text schemes[] = {TEXT_INIT("mailto:"), TEXT_INIT("tel:"),
                                          TEXT_INIT("https://"), TEXT_INIT("http://")};
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (text_starts_nocase(link, schemes[i]))
            link = text_after(link, schemes[i].length);
    if (text_ends(link, TEXT("/")))
        link.length--;
    return link;
}

/* True when the words of a link are the link. */
static bool says_itself(const struct content_plain *plain, struct text link)
{
    BUFFER(said, CONTENT_BYTES);
    for (size_t i = plain->link_start; i < plain->words.count; i++) {
        const struct atom *atom = &plain->words.at[i];
        if (atom->kind == ATOM_TAG)
            buffer_printf(&said, "%.*s%05zuq", TEXT_ARGS(plain->lines.tags->prefix),
                          (size_t)(atom->tag - plain->lines.tags->tags));
        else
            buffer_add(&said, atom->text);
    }
    struct text shown = without_scheme(buffer_text(&said));
    return shown.length == 0 || same_link(plain, shown, without_scheme(link));
}

void content_footnote_link(struct content_plain *plain, struct text link)
{
    struct content_lines *lines = &plain->lines;
    if (link.length == 0 || says_itself(plain, link))
        return;
    atoms_add(lines, &plain->words, (struct atom){.kind = ATOM_FIXED, .columns = 1});
    if (plain->open_sections > 0) {
        /* Whether this is shown is not known below, so the link stands here. */
        atoms_add_mark(lines, &plain->words, TEXT("<"));
        atoms_add_text(lines, &plain->words, link, true);
        atoms_add_mark(lines, &plain->words, TEXT(">"));
        return;
    }
    unsigned number = number_of(plain, link);
    atoms_add_mark(lines, &plain->words, arena_printf(lines->arena, "[%u]", number));
}
