/* Template name: a dotted name, split once, and looked up on a stack of contexts. */
#include "template/template_name.h"

#include "base/banned.h"

bool template_path_parse(struct arena *arena, struct text written, struct template_path *ret_path)
{
    *ret_path = (struct template_path){.written = written};
    if (text_equal(written, TEXT(".")))
        return true;
    struct text parts[TEMPLATE_PARTS];
    size_t count = 0, start = 0;
    for (size_t i = 0; i <= written.length; i++) {
        if (i < written.length && written.at[i] != '.')
            continue;
        if (count == TEMPLATE_PARTS)
            return false;
        parts[count++] = text_slice(written, start, i - start);
        start = i + 1;
    }
    struct text *kept = arena_array(arena, struct text, count);
    memcpy(kept, parts, count * sizeof(*kept));
    ret_path->parts = kept;
    ret_path->count = count;
    return true;
}

/* value_find(), but inline and with the cheap comparison first: this is the hot path of merging. */
static inline const struct value *member_of(const struct value *object, struct text key)
{
    if (object->type != VALUE_OBJECT || key.length == 0)
        return NULL;
    const struct value_member *member = object->members, *end = member + object->count;
    for (; member < end; member++)
        if (member->key.length == key.length && member->key.at[0] == key.at[0] &&
            memcmp(member->key.at, key.at, key.length) == 0)
            return &member->value;
    return NULL;
}

const struct value *template_path_within(const struct template_path *path, size_t skipped,
                                         const struct value *value)
{
    for (size_t i = skipped; i < path->count && value != NULL; i++)
        value = member_of(value, path->parts[i]);
    return value;
}

const struct value *template_path_find(const struct template_path *path,
                                       const struct value *const *stack, size_t depth)
{
    if (path->count == 0)
        return depth == 0 ? NULL : stack[depth - 1];
    while (depth-- > 0) {
        const struct value *found = member_of(stack[depth], path->parts[0]);
        if (found != NULL)
            return path->count == 1 ? found : template_path_within(path, 1, found);
    }
    return NULL;
}

/* Zero in any spelling: "0", "0.0", "-0", "0e5". */
static bool is_zero(struct text number)
{
    for (size_t i = 0; i < number.length && number.at[i] != 'e' && number.at[i] != 'E'; i++)
        if (number.at[i] >= '1' && number.at[i] <= '9')
            return false;
    return true;
}

static bool null_truth(const struct value *value)
{
    (void)value;
    return false;
}

static bool bool_truth(const struct value *value)
{
    return value->truth;
}

static bool number_truth(const struct value *value)
{
    return !is_zero(value->text);
}

static bool string_truth(const struct value *value)
{
    return value->text.length > 0;
}

static bool array_truth(const struct value *value)
{
    return value->count > 0;
}

static bool object_truth(const struct value *value)
{
    (void)value;
    return true;
}

bool template_truth(const struct value *value)
{
    static bool (*const truths[])(const struct value *) = {
        [VALUE_NULL] = null_truth,     [VALUE_BOOL] = bool_truth,   [VALUE_NUMBER] = number_truth,
        [VALUE_STRING] = string_truth, [VALUE_ARRAY] = array_truth, [VALUE_OBJECT] = object_truth,
    };
    return value != NULL && truths[value->type](value);
}
