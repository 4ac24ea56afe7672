/*
 * Value: a tree of null, truth, number, string, array and object. What JSON is read into, and what
 * a template sees. Keys keep their order. Numbers keep the text a template shows. Borrowed text
 * throughout.
 */
#ifndef BASE_VALUE_H
#define BASE_VALUE_H

#include "base/arena.h"

enum value_type { VALUE_NULL, VALUE_BOOL, VALUE_NUMBER, VALUE_STRING, VALUE_ARRAY, VALUE_OBJECT };

struct value_member;

struct value {
    enum value_type type;
    bool truth;       /* VALUE_BOOL */
    struct text text; /* VALUE_STRING, and VALUE_NUMBER as it is shown */
    size_t count;     /* VALUE_ARRAY, VALUE_OBJECT */
    union {
        struct value *items;          /* VALUE_ARRAY */
        struct value_member *members; /* VALUE_OBJECT */
    };
};

struct value_member {
    struct text key;
    struct value value;
};

/* NULL when `object` is NULL, no object, or has no such key. */
const struct value *value_find(const struct value *object, struct text key);

struct value value_string(struct text text);
struct value value_bool(bool truth);
struct value value_number(struct arena *arena, long long number);

#endif
