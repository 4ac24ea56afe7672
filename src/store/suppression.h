/*
 * Suppression: addresses nothing is ever sent to, by the keyed hash of the address, so that the
 * promise outlives the member. Import never lifts one.
 */
#ifndef STORE_SUPPRESSION_H
#define STORE_SUPPRESSION_H

#include "store/member.h"

struct suppression {
    unsigned char hash[ADDRESS_HASH];
    struct text address; /* empty once its member was erased */
    struct text class;   /* "hard", "complaint", "operator", "erased", … */
    struct text reason;
    struct text source; /* "smtp", "bounce", "operator" … */
    int64_t since_ms;
    int64_t until_ms; /* 0: for ever */
};

/* Adds, or strengthens: a later end wins, for ever wins over any end. The change is durable when
 * this returns, and every later INTENT sees it. `hash` of the argument is not read. */
bool suppression_add(struct store *store, const struct token_key *key,
                     const struct suppression *suppression, bool *ret_added, struct error *err);
bool suppression_remove(struct store *store, const struct token_key *key, struct text address,
                        bool *ret_removed, struct error *err);
/* NULL when the address is not suppressed at `now_ms`; else in `arena`. */
bool suppression_find(struct store *store, struct arena *arena, const struct token_key *key,
                      struct text address, int64_t now_ms, struct suppression **ret_suppression,
                      struct error *err);

/* Newest first; texts live until the visitor returns. Those whose end has come are left out. */
typedef bool suppression_visit(void *self, const struct suppression *suppression,
                               struct error *err);
bool suppression_list(struct store *store, int64_t now_ms, suppression_visit *visit, void *self,
                      struct error *err);

#endif
