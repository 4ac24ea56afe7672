/* Template name: a dotted name, split once, and looked up on a stack of contexts. */
#include "template/template_name.h"

#include "base/banned.h"
#include "base/nearest.h"

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

enum { GUESS_DISTANCE = 2 };

static void offer_members(struct nearest *nearest, const struct value *object)
{
    for (size_t i = 0; object->type == VALUE_OBJECT && i < object->count; i++)
        nearest_offer(nearest, object->members[i].key);
}

/* A name that is at hand is not what was meant by itself: it is there, and null. */
static struct text other_than(struct text part, const struct nearest *nearest)
{
    return text_equal(nearest->name, part) ? (struct text){0} : nearest->name;
}

struct text template_path_guess(const struct template_path *path, const struct value *const *stack,
                                size_t depth, struct text *ret_before)
{
    const struct value *within = NULL, *next;
    size_t part = 0;
    if (path->count == 0)
        return (struct text){0};
    for (size_t i = depth; i-- > 0 && within == NULL;)
        within = member_of(stack[i], path->parts[0]);
    if (within != NULL)
        for (part = 1; part < path->count && (next = member_of(within, path->parts[part])); part++)
            within = next;
    if (part == path->count)
        return (struct text){0};
    struct text missing = path->parts[part];
    struct nearest nearest = nearest_to(missing);
    /* "last_name" is three letters from "first_name", and no slip of the finger. */
    if (nearest.limit > GUESS_DISTANCE)
        nearest.limit = GUESS_DISTANCE;
    for (size_t i = 0; within == NULL && i < depth; i++)
        offer_members(&nearest, stack[i]);
    if (within != NULL)
        offer_members(&nearest, within);
    *ret_before = text_from(path->written.at, (size_t)(missing.at - path->written.at));
    return other_than(missing, &nearest);
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
