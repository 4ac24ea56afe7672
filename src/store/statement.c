/* Statement: a prepared query, its parameters and its rows. */
#include "store/statement.h"

#include <sqlite3.h>

#include "base/memory.h"

#include "base/banned.h"

struct statement {
    struct store *store;
    sqlite3_stmt *handle;
    int code;  /* the first failure since statement_of(), or SQLITE_OK */
    bool used; /* between statement_of() and statement_done() */
    bool made; /* at run time: freed by statement_done() */
};

struct statement *statements_open(struct store *store)
{
    struct statement *statements = memory_take(QUERY_COUNT * sizeof(*statements));
    for (size_t i = 0; i < QUERY_COUNT; i++)
        statements[i].store = store;
    return statements;
}

void statements_close(struct statement *statements)
{
    for (size_t i = 0; statements != NULL && i < QUERY_COUNT; i++)
        sqlite3_finalize(statements[i].handle);
    memory_free(statements);
}

static void prepare(struct statement *statement, struct text sql)
{
    statement->code = sqlite3_prepare_v3(store_engine(statement->store), sql.at, (int)sql.length,
                                         SQLITE_PREPARE_PERSISTENT, &statement->handle, NULL);
}

struct statement *statement_of(struct store *store, enum query_name name)
{
    struct statement *statement = &store_statements(store)[name];
    must(!statement->used);
    statement->used = true;
    statement->code = SQLITE_OK;
    if (statement->handle == NULL)
        prepare(statement, text_of(query_texts[name]));
    return statement;
}

struct statement *statement_made(struct store *store, struct text sql)
{
    struct statement *statement = memory_take(sizeof(*statement));
    *statement = (struct statement){.store = store, .used = true, .made = true};
    prepare(statement, sql);
    return statement;
}

static void note(struct statement *statement, int code)
{
    if (statement->code == SQLITE_OK)
        statement->code = code;
}

void statement_int(struct statement *statement, int parameter, int64_t number)
{
    if (statement->handle != NULL)
        note(statement, sqlite3_bind_int64(statement->handle, parameter, number));
}

void statement_text(struct statement *statement, int parameter, struct text text)
{
    if (statement->handle != NULL)
        note(statement, sqlite3_bind_text64(statement->handle, parameter, text.at ? text.at : "",
                                            text.length, SQLITE_STATIC, SQLITE_UTF8));
}

void statement_blob(struct statement *statement, int parameter, const void *at, size_t size)
{
    if (statement->handle != NULL)
        note(statement, sqlite3_bind_blob64(statement->handle, parameter, at != NULL ? at : "",
                                            size, SQLITE_STATIC));
}

void statement_null(struct statement *statement, int parameter)
{
    if (statement->handle != NULL)
        note(statement, sqlite3_bind_null(statement->handle, parameter));
}

bool statement_row(struct statement *statement)
{
    if (statement->code != SQLITE_OK)
        return false;
    int code = sqlite3_step(statement->handle);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        statement->code = code;
    return code == SQLITE_ROW;
}

int64_t statement_get_int(struct statement *statement, int column)
{
    return sqlite3_column_int64(statement->handle, column);
}

struct text statement_get_text(struct statement *statement, int column)
{
    const char *at = (const char *)sqlite3_column_text(statement->handle, column);
    return text_from(at, (size_t)sqlite3_column_bytes(statement->handle, column));
}

struct text statement_get_blob(struct statement *statement, int column)
{
    const char *at = sqlite3_column_blob(statement->handle, column);
    return text_from(at, (size_t)sqlite3_column_bytes(statement->handle, column));
}

struct text statement_copy_text(struct statement *statement, int column, struct arena *arena)
{
    return arena_text(arena, statement_get_text(statement, column));
}

static void end(struct statement *statement)
{
    statement->used = false;
    if (statement->made || statement->handle == NULL) {
        sqlite3_finalize(statement->handle);
        if (statement->made)
            memory_free(statement);
        return;
    }
    sqlite3_reset(statement->handle);
    /* Bound texts are borrowed and their owner may end them now. */
    sqlite3_clear_bindings(statement->handle);
}

bool statement_done(struct statement *statement, struct error *err)
{
    struct store *store = statement->store;
    int code = statement->code;
    bool well = code == SQLITE_OK || store_fail(store, code, err);
    end(statement);
    return well;
}

void statement_drop(struct statement *statement)
{
    end(statement);
}

bool statement_run(struct statement *statement, int64_t *ret_changed, struct error *err)
{
    sqlite3 *engine = store_engine(statement->store);
    while (statement_row(statement))
        continue;
    int64_t changed = sqlite3_changes64(engine);
    if (!statement_done(statement, err))
        return false;
    if (ret_changed != NULL)
        *ret_changed = changed;
    return true;
}

bool statement_read_int(struct statement *statement, int64_t otherwise, int64_t *ret_number,
                        struct error *err)
{
    int64_t number = statement_row(statement) ? statement_get_int(statement, 0) : otherwise;
    if (!statement_done(statement, err))
        return false;
    *ret_number = number;
    return true;
}

bool store_begin(struct store *store, struct error *err)
{
    must(sqlite3_get_autocommit(store_engine(store)));
    return statement_run(statement_of(store, QUERY_BEGIN), NULL, err);
}

bool store_commit(struct store *store, struct error *err)
{
    if (statement_run(statement_of(store, QUERY_COMMIT), NULL, err))
        return true;
    return store_rollback(store);
}

bool store_rollback(struct store *store)
{
    /* Many errors (a full disk, for one) have rolled back already. */
    if (!sqlite3_get_autocommit(store_engine(store))) {
        struct error ignored;
        (void)statement_run(statement_of(store, QUERY_ROLLBACK), NULL, &ignored);
    }
    return false;
}

bool store_end(struct store *store, bool good, struct error *err)
{
    return good ? store_commit(store, err) : store_rollback(store);
}

int64_t store_last_id(struct store *store)
{
    return sqlite3_last_insert_rowid(store_engine(store));
}
