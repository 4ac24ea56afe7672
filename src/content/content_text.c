/* Content text: the body as a letter without markup. */
#include "base/banned.h"
#include "content/content_plain.h"

struct content_plain *content_plain_begin(struct arena *arena, const struct content_tags *tags)
{
    struct content_plain *plain = arena_new(arena, struct content_plain);
    content_lines_begin(&plain->lines, arena, tags);
    return plain;
}

/* ---- blocks and the empty lines between them ---- */

void content_plain_block(struct content_plain *plain)
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
    content_plain_block(plain);
    unsigned widest = content_lines_wrap(&plain->lines, &words, content_lines_width(&plain->lines));
    plain->gap = true;
    return widest;
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
        content_footnote_write(plain, section.numbered);
    content_lines_lone(&plain->lines, tag);
    if (plain->ended_numbered > plain->numbered)
        plain->numbered = plain->ended_numbered;
    plain->ended_numbered = 0;
    plain->ended = section;
}

void content_plain_lone(struct content_plain *plain, const struct content_tag *tag)
{
    write_words(plain);
    if (tag->sigil == '#' || tag->sigil == '^') {
        open_section(plain, tag);
    } else if (tag->sigil == '/') {
        close_section(plain, tag);
    } else {
        content_plain_block(plain);
        content_lines_lone(&plain->lines, tag);
        plain->gap = true;
    }
}

/* ---- the visitor ---- */

static void enter_list(struct content_plain *plain, const struct content_detail *detail,
                       unsigned number)
{
    write_words(plain); /* of the item around, when it is tight */
    if (plain->list_depth > 0 && plain->list_depth <= CONTENT_DEPTH)
        plain->gap &= !plain->lists[plain->list_depth - 1].tight;
    content_plain_block(plain);
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
    content_plain_block(plain);
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
        content_plain_block(plain);
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
    content_plain_block(plain);
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
        content_plain_block(plain);
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
        content_footnote_link(plain, detail->link);
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
        content_strip(plain, text);
    else
        atoms_add_text(&plain->lines, &plain->words, text, plain->verbatim);
    count_sections(plain, text);
}

struct source content_plain_end(struct content_plain *plain)
{
    write_words(plain);
    if (plain->footnotes != NULL)
        content_footnote_write(plain, 0);
    return source_end(&plain->lines.out);
}

const struct content_visitor content_text_visitor = {
    .enter_block = enter_block,
    .leave_block = leave_block,
    .enter_span = enter_span,
    .leave_span = leave_span,
    .text = on_text,
};
