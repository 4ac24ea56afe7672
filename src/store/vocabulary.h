/*
 * Vocabulary: the words that a campaign's conditions can mean something by: fields that members
 * have, topics that somebody was ever asked about.
 */
#ifndef STORE_VOCABULARY_H
#define STORE_VOCABULARY_H

#include "store/store.h"

/* A field is known when it is a column, or an attribute of at least one member. */
bool vocabulary_knows_field(struct store *store, struct text field, bool *ret_known,
                            struct error *err);
bool vocabulary_knows_topic(struct store *store, struct text topic, bool *ret_known,
                            struct error *err);

/* All of them; a word lives until the visit returns. */
typedef void vocabulary_visit(void *self, struct text word);
bool vocabulary_fields(struct store *store, vocabulary_visit *visit, void *self, struct error *err);
bool vocabulary_topics(struct store *store, vocabulary_visit *visit, void *self, struct error *err);

#endif
