/*
 * Content table: a table in plain text.
 *
 * One whose cells are all known is set in columns. Where merge tags make the widths unknown, or it
 * is too wide, each row becomes lines of "heading: cell".
 */
#ifndef CONTENT_CONTENT_TABLE_H
#define CONTENT_CONTENT_TABLE_H

#include "content/content_lines.h"

struct table_cell {
    struct atoms atoms;
    const char *align;
};

struct content_table {
    struct table_cell *cells; /* row by row; the first is the head */
    size_t columns, count;
};

void content_table_add(struct content_lines *lines, struct content_table *table,
                       const struct atoms *atoms, const char *align);
void content_table_write(struct content_lines *lines, const struct content_table *table);

#endif
