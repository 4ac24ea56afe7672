/* Schema type: how the value of a key is read, and what the manual calls it. Shared by the schema's
 * own files. */
#ifndef SETTINGS_SCHEMA_TYPE_H
#define SETTINGS_SCHEMA_TYPE_H

#include "settings/schema.h"

struct key_type {
    const char *name; /* for the manual, where a number or a choice adds its own */
    /* `node` is sound; NULL only for mappings that were not written. Reports what it does not like.
     */
    void (*read)(struct schema *schema, const struct key *key, const struct node *node,
                 void *field);
    bool reads_nothing; /* is also called without a node, to fill in defaults */
};

/* Where to point for a value: at it, or at its key when nothing was written. */
struct place schema_place(const struct node *node);

/* "key: what is wrong", at the value. */
void schema_refuse(struct schema *schema, const struct key *key, const struct node *node,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A scalar that says something: not empty, not null, not a list. Else it is reported. */
bool schema_is_text(struct schema *schema, const struct key *key, const struct node *node);

/* The same, on one line, and fit by the key's check. */
bool schema_is_line(struct schema *schema, const struct key *key, const struct node *node);

/* The word nearest to a misspelt one, or NULL when none is near. `stride` bytes lie between the
 * names. */
const char *schema_nearest(struct text word, const char *const *names, size_t count, size_t stride);

/* A struct from its mapping; NULL gives the defaults. */
void schema_fill(struct schema *schema, const struct shape *shape, const struct node *node,
                 void *at);

/* Field names and their values from every child of `node` that is no key of `known` (may be NULL).
 */
void schema_read_conditions(struct schema *schema, const struct key *key, const struct node *node,
                            const struct shape *known, struct named_texts_list *ret_list);

#endif
