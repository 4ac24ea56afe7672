/* Names: topics, domains and sources, which rows share by number; for the store room only. */
#ifndef STORE_NAMES_H
#define STORE_NAMES_H

#include "store/sql.h"
#include "store/store.h"

/* The number of a name; 0 when it is not there. */
bool topic_find(struct store *store, struct text name, int64_t *ret_id, struct error *err);

/* Inside a transaction: the number of a name, added when it is new. */
bool topic_number(struct store *store, struct text name, int64_t *ret_id, struct error *err);
bool domain_number(struct store *store, struct text name, int64_t *ret_id, struct error *err);
bool source_number(struct store *store, struct text name, int64_t *ret_id, struct error *err);
bool reason_number(struct store *store, struct text name, int64_t *ret_id, struct error *err);

#endif
