/* Value: a tree of null, truth, number, string, array and object. */
#include "base/value.h"

#include "base/banned.h"

const struct value *value_find(const struct value *object, struct text key)
{
    if (object == NULL || object->type != VALUE_OBJECT)
        return NULL;
    for (size_t i = 0; i < object->count; i++)
        if (text_equal(object->members[i].key, key))
            return &object->members[i].value;
    return NULL;
}

struct value value_string(struct text text)
{
    return (struct value){.type = VALUE_STRING, .text = text};
}

struct value value_bool(bool truth)
{
    return (struct value){.type = VALUE_BOOL, .truth = truth};
}

struct value value_number(struct arena *arena, long long number)
{
    return (struct value){.type = VALUE_NUMBER, .text = arena_printf(arena, "%lld", number)};
}
