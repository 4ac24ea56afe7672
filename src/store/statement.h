/*
 * Statement: a prepared query, its parameters and its rows; for the store room only.
 *
 * Every query of sql/queries.sql is prepared once per connection, on first use. A failure sticks to
 * the statement until statement_done(), so a caller binds and steps without looking and asks once.
 *
 *     struct statement *s = statement_of(store, QUERY_MEMBER_BY_KEY);
 *     statement_text(s, 1, key);
 *     while (statement_row(s))
 *         …statement_get_int(s, 0)…
 *     return statement_done(s, err);
 *
 * Bound texts must live until then; texts that are read live until the next step.
 */
#ifndef STORE_STATEMENT_H
#define STORE_STATEMENT_H

#include "base/arena.h"
#include "store/sql.h"
#include "store/store.h"

struct statement;

/* Never NULL. A statement that is still in use must not be asked for again. */
struct statement *statement_of(struct store *store, enum query_name name);
/* One that is made at run time (selection). Freed by statement_done(). */
struct statement *statement_made(struct store *store, struct text sql);

/* Parameters count from 1. */
void statement_int(struct statement *statement, int parameter, int64_t number);
void statement_text(struct statement *statement, int parameter, struct text text);
void statement_blob(struct statement *statement, int parameter, const void *at, size_t size);
void statement_null(struct statement *statement, int parameter);

/* True when there is a row; false at the end or after a failure. */
bool statement_row(struct statement *statement);

/* Columns count from 0. NULL reads as 0 or the empty text. */
int64_t statement_get_int(struct statement *statement, int column);
struct text statement_get_text(struct statement *statement, int column);
struct text statement_get_blob(struct statement *statement, int column);
/* A copy in `arena`. */
struct text statement_copy_text(struct statement *statement, int column, struct arena *arena);

/* Ends the use; false when anything since statement_of() failed. */
bool statement_done(struct statement *statement, struct error *err);
/* Ends the use because of an error that the caller has already. */
void statement_drop(struct statement *statement);
/* Steps to the end and ends the use. `ret_changed` may be NULL. */
bool statement_run(struct statement *statement, int64_t *ret_changed, struct error *err);
/* The first column of the only row, or `otherwise` when there is none. */
bool statement_read_int(struct statement *statement, int64_t otherwise, int64_t *ret_number,
                        struct error *err);

/* Always IMMEDIATE: a reader that becomes a writer fails at once, whatever the busy timeout. */
bool store_begin(struct store *store, struct error *err);
/* Durable when true is returned. False leaves no transaction open; it may have happened anyway. */
bool store_commit(struct store *store, struct error *err);
/* Ends a transaction, if one is open, without a trace. Returns false, for `return`. */
bool store_rollback(struct store *store);
/* commit when `good`, else rollback; returns whether both are well. */
bool store_end(struct store *store, bool good, struct error *err);
/* The rowid of the last INSERT. */
int64_t store_last_id(struct store *store);

/* Opens the statements of a connection; frees them. */
struct statement *statements_open(struct store *store);
void statements_close(struct statement *statements);

/* What store.c shares with its siblings: SQLite's handle (a sqlite3 *), the folder, the statements,
 * and the one place where SQLite's codes become errors (returns false). */
void *store_engine(const struct store *store);
const char *store_folder(const struct store *store);
struct statement *store_statements(const struct store *store);
bool store_fail(struct store *store, int code, struct error *err);

#endif
