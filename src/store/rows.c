/*
 * Rows: a CSV file, row by row. The file is cut into lines here and given to libcsv a line at a
 * time, so that a row's first line is known, its length is bounded, and an unclosed quote cannot
 * swallow the rest of the file.
 */
#include "store/rows.h"

#include <csv.h>
#include <errno.h>
#include <unistd.h>

#include "base/buffer.h"
#include "store/import.h"

#include "base/banned.h"

enum { INPUT = 4 * IMPORT_ROW };

struct rows {
    int fd;
    struct text path;
    struct csv_parser parser;
    char *input; /* INPUT bytes, of which [start, end) are not read yet */
    size_t start, end;
    bool at_end; /* of the file */
    uint64_t line, bytes;
    /* The row so far: its fields end to end, and where each ends. */
    struct buffer values;
    size_t ends[IMPORT_COLUMNS];
    struct text fields[IMPORT_COLUMNS];
    size_t count, rows_ended;
    const char *problem;
};

static const char too_long[] = "the row is longer than 64 KB; is a quote not closed?";

static void begin_parser(struct rows *rows)
{
    must(csv_init(&rows->parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
}

static void on_field(void *at, size_t length, void *self)
{
    struct rows *rows = self;
    if (rows->rows_ended > 0)
        rows->problem = "a carriage return stands alone in the row";
    else if (rows->count == IMPORT_COLUMNS)
        rows->problem = "the row has more than 256 fields";
    else if (length > IMPORT_FIELD)
        rows->problem = "a field is longer than 16 KB";
    if (rows->problem != NULL)
        return;
    buffer_append(&rows->values, at, length);
    rows->ends[rows->count++] = rows->values.length;
}

static void on_row(int end, void *self)
{
    (void)end;
    ((struct rows *)self)->rows_ended++;
}

/* Makes room and reads on. */
static bool fill(struct rows *rows, struct error *err)
{
    if (rows->start > 0) {
        memmove(rows->input, rows->input + rows->start, rows->end - rows->start);
        rows->end -= rows->start;
        rows->start = 0;
    }
    while (!rows->at_end && rows->end < INPUT) {
        ssize_t count = read(rows->fd, rows->input + rows->end, INPUT - rows->end);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return error_at(err, FAULT_FILE, (struct place){.path = rows->path},
                            "cannot read the file: %s", strerror(errno));
        rows->at_end = count == 0;
        rows->end += (size_t)count;
        rows->bytes += (uint64_t)count;
    }
    return true;
}

/* The length of the line at input[from …], with its LF; 0 when it does not end within the input. */
static size_t line_length(const struct rows *rows, size_t from)
{
    const char *at = rows->input + from;
    const char *lf = memchr(at, '\n', rows->end - from);
    if (lf != NULL)
        return (size_t)(lf - at) + 1;
    return rows->at_end ? rows->end - from : 0;
}

/* What is given for a CSV file and begins like something else. */
static const struct {
    struct text beginning;
    const char *what;
} strangers[] = {
    {TEXT_INIT("\xFF\xFE"), "is UTF-16"},
    {TEXT_INIT("\xFE\xFF"), "is UTF-16"},
    {TEXT_INIT("PK\x03\x04"), "is a spreadsheet (.xlsx or .ods)"},
    {TEXT_INIT("\xD0\xCF\x11\xE0"), "is a spreadsheet (.xls)"},
};

static bool check_start(struct rows *rows, struct error *err)
{
    struct text head = text_from(rows->input, rows->end);
    const char *what = NULL;
    if (text_starts(head, TEXT("\xEF\xBB\xBF")))
        rows->start = 3;
    for (size_t i = 0; what == NULL && i < sizeof(strangers) / sizeof(strangers[0]); i++)
        if (text_starts(head, strangers[i].beginning))
            what = strangers[i].what;
    if (what == NULL && text_find_byte(head, '\n') == TEXT_NONE &&
        text_find_byte(text_trim(head), '\r') != TEXT_NONE)
        what = "ends its lines with a carriage return alone, as an old Macintosh does";
    return what == NULL || error_at(err, FAULT_FILE, (struct place){.path = rows->path, .line = 1},
                                    "the file %s: save it as \"CSV UTF-8\" and import that", what);
}

bool rows_open(int fd, struct text path, struct rows **ret_rows, struct error *err)
{
    struct rows *rows = memory_take(sizeof(*rows));
    *rows = (struct rows){.fd = fd, .path = path, .line = 1, .input = memory_take(INPUT)};
    rows->values = BUFFER_INIT(2 * INPUT);
    begin_parser(rows);
    if (!fill(rows, err) || !check_start(rows, err)) {
        rows_close(rows);
        return false;
    }
    *ret_rows = rows;
    return true;
}

void rows_close(struct rows *rows)
{
    if (rows == NULL)
        return;
    csv_free(&rows->parser);
    buffer_free(&rows->values);
    memory_free(rows->input);
    memory_free(rows);
}

uint64_t rows_bytes(const struct rows *rows)
{
    return rows->bytes;
}

/* Feeds one line; the last of a file may lack its LF. */
static void feed(struct rows *rows, struct text line)
{
    size_t taken = csv_parse(&rows->parser, line.at, line.length, on_field, on_row, rows);
    if (taken == line.length && line.at[line.length - 1] != '\n')
        csv_parse(&rows->parser, "\n", 1, on_field, on_row, rows);
    if (csv_error(&rows->parser) != CSV_SUCCESS)
        rows->problem = "a quote is out of place (a quote within a field is written twice)";
}

/* Reads lines from rows->start until a row ends or there is a problem. The length of all of them,
 * the length of the first, and how many they were. */
static void parse_row(struct rows *rows, size_t *ret_length, size_t *ret_first, uint64_t *ret_lines)
{
    size_t at = rows->start, first = 0;
    uint64_t lines = 0;
    rows->count = rows->rows_ended = 0;
    rows->problem = NULL;
    buffer_clear(&rows->values);
    while (rows->rows_ended == 0 && rows->problem == NULL) {
        size_t length = line_length(rows, at);
        if (length == 0)
            rows->problem = at == rows->end && rows->at_end ? "a quote is never closed" : too_long;
        else if (at + length - rows->start > IMPORT_ROW)
            rows->problem = too_long;
        if (first == 0)
            first = length;
        if (rows->problem != NULL)
            break;
        feed(rows, text_from(rows->input + at, length));
        at += length;
        lines++;
        if (!rows->parser.quoted && rows->rows_ended == 0)
            break; /* a blank line */
    }
    *ret_length = at - rows->start;
    *ret_first = first;
    *ret_lines = lines;
}

/* Passes over a line that is longer than the input. Its beginning stays readable. */
static bool skip_endless(struct rows *rows, struct error *err)
{
    while (line_length(rows, rows->start) == 0) {
        rows->start = rows->end;
        if (!fill(rows, err))
            return false;
    }
    rows->start += line_length(rows, rows->start);
    rows->line++;
    return true;
}

static void give_fields(struct rows *rows, struct row *row)
{
    size_t from = 0;
    for (size_t i = 0; i < rows->count; i++) {
        rows->fields[i] = text_slice(buffer_text(&rows->values), from, rows->ends[i] - from);
        from = rows->ends[i];
    }
    row->fields = rows->fields;
    row->count = rows->count;
}

static struct text without_line_end(struct text text)
{
    while (text.length > 0 &&
           (text.at[text.length - 1] == '\n' || text.at[text.length - 1] == '\r'))
        text.length--;
    return text;
}

static const char endless[] = "the line is longer than 256 KB";

bool rows_next(struct rows *rows, struct row *ret_row, bool *ret_end, struct error *err)
{
    for (;;) {
        size_t length, first;
        uint64_t lines;
        if (rows->end - rows->start < IMPORT_ROW && !rows->at_end && !fill(rows, err))
            return false;
        *ret_end = rows->start == rows->end;
        if (*ret_end)
            return true;
        *ret_row = (struct row){.line = rows->line};
        parse_row(rows, &length, &first, &lines);
        if (rows->problem != NULL) {
            csv_free(&rows->parser);
            begin_parser(rows);
            ret_row->problem = first == 0 ? endless : rows->problem;
            if (first == 0)
                return skip_endless(rows, err);
            length = first;
            lines = 1;
        }
        ret_row->raw = without_line_end(text_from(rows->input + rows->start, length));
        rows->start += length;
        rows->line += lines;
        /* A blank line; or a row of nothing but commas, as spreadsheets leave them. */
        if (rows->problem == NULL && (rows->rows_ended == 0 || rows->values.length == 0))
            continue;
        if (rows->problem == NULL && !text_is_utf8(ret_row->raw))
            ret_row->problem = "it is not UTF-8: save the file as \"CSV UTF-8\"";
        if (ret_row->problem == NULL)
            give_fields(rows, ret_row);
        return true;
    }
}
