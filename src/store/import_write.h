/* Import, writing: records into tables; for the store room only. */
#ifndef STORE_IMPORT_WRITE_H
#define STORE_IMPORT_WRITE_H

#include "store/record.h"

enum { DOMAIN_SLOTS = 8192, TOPIC_SLOTS = 64, NAMES_KEPT = 1 << 20 };

/* Names met lately and their numbers. What was added in a transaction that is rolled back must be
 * forgotten with it: an import that fails ends. */
struct name_slot {
    struct text name;
    int64_t id;
};

struct writing {
    struct store *store;
    const struct import *import;
    const struct header *header;
    struct import_counts *counts;
    struct arena names;
    struct name_slot domains[DOMAIN_SLOTS], topics[TOPIC_SLOTS];
    int64_t source_id;
    bool last_was_new;
    int64_t last_id;      /* given to a member, ever */
    int64_t suppressions; /* how many there are at all */
    /* The line on which each member was met in this file, by id; 0: not yet. */
    uint32_t *lines;
    size_t line_count;
};

void writing_free(struct writing *writing);

/* Inside a transaction. `ret_problem` is NULL, or why the record is refused (a key met before). */
bool record_write(struct writing *writing, struct arena *scratch, const struct record *record,
                  const char **ret_problem, struct error *err);

#endif
