/* Content text: the body as a letter without markup. */
#include "base/banned.h"
#include "campaign/content_table.h"
#include "campaign/content_visit.h"

/* A link, to be told below the text it stands in. */
struct footnote {
    struct text link;
    unsigned number;
    struct footnote *next;
};

/* A section whose tags have lines of their own. */
struct section {
    struct text name;
    bool gap;          /* as it was before the section */
    unsigned numbered; /* footnotes before it */
};

struct list {
    unsigned number; /* of the next item; 0: bullets */
    bool tight;
};

struct content_plain {
    struct content_lines lines;
    struct atoms words;  /* of the block being read */
    bool gap;            /* an empty line is due before the next block */
    bool verbatim, bare; /* in code; where emphasis is not shown */
    struct list lists[CONTENT_DEPTH];
    size_t list_depth;
    struct section sections[CONTENT_DEPTH];
    size_t section_depth;
    struct section ended; /* the last one, while nothing stands behind it */
    unsigned ended_numbered;
    unsigned open_sections; /* within the words */
    size_t link_start;      /* where the link's words begin */
    unsigned numbered;
    struct footnote *footnotes;
    struct content_table *table;
    bool in_markup, hidden; /* raw HTML: within a tag; within what is not shown */
    char element[8];
    size_t element_length;
};

struct content_plain *content_plain_begin(struct arena *arena, const struct content_tags *tags)
{
    struct content_plain *plain = arena_new(arena, struct content_plain);
    content_lines_begin(&plain->lines, arena, tags);
    return plain;
}

/* ---- blocks and the empty lines between them ---- */

static void begin_block(struct content_plain *plain)
{
    if (plain->gap)
        content_lines_gap(&plain->lines);
    plain->gap = false;
    plain->ended = (struct section){0};
}

static void forget_words(struct content_plain *plain)
{
    plain->words = (struct atoms){0};
    plain->open_sections = 0;
}

static unsigned write_words(struct content_plain *plain)
{
    struct atoms words = plain->words;
    atoms_trim(&words);
    forget_words(plain);
    if (words.count == 0)
        return 0;
    begin_block(plain);
    unsigned widest = content_lines_wrap(&plain->lines, &words, content_lines_width(&plain->lines));
    plain->gap = true;
    return widest;
}

/* ---- footnotes ---- */

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

/* Writes those numbered above `before`, and forgets them. */
static void write_footnotes(struct content_plain *plain, unsigned before)
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
        begin_block(plain);
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

static void end_link(struct content_plain *plain, struct text link)
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

/* ---- section tags on lines of their own ---- */

static void open_section(struct content_plain *plain, const struct content_tag *tag)
{
    struct section section = {.name = tag->name, .gap = plain->gap, .numbered = plain->numbered};
    /* {{#x}}…{{/x}}{{^x}}…{{/x}}: one of the two, so both begin alike. */
    if (plain->ended.name.length > 0 && text_equal(plain->ended.name, tag->name)) {
        section.gap = plain->ended.gap;
        section.numbered = plain->ended.numbered;
        plain->ended_numbered = plain->numbered;
    } else {
        plain->ended_numbered = 0;
    }
    plain->ended = (struct section){0};
    plain->gap = section.gap;
    plain->numbered = section.numbered;
    if (plain->section_depth < CONTENT_DEPTH)
        plain->sections[plain->section_depth] = section;
    plain->section_depth++;
    content_lines_lone(&plain->lines, tag);
}

static void close_section(struct content_plain *plain, const struct content_tag *tag)
{
    struct section section = {0};
    if (plain->section_depth > 0 && --plain->section_depth < CONTENT_DEPTH)
        section = plain->sections[plain->section_depth];
    if (plain->numbered > section.numbered && plain->footnotes != NULL)
        write_footnotes(plain, section.numbered);
    content_lines_lone(&plain->lines, tag);
    if (plain->ended_numbered > plain->numbered)
        plain->numbered = plain->ended_numbered;
    plain->ended_numbered = 0;
    plain->ended = section;
}

