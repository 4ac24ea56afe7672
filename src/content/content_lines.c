/* Content lines: words, and how they are laid out in plain text. */
#include "content/content_lines.h"

#include <unistr.h>
#include <uniwidth.h>

#include "base/banned.h"

void content_lines_begin(struct content_lines *lines, struct arena *arena,
                         const struct content_tags *tags)
{
    *lines = (struct content_lines){.arena = arena, .tags = tags};
    source_begin(&lines->out, arena);
}

void content_lines_indent(struct content_lines *lines, struct text first, struct text rest)
{
    if (lines->depth < CONTENT_DEPTH)
        lines->margins[lines->depth] = (struct margin){.first = first, .rest = rest};
    lines->depth++;
}

void content_lines_outdent(struct content_lines *lines)
{
    lines->depth--;
}

/* ---- atoms ---- */

void atoms_add(struct content_lines *lines, struct atoms *atoms, struct atom atom)
{
    atoms->at = arena_one_more(lines->arena, atoms->at, atoms->count, sizeof(*atoms->at));
    atoms->at[atoms->count++] = atom;
}

static unsigned columns_of(struct text text)
{
    int columns = u8_width((const uint8_t *)text.at, text.length, "UTF-8");
    return columns < 0 ? 0 : (unsigned)columns;
}

void atoms_add_mark(struct content_lines *lines, struct atoms *atoms, struct text mark)
{
    atoms_add(lines, atoms,
              (struct atom){.kind = ATOM_TEXT, .text = mark, .columns = columns_of(mark)});
}

