/* Pass: one look at every member for a selection; for the store room only. */
#ifndef STORE_PASS_H
#define STORE_PASS_H

#include "store/selection.h"
#include "store/statement.h"

struct sql;

/* What a pass over the members counts and remembers; lives as long as its statement. */
struct pass {
    struct store *store;
    struct selection_counts counts;
    int64_t kept;    /* passed every condition */
    uint32_t *turns; /* by domain: how many of its members came before */
    size_t turn_count;
    struct sql *sql; /* its text and what is bound to it */
};

/* Begins a pass: head ("SELECT …", "INSERT …"), then what selects, then tail ("ORDER BY …"), all
 * from queries.sql. Parameters ?1, ?2 and ?5 are the caller's, to be bound after. */
bool pass_begin(struct pass *pass, struct store *store, const struct selection *selection,
                enum query_name head, struct text tail, struct statement **ret_statement,
                struct error *err);
/* After the statement's end: the counts are complete. Always call it when pass_begin() was called,
 * whatever it said. */
bool pass_end(struct pass *pass, const struct selection *selection, struct error *err);

#endif