static void put_lone(struct content_plain *plain, const struct content_tag *tag)
{
    write_words(plain);
    if (tag->sigil == '#' || tag->sigil == '^') {
        open_section(plain, tag);
    } else if (tag->sigil == '/') {
        close_section(plain, tag);
    } else {
        begin_block(plain);
        content_lines_lone(&plain->lines, tag);
        plain->gap = true;
    }
}

/* ---- raw HTML: its text is shown, its tags are not ---- */

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
static void put_html(struct content_plain *plain, struct text text)
{
    struct content_piece piece;
    while (content_tags_take(plain->lines.tags, &text, &piece)) {
        bool shown = !plain->in_markup && !plain->hidden;
        if (piece.tag == NULL)
            put_html_text(plain, piece.text);
        else if (piece.lone && !plain->in_markup)
            put_lone(plain, piece.tag);
        else if (shown || strchr("#^/", piece.tag->sigil) != NULL)
            atoms_add(
                &plain->lines, &plain->words,
                (struct atom){.kind = ATOM_TAG, .tag = piece.tag, .columns = piece.tag->columns});
    }
}

/* ---- the visitor ---- */

static void enter_list(struct content_plain *plain, const struct content_detail *detail,
                       unsigned number)
{
    write_words(plain); /* of the item around, when it is tight */
    if (plain->list_depth > 0 && plain->list_depth <= CONTENT_DEPTH)
        plain->gap &= !plain->lists[plain->list_depth - 1].tight;
    begin_block(plain);
    if (plain->list_depth < CONTENT_DEPTH)
        plain->lists[plain->list_depth] = (struct list){.number = number, .tight = detail->tight};
    plain->list_depth++;
}

static struct list *list_of(struct content_plain *plain)
{
    bool known = plain->list_depth > 0 && plain->list_depth <= CONTENT_DEPTH;
    return known ? &plain->lists[plain->list_depth - 1] : NULL;
}

static void enter_item(struct content_plain *plain)
{
    struct list *list = list_of(plain);
    struct text mark = TEXT("- ");
    if (list != NULL && list->number > 0)
        mark = arena_printf(plain->lines.arena, "%u. ", list->number++);
    begin_block(plain);
    content_lines_indent(&plain->lines, mark,
                         arena_printf(plain->lines.arena, "%*s", (int)mark.length, ""));
}

static void leave_item(struct content_plain *plain)
{
    const struct list *list = list_of(plain);
    write_words(plain);
    content_lines_outdent(&plain->lines);
    plain->gap = list == NULL || !list->tight;
}

static void enter_block(void *self, enum content_block block, const struct content_detail *detail)
{
    struct content_plain *plain = self;
    if (block == BLOCK_BULLETS || block == BLOCK_NUMBERS) {
        enter_list(plain, detail, block == BLOCK_NUMBERS ? detail->start : 0);
    } else if (block == BLOCK_ITEM) {
        enter_item(plain);
    } else if (block == BLOCK_QUOTE || block == BLOCK_CODE) {
        write_words(plain);
        begin_block(plain);
        struct text margin = block == BLOCK_QUOTE ? TEXT("> ") : TEXT("    ");
        content_lines_indent(&plain->lines, margin, margin);
        plain->verbatim = block == BLOCK_CODE;
    } else if (block == BLOCK_TABLE) {
        write_words(plain);
        plain->table = arena_new(plain->lines.arena, struct content_table);
        plain->table->columns = detail->columns;
    } else if (block == BLOCK_HEADING || block == BLOCK_PARAGRAPH || block == BLOCK_HTML) {
        write_words(plain);
    }
    plain->bare = block == BLOCK_HEADING || block == BLOCK_HEAD_CELL;
}

static void leave_heading(struct content_plain *plain, unsigned level)
{
    unsigned columns = write_words(plain);
    if (columns > 0 && level <= 2)
        content_lines_rule(&plain->lines, level == 1 ? '=' : '-', columns);
}

