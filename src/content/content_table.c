/* Content table: a table in plain text. */
#include "content/content_table.h"

#include "base/banned.h"

enum { GUTTER = 2, TABLE_COLUMNS = 32 };

void content_table_add(struct content_lines *lines, struct content_table *table,
                       const struct atoms *atoms, const char *align)
{
    table->cells = arena_one_more(lines->arena, table->cells, table->count, sizeof(*table->cells));
    table->cells[table->count++] = (struct table_cell){.atoms = *atoms, .align = align};
}

/* False when the table cannot be set in columns. */
static bool measure(const struct content_lines *lines, const struct content_table *table,
                    unsigned widths[TABLE_COLUMNS])
{
    unsigned total = 0;
    if (table->columns > TABLE_COLUMNS)
        return false;
    for (size_t i = 0; i < table->count; i++) {
        unsigned columns = atoms_columns(&table->cells[i].atoms);
        unsigned *width = &widths[i % table->columns];
        if (atoms_have_values(&table->cells[i].atoms))
            return false;
        *width = columns > *width ? columns : *width;
    }
    for (size_t i = 0; i < table->columns; i++)
        total += widths[i] + (i > 0 ? GUTTER : 0);
    return total <= content_lines_width(lines);
}

static void add_blanks(struct content_lines *lines, struct atoms *row, unsigned count)
{
    while (count-- > 0)
        atoms_add(lines, row, (struct atom){.kind = ATOM_FIXED, .columns = 1});
}

static void add_cell(struct content_lines *lines, struct atoms *row, const struct table_cell *cell,
                     unsigned width, bool last)
{
    unsigned spare = width - atoms_columns(&cell->atoms);
    unsigned before = 0;
    if (cell->align != NULL && text_equal(text_of(cell->align), TEXT("right")))
        before = spare;
    if (cell->align != NULL && text_equal(text_of(cell->align), TEXT("center")))
        before = spare / 2;
    add_blanks(lines, row, before);
    for (size_t i = 0; i < cell->atoms.count; i++) {
        struct atom atom = cell->atoms.at[i];
        atom.kind = atom.kind == ATOM_SPACE || atom.kind == ATOM_BREAK ? ATOM_FIXED : atom.kind;
        atoms_add(lines, row, atom);
    }
    if (!last)
        add_blanks(lines, row, spare - before + GUTTER);
}

static void add_dashes(struct content_lines *lines, struct atoms *row, unsigned width, bool last)
{
    for (unsigned i = 0; i < width; i++)
        atoms_add_mark(lines, row, TEXT("-"));
    if (!last)
        add_blanks(lines, row, GUTTER);
}

static void write_columns(struct content_lines *lines, const struct content_table *table,
                          const unsigned widths[TABLE_COLUMNS])
{
    for (size_t row = 0; row * table->columns < table->count; row++) {
        struct atoms line = {0}, dashes = {0};
        for (size_t i = 0; i < table->columns; i++) {
            bool last = i + 1 == table->columns;
            add_cell(lines, &line, &table->cells[row * table->columns + i], widths[i], last);
            add_dashes(lines, &dashes, widths[i], last);
        }
        content_lines_wrap(lines, &line, CONTENT_WIDTH);
        if (row == 0)
            content_lines_wrap(lines, &dashes, CONTENT_WIDTH);
    }
}

static void write_record(struct content_lines *lines, const struct table_cell *head,
                         const struct table_cell *cells, size_t columns)
{
    for (size_t i = 0; i < columns; i++) {
        struct atoms line = {0};
        if (cells[i].atoms.count == 0)
            continue;
        atoms_add_all(lines, &line, &head[i].atoms);
        if (line.count > 0) {
            atoms_add_mark(lines, &line, TEXT(":"));
            atoms_add(lines, &line, (struct atom){.kind = ATOM_SPACE, .columns = 1});
        }
        atoms_add_all(lines, &line, &cells[i].atoms);
        content_lines_indent(lines, TEXT("- "), TEXT("  "));
        content_lines_wrap(lines, &line, content_lines_width(lines));
        content_lines_outdent(lines);
    }
}

void content_table_write(struct content_lines *lines, const struct content_table *table)
{
    unsigned widths[TABLE_COLUMNS] = {0};
    if (table->columns == 0 || table->count == 0)
        return;
    if (measure(lines, table, widths)) {
        write_columns(lines, table, widths);
        return;
    }
    for (size_t row = 1; row * table->columns < table->count; row++) {
        if (row > 1)
            content_lines_gap(lines);
        write_record(lines, table->cells, &table->cells[row * table->columns], table->columns);
    }
}
