/*
 * Selection, as SQL: the one place where a query is put together at run time. Only pieces of
 * sql/queries.sql and parameter numbers go into its text; whatever a person wrote is bound.
 */
#ifndef STORE_SELECTION_SQL_H
#define STORE_SELECTION_SQL_H

#include "base/arena.h"
#include "base/buffer.h"
#include "store/selection.h"
#include "store/statement.h"

enum { SQL_TEXT = 1024 * 1024, OWN_PARAMETERS = 5 };

/* The text so far, and what is to be bound to its parameters from OWN_PARAMETERS on. */
struct sql {
    struct buffer text;
    struct arena arena;
    struct text *values; /* of SQL type text; or a number when at is NULL */
    int64_t *numbers;
    size_t count, capacity;
};

/* The fields that are columns of a member, by number; empty behind the last. All others are
 * attributes, found by sql_attribute_path(); empty when no attribute can have that name. */
struct text sql_field_at(size_t index);
struct text sql_attribute_path(struct arena *arena, struct text field);

void sql_free(struct sql *sql);

/* Head ("SELECT …", "INSERT …"), then what selects, then tail ("ORDER BY …"), all from queries.sql.
 * Parameters ?1, ?2 and ?5 are the caller's. */
bool sql_build(struct sql *sql, struct store *store, const struct selection *selection,
               enum query_name head, struct text tail, struct error *err);
void sql_bind(const struct sql *sql, const struct selection *selection, struct statement *s);

#endif