static void leave_code(struct content_plain *plain)
{
    atoms_trim(&plain->words);
    content_lines_wrap(&plain->lines, &plain->words, CONTENT_WIDTH);
    forget_words(plain);
    content_lines_outdent(&plain->lines);
    plain->verbatim = false;
    plain->gap = true;
}

static void leave_table(struct content_plain *plain)
{
    begin_block(plain);
    content_table_write(&plain->lines, plain->table);
    plain->table = NULL;
    plain->gap = true;
}

static void leave_block(void *self, enum content_block block, const struct content_detail *detail)
{
    struct content_plain *plain = self;
    plain->bare = false;
    if (block == BLOCK_HEADING) {
        leave_heading(plain, detail->level);
    } else if (block == BLOCK_ITEM) {
        leave_item(plain);
    } else if (block == BLOCK_BULLETS || block == BLOCK_NUMBERS) {
        plain->list_depth--;
        plain->gap = true;
    } else if (block == BLOCK_QUOTE) {
        write_words(plain);
        content_lines_outdent(&plain->lines);
        plain->gap = true;
    } else if (block == BLOCK_CODE) {
        leave_code(plain);
    } else if (block == BLOCK_TABLE) {
        leave_table(plain);
    } else if (block == BLOCK_HEAD_CELL || block == BLOCK_CELL) {
        content_table_add(&plain->lines, plain->table, &plain->words, detail->align);
        forget_words(plain);
    } else if (block == BLOCK_RULE) {
        begin_block(plain);
        content_lines_rule(&plain->lines, '-', content_lines_width(&plain->lines) / 2);
        plain->gap = true;
    } else if (block == BLOCK_PARAGRAPH || block == BLOCK_HTML) {
        write_words(plain);
    }
}

static const char *const marks[SPANS] = {
    [SPAN_EMPHASIS] = "_",
    [SPAN_STRONG] = "*",
    [SPAN_DELETED] = "~",
};

static void put_mark(struct content_plain *plain, enum content_span span)
{
    if (marks[span] != NULL && !plain->bare)
        atoms_add_mark(&plain->lines, &plain->words, text_of(marks[span]));
}

static void enter_span(void *self, enum content_span span, const struct content_detail *detail)
{
    struct content_plain *plain = self;
    (void)detail;
    put_mark(plain, span);
    if (span == SPAN_LINK)
        plain->link_start = plain->words.count;
}

static void leave_span(void *self, enum content_span span, const struct content_detail *detail)
{
    struct content_plain *plain = self;
    put_mark(plain, span);
    if (span == SPAN_LINK)
        end_link(plain, detail->link);
}

static void count_sections(struct content_plain *plain, struct text text)
{
    struct content_piece piece;
    while (content_tags_take(plain->lines.tags, &text, &piece)) {
        if (piece.tag == NULL)
            continue;
        if (piece.tag->sigil == '#' || piece.tag->sigil == '^')
            plain->open_sections++;
        else if (piece.tag->sigil == '/' && plain->open_sections > 0)
            plain->open_sections--;
    }
}

static void on_text(void *self, enum content_text kind, struct text text)
{
    struct content_plain *plain = self;
    if (kind == TEXT_BREAK)
        atoms_add_break(&plain->lines, &plain->words);
    else if (kind == TEXT_SOFT_BREAK)
        atoms_add_text(&plain->lines, &plain->words, TEXT("\n"), false);
    else if (kind == TEXT_ENTITY)
        atoms_add_mark(&plain->lines, &plain->words, content_entity(plain->lines.arena, text));
    else if (kind == TEXT_HTML)
        put_html(plain, text);
    else
        atoms_add_text(&plain->lines, &plain->words, text, plain->verbatim);
    count_sections(plain, text);
}

struct source content_plain_end(struct content_plain *plain)
{
    write_words(plain);
    if (plain->footnotes != NULL)
        write_footnotes(plain, 0);
    return source_end(&plain->lines.out);
}

const struct content_visitor content_text_visitor = {
    .enter_block = enter_block,
    .leave_block = leave_block,
    .enter_span = enter_span,
    .leave_span = leave_span,
    .text = on_text,
};
