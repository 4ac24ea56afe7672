/* Member rows: the columns of a member in a query, always these and in this order; for the store
 * room only. */
#ifndef STORE_MEMBER_ROW_H
#define STORE_MEMBER_ROW_H

#include "store/member.h"
#include "store/statement.h"

/* Its texts live until the next step. */
struct member member_of_row(struct statement *statement);
/* Ends the statement; the member of its row is copied into `arena`, NULL when there is no row. */
bool member_only_row(struct statement *statement, struct arena *arena, struct member **ret_member,
                     struct error *err);
/* The keyed hash of an address; false when it is none. */
bool member_hash(const struct token_key *key, struct text address,
                 unsigned char ret_hash[ADDRESS_HASH], struct error *err);

/* A member's word about a topic, by number. */
struct saying {
    int64_t topic_id, member_id, source_id, at_ms;
    enum consent consent;
};
/* What they said last; 0: never anything. */
bool consent_before(struct store *store, const struct saying *saying, int64_t *ret_consent,
                    struct error *err);
/* Inside a transaction: what they say now; the word before is kept as history. */
bool consent_say(struct store *store, const struct saying *saying, struct error *err);
/* Inside a transaction: their first word about it. */
bool consent_add(struct store *store, const struct saying *saying, struct error *err);

#endif
