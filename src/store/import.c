/*
 * Import: members out of a CSV file, in batches.
 *
 * A batch is read and checked, sorted by key, and written: sorted, because the keys of a file lie
 * scattered over the index, and a batch should touch each of its pages once. A few batches make a
 * transaction: every commit writes out nearly all pages of the indexes, so fewer commits write
 * less; but a dispatcher waits for each, so they stay within about a second.
 */
#include "store/import.h"

#include "base/memory.h"
#include "store/import_write.h"
#include "store/names.h"
#include "store/statement.h"

#include "base/banned.h"

enum { BATCH_ROWS = 20000, BATCH_BYTES = 16 << 20, GROUP_BATCHES = 5 };

struct run {
    const struct import *import;
    struct rows *rows;
    struct header header;
    struct import_counts counts;
    struct writing writing;
    struct arena arena; /* the header's */
    struct arena batch;
    struct record **records; /* BATCH_ROWS */
    size_t count;
    bool at_end;
};

static bool reject(struct run *run, uint64_t line, const char *reason, struct text raw,
                   struct error *err)
{
    const struct import *import = run->import;
    run->counts.rejected++;
    if (import->strict)
        return error_at(err, FAULT_FILE,
                        (struct place){.path = import->path, .line = (unsigned)line},
                        "%s; nothing was imported", reason);
    return import->reject == NULL || import->reject(import->self, line, reason, raw, err);
}

static bool read_batch(struct run *run, struct error *err)
{
    const struct import *import = run->import;
    arena_clear(&run->batch);
    run->count = 0;
    while (run->count < BATCH_ROWS && run->batch.taken < BATCH_BYTES) {
        struct row row;
        const char *problem;
        if (!rows_next(run->rows, &row, &run->at_end, err))
            return false;
        if (run->at_end)
            return true;
        if (++run->counts.rows > IMPORT_ROWS)
            return error_at(err, FAULT_FILE,
                            (struct place){.path = import->path, .line = (unsigned)row.line},
                            "the file has more than %d rows: cut it in pieces", IMPORT_ROWS);
        struct record *record = record_read(&run->batch, &run->header, &row, import->key, &problem);
        if (problem == NULL)
            run->records[run->count++] = record;
        else if (!reject(run, row.line, problem, row.raw, err))
            return false;
    }
    return true;
}

/* By key; of equal keys the first in the file comes first, and the others are refused. */
static int compare(const void *a, const void *b)
{
    const struct record *one = *(struct record *const *)a, *two = *(struct record *const *)b;
    int order = text_compare(one->member.key, two->member.key);
    return order != 0 ? order : (one->line > two->line) - (one->line < two->line);
}

/* Another import may have come between two batches, so the last id is read in each transaction. */
static bool write_records(struct run *run, struct error *err)
{
    ARENA(scratch);
    if (!statement_read_int(statement_of(run->writing.store, QUERY_IMPORT_LAST_ID), 0,
                            &run->writing.last_id, err))
        return false;
    for (size_t i = 0; i < run->count; i++) {
        const struct record *record = run->records[i];
        const char *problem = NULL;
        arena_clear(&scratch);
        if (!record_write(&run->writing, &scratch, record, &problem, err))
            return false;
        if (problem != NULL && !reject(run, record->line, problem, record->raw, err))
            return false;
    }
    return true;
}

static bool is_one_transaction(const struct import *import)
{
    return import->strict || import->dry_run;
}

static bool write_batch(struct run *run, struct error *err)
{
    qsort(run->records, run->count, sizeof(*run->records), compare);
    return write_records(run, err);
}

/* The batches of one transaction; the first is read already. */
static bool write_group(struct run *run, struct error *err)
{
    for (int written = 1; write_batch(run, err); written++) {
        if (run->at_end || written == GROUP_BATCHES)
            return true;
        if (!read_batch(run, err))
            return false;
    }
    return false;
}

static bool import_group(struct run *run, struct error *err)
{
    const struct import *import = run->import;
    struct store *store = run->writing.store;
    if (!read_batch(run, err))
        return false;
    if (is_one_transaction(import))
        return write_batch(run, err);
    if (!store_begin(store, err) || !store_end(store, write_group(run, err), err))
        return false;
    return import->lock == NULL || store_checkpoint(store, import->lock, false, err);
}

static bool import_groups(struct run *run, struct error *err)
{
    const struct import *import = run->import;
    while (!run->at_end) {
        if (!import_group(run, err))
            return false;
        if (import->progress != NULL)
            import->progress(import->self, run->counts.rows, rows_bytes(run->rows));
    }
    return true;
}

static bool read_header(struct run *run, struct error *err)
{
    struct row row;
    if (!rows_next(run->rows, &row, &run->at_end, err))
        return false;
    if (run->at_end)
        return error_at(err, FAULT_FILE, (struct place){.path = run->import->path},
                        "the file is empty: its first line names the columns");
    return header_read(&run->arena, &row, run->import->path, &run->header, err);
}

static void say_doubts(const struct run *run)
{
    const struct import *import = run->import;
    for (size_t i = 0; import->doubt != NULL && i < run->header.count; i++) {
        struct text guess = header_guess(&run->header, i);
        if (guess.length > 0)
            import->doubt(import->self, run->header.names[i], guess);
    }
}

/* The name of the file, without its folders, is what the consent history shows. */
static bool name_source(struct run *run, struct error *err)
{
    struct writing *writing = &run->writing;
    struct text path = run->import->path;
    size_t slash = text_find_last_byte(path, '/');
    struct text name = slash == TEXT_NONE ? path : text_after(path, slash + 1);
    struct text source = arena_printf(&run->arena, "import %.*s", TEXT_ARGS(name));
    return statement_read_int(statement_of(writing->store, QUERY_SUPPRESSION_COUNT), 0,
                              &writing->suppressions, err) &&
           source_number(writing->store, source, &writing->source_id, err);
}

static bool import_all(struct run *run, struct error *err)
{
    const struct import *import = run->import;
    struct store *store = run->writing.store;
    if (!read_header(run, err))
        return false;
    say_doubts(run);
    if (!is_one_transaction(import))
        return name_source(run, err) && import_groups(run, err);
    if (!store_begin(store, err))
        return false;
    bool good = name_source(run, err) && import_groups(run, err);
    if (import->dry_run) {
        store_rollback(store);
        return good;
    }
    return store_end(store, good, err);
}

bool import_members(struct store *store, const struct import *import,
                    struct import_counts *ret_counts, struct error *err)
{
    struct run *run = memory_take(sizeof(*run));
    run->import = import;
    run->records = memory_take(BATCH_ROWS * sizeof(struct record *));
    run->writing = (struct writing){
        .store = store, .import = import, .header = &run->header, .counts = &run->counts};
    bool good = rows_open(import->fd, import->path, &run->rows, err) && import_all(run, err);
    *ret_counts = run->counts;
    rows_close(run->rows);
    writing_free(&run->writing);
    arena_free(&run->batch);
    arena_free(&run->arena);
    memory_free(run->records);
    memory_free(run);
    return good;
}
