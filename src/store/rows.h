/*
 * Rows: a CSV file (RFC 4180, UTF-8), row by row, with the line each begins on.
 *
 * A row that cannot be read says why and costs itself alone: reading goes on with the line behind
 * its first. For the store room only.
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "base/error.h"

struct rows;

struct row {
    uint64_t line;       /* from 1, of its beginning */
    struct text raw;     /* as it stands in the file, without the line end */
    struct text *fields; /* blanks around unquoted ones are taken off */
    size_t count;
    const char *problem; /* NULL, or why there are no fields; lives as long as the program */
};

/* `fd` is read from where it stands and not closed; `path` names it in errors and is borrowed. */
bool rows_open(int fd, struct text path, struct rows **ret_rows, struct error *err);
/* NULL is fine. */
void rows_close(struct rows *rows);

/* The next row, valid until the next call; `ret_end` instead at the end of the file. Blank lines
 * and rows whose fields are all empty are passed over. */
bool rows_next(struct rows *rows, struct row *ret_row, bool *ret_end, struct error *err);
/* Bytes read so far. */
uint64_t rows_bytes(const struct rows *rows);

#endif
