/* Evidence: moving a row of the ledger by what was learned late; for the store room only. */
#ifndef STORE_EVIDENCE_H
#define STORE_EVIDENCE_H

#include "store/ledger.h"

/* ledger_resolve() inside a transaction of the caller. */
bool evidence_resolve(struct store *store, const struct settlement *settlement, int64_t now_ms,
                      bool *ret_moved, struct error *err);

#endif
