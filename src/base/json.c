/* JSON: reading, through jansson, into a tree of our own. */
#include "base/json.h"

#include <jansson.h>

#include "base/banned.h"
#include "base/clock.h"
#include "base/memory.h"

static struct text number_text(struct arena *arena, const json_t *node)
{
    if (json_is_integer(node))
        return arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(node));
    /* The shortest of two forms that reads back the same: 1.21, not 1.21000000000000000. */
    double real = json_real_value(node);
    struct text brief = arena_printf(arena, "%.15g", real);
    return strtod(brief.at, NULL) == real ? brief : arena_printf(arena, "%.17g", real);
}

static struct value copy_tree(struct arena *arena, json_t *node);

static struct value copy_array(struct arena *arena, json_t *node)
{
    struct value value = {.type = VALUE_ARRAY, .count = json_array_size(node)};
    value.items = arena_array(arena, struct value, value.count);
    for (size_t i = 0; i < value.count; i++)
        value.items[i] = copy_tree(arena, json_array_get(node, i));
    return value;
}

static struct value copy_object(struct arena *arena, json_t *node)
{
    struct value value = {.type = VALUE_OBJECT, .count = json_object_size(node)};
    value.members = arena_array(arena, struct value_member, value.count);
    size_t i = 0;
    const char *key;
    json_t *child;
    json_object_foreach(node, key, child)
    {
        value.members[i].key = arena_text(arena, text_of(key));
        value.members[i++].value = copy_tree(arena, child);
    }
    return value;
}

static struct value copy_tree(struct arena *arena, json_t *node)
{
    if (json_is_object(node))
        return copy_object(arena, node);
    if (json_is_array(node))
        return copy_array(arena, node);
    if (json_is_string(node))
        return value_string(
            arena_text(arena, text_from(json_string_value(node), json_string_length(node))));
    if (json_is_boolean(node))
        return value_bool(json_is_true(node));
    if (json_is_number(node))
        return (struct value){.type = VALUE_NUMBER, .text = number_text(arena, node)};
    return (struct value){.type = VALUE_NULL};
}

/* Nesting is counted before parsing: the library's own limit is far deeper than ours. */
static bool too_deep(struct text input)
{
    unsigned depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < input.length; i++) {
        char byte = input.at[i];
        if (quoted && byte == '\\')
            i++;
        else if (byte == '"')
            quoted = !quoted;
        else if (!quoted && (byte == '[' || byte == '{') && ++depth > JSON_DEPTH)
            return true;
        else if (!quoted && (byte == ']' || byte == '}') && depth > 0)
            depth--;
    }
    return false;
}

bool json_parse(struct arena *arena, struct text input, struct text path, struct value *ret_value,
                struct error *err)
{
    json_error_t problem;
    struct place place = {.path = path};
    if (input.length > JSON_INPUT)
        return error_at(err, FAULT_FILE, place, "this JSON is larger than %d MB",
                        JSON_INPUT / 1024 / 1024);
    if (too_deep(input))
        return error_at(err, FAULT_FILE, place, "this JSON is nested deeper than %d", JSON_DEPTH);
    json_set_alloc_funcs(memory_take, memory_free); /* else no memory looks like bad JSON */
    json_t *root = json_loadb(input.at != NULL ? input.at : "", input.length,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &problem);
    if (root == NULL) {
        place.line = problem.line > 0 ? (unsigned)problem.line : 0;
        place.column = problem.column > 0 ? (unsigned)problem.column : 1;
        return error_at(err, FAULT_FILE, place, "not valid JSON: %s", problem.text);
    }
    *ret_value = copy_tree(arena, root);
    json_decref(root);
    return true;
}