/* Scripts without spaces (they are wide) may be broken between any two characters. */
static void add_word(struct content_lines *lines, struct atoms *atoms, struct text word)
{
    size_t start = 0;
    bool wide_before = false;
    for (size_t at = 0; at < word.length;) {
        ucs4_t character;
        int length = u8_mbtoucr(&character, (const uint8_t *)word.at + at, word.length - at);
        bool wide = length > 0 && uc_width(character, "UTF-8") == 2;
        if (wide && wide_before) {
            atoms_add_mark(lines, atoms, text_slice(word, start, at - start));
            atoms_add(lines, atoms, (struct atom){.kind = ATOM_CHANCE});
            start = at;
        }
        wide_before = wide;
        at += length > 0 ? (size_t)length : 1;
    }
    atoms_add_mark(lines, atoms, text_after(word, start));
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Two spaces are one, and none begins a paragraph. */
static void add_space(struct content_lines *lines, struct atoms *atoms)
{
    const struct atom *last = atoms->count > 0 ? &atoms->at[atoms->count - 1] : NULL;
    if (last != NULL && last->kind != ATOM_SPACE && last->kind != ATOM_BREAK)
        atoms_add(lines, atoms, (struct atom){.kind = ATOM_SPACE, .columns = 1});
}

static void add_words(struct content_lines *lines, struct atoms *atoms, struct text text)
{
    for (size_t i = 0; i < text.length;) {
        size_t start = i;
        while (i < text.length && !is_space(text.at[i]))
            i++;
        if (i > start)
            add_word(lines, atoms, text_slice(text, start, i - start));
        if (i < text.length)
            add_space(lines, atoms);
        while (i < text.length && is_space(text.at[i]))
            i++;
    }
}

static void add_verbatim(struct content_lines *lines, struct atoms *atoms, struct text text)
{
    size_t newline;
    while ((newline = text_find_byte(text, '\n')) != TEXT_NONE) {
        if (newline > 0)
            atoms_add_mark(lines, atoms, text_slice(text, 0, newline));
        atoms_add(lines, atoms, (struct atom){.kind = ATOM_BREAK});
        text = text_after(text, newline + 1);
    }
    if (text.length > 0)
        atoms_add_mark(lines, atoms, text);
}

void atoms_add_text(struct content_lines *lines, struct atoms *atoms, struct text text,
                    bool verbatim)
{
    struct content_piece piece;
    while (content_tags_take(lines->tags, &text, &piece)) {
        if (piece.tag != NULL)
            atoms_add(
                lines, atoms,
                (struct atom){.kind = ATOM_TAG, .tag = piece.tag, .columns = piece.tag->columns});
        else if (verbatim)
            add_verbatim(lines, atoms, piece.text);
        else
            add_words(lines, atoms, piece.text);
    }
}

static bool ends_line(const struct atom *atom)
{
    return atom->kind == ATOM_SPACE || atom->kind == ATOM_CHANCE || atom->kind == ATOM_BREAK;
}

void atoms_add_break(struct content_lines *lines, struct atoms *atoms)
{
    if (atoms->count > 0 && atoms->at[atoms->count - 1].kind == ATOM_SPACE)
        atoms->count--;
    atoms_add(lines, atoms, (struct atom){.kind = ATOM_BREAK});
}

void atoms_trim(struct atoms *atoms)
{
    while (atoms->count > 0 && ends_line(&atoms->at[atoms->count - 1]))
        atoms->count--;
}

void atoms_add_all(struct content_lines *lines, struct atoms *atoms, const struct atoms *more)
{
    for (size_t i = 0; i < more->count; i++)
        atoms_add(lines, atoms, more->at[i]);
}

unsigned atoms_columns(const struct atoms *atoms)
{
    unsigned columns = 0;
    for (size_t i = 0; i < atoms->count; i++)
        columns += atoms->at[i].columns;
    return columns;
}

bool atoms_have_values(const struct atoms *atoms)
{
    for (size_t i = 0; i < atoms->count; i++)
        if (atoms->at[i].kind == ATOM_TAG)
            return true;
    return false;
}

/* ---- lines ---- */

unsigned content_lines_width(const struct content_lines *lines)
{
    unsigned used = 0;
    for (size_t i = 0; i < lines->depth && i < CONTENT_DEPTH; i++)
        used += columns_of(lines->margins[i].rest);
    return used + 20 < CONTENT_WIDTH ? CONTENT_WIDTH - used : 20;
}

/* "{" is written between other delimiters: two of them, escaped in Markdown, would begin a tag. */
static void put_text(struct content_lines *lines, struct text text)
{
    size_t brace;
    while ((brace = text_find_byte(text, '{')) != TEXT_NONE) {
        content_tags_add(lines->tags, text_slice(text, 0, brace), &lines->out);
        source_add_literal(&lines->out, TEXT("{{=<% %>=}}{<%={{ }}=%>"));
        text = text_after(text, brace + 1);
    }
    content_tags_add(lines->tags, text, &lines->out);
}

static void put_margins(struct content_lines *lines, bool empty)
{
    BUFFER(margin, CONTENT_DEPTH * 16);
    for (size_t i = 0; i < lines->depth && i < CONTENT_DEPTH; i++) {
        struct margin *now = &lines->margins[i];
        buffer_add(&margin, now->begun ? now->rest : now->first);
        now->begun |= !empty;
    }
    struct text text = buffer_text(&margin);
    while (empty && text_ends(text, TEXT(" ")))
        text.length--;
    source_add_literal(&lines->out, text);
}

static void put_atom(struct content_lines *lines, const struct atom *atom)
{
    if (atom->kind == ATOM_TAG)
        content_tags_show(lines->tags, atom->tag, &lines->out);
    else if (atom->kind == ATOM_TEXT)
        put_text(lines, atom->text);
    else if (atom->kind == ATOM_SPACE || atom->kind == ATOM_FIXED)
        source_add_literal(&lines->out, TEXT(" "));
}

/* A section tag with spaces around it holds on to both its neighbours. */
static bool is_structure(const struct atoms *atoms, size_t index)
{
    const struct atom *atom = &atoms->at[index];
    return atom->kind == ATOM_TAG && strchr("#^/>", atom->tag->sigil) != NULL;
}

static bool may_end(const struct atoms *atoms, size_t index)
{
    if (!ends_line(&atoms->at[index]))
        return false;
    bool before = index > 0 && is_structure(atoms, index - 1);
    bool after = index + 1 < atoms->count && is_structure(atoms, index + 1);
    return !before && !after;
}

/* The end of what cannot be parted, from `from` on, and its columns. */
static size_t take_unit(const struct atoms *atoms, size_t from, unsigned *ret_columns)
{
    size_t i = from;
    *ret_columns = 0;
    while (i < atoms->count && atoms->at[i].kind != ATOM_BREAK && !may_end(atoms, i))
        *ret_columns += atoms->at[i++].columns;
    return i;
}

/* The end of the line that begins at `from`, and its columns. */
static size_t take_line(const struct atoms *atoms, size_t from, unsigned width,
                        unsigned *ret_columns)
{
    unsigned columns = 0, unit = 0;
    size_t end = take_unit(atoms, from, &columns);
    while (end < atoms->count && atoms->at[end].kind != ATOM_BREAK) {
        size_t next = take_unit(atoms, end + 1, &unit);
        if (columns + atoms->at[end].columns + unit > width)
            break;
        columns += atoms->at[end].columns + unit;
        end = next;
    }
    *ret_columns = columns;
    return end;
}

unsigned content_lines_wrap(struct content_lines *lines, const struct atoms *atoms, unsigned width)
{
    unsigned widest = 0, columns = 0;
    for (size_t from = 0; from < atoms->count;) {
        size_t end = take_line(atoms, from, width, &columns);
        put_margins(lines, columns == 0 && end == from);
        for (size_t i = from; i < end; i++)
            put_atom(lines, &atoms->at[i]);
        source_add_literal(&lines->out, TEXT("\n"));
        widest = columns > widest ? columns : widest;
        from = end + 1;
    }
    return widest;
}

void content_lines_gap(struct content_lines *lines)
{
    put_margins(lines, true);
    source_add_literal(&lines->out, TEXT("\n"));
}

void content_lines_rule(struct content_lines *lines, char mark, unsigned columns)
{
    char rule[CONTENT_WIDTH];
    unsigned length = columns < sizeof(rule) ? columns : sizeof(rule);
    memset(rule, mark, sizeof(rule));
    put_margins(lines, false);
    source_add_literal(&lines->out, text_from(rule, length));
    source_add_literal(&lines->out, TEXT("\n"));
}

void content_lines_lone(struct content_lines *lines, const struct content_tag *tag)
{
    content_tags_show(lines->tags, tag, &lines->out);
    source_add_literal(&lines->out, TEXT("\n"));
}
