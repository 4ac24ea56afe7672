/* Override: one configuration key set for this run, as -o KEY=VALUE sets it. */
#include "settings/override.h"

#include "base/banned.h"

struct override {
    struct arena *arena;
    struct node *node;  /* where the path has come to */
    struct place place; /* "-o KEY": of everything that is put in */
};

static struct node *new_node(struct override *override, enum node_type type, struct text key)
{
    struct node *node = arena_new(override->arena, struct node);
    node->type = type;
    node->place = node->key_place = override->place;
    node->key = arena_text(override->arena, key);
    return node;
}

/* The link that holds the child of a mapping or a list, or the one at its end. NULL: no such place.
 */
static struct node **link_of(struct node *parent, struct text step)
{
    struct node **link = &parent->first;
    uint64_t index = 0;
    if (parent->type == NODE_SCALAR)
        return NULL;
    if (parent->type == NODE_MAPPING) {
        while (*link != NULL && !text_equal((*link)->key, step))
            link = &(*link)->next;
        return link;
    }
    if (!text_to_number(step, &index) || index > parent->count)
        return NULL;
    for (; index > 0; index--)
        link = &(*link)->next;
    return link;
}

static void put(struct node *parent, struct node **link, struct node *node)
{
    if (*link == NULL)
        parent->count++;
    else
        node->next = (*link)->next;
    *link = node;
}

/* True when the path leads to a place for `value`, which then stands there. */
static bool place_value(struct override *override, struct text path, struct node *value)
{
    struct text step;
    while (text_take_until(&path, '.', &step)) {
        struct node **link = link_of(override->node, step);
        if (step.length == 0 || link == NULL)
            return false;
        if (path.length == 0) {
            value->key = arena_text(override->arena, step);
            value->key_place = override->place;
            put(override->node, link, value);
            return true;
        }
        if (*link == NULL)
            put(override->node, link, new_node(override, NODE_MAPPING, step));
        override->node = *link;
    }
    return false;
}

void override_apply(struct arena *arena, struct node *root, struct text key_value, enum fault fault,
                    struct findings *findings)
{
    size_t equals = text_find_byte(key_value, '=');
    struct text key = text_trim(text_slice(key_value, 0, equals));
    struct text path = arena_printf(arena, "-o %.*s", TEXT_ARGS(text_slice(key, 0, 128)));
    struct override override = {arena, root, {.path = path}};
    struct node *value = NULL;
    unsigned before = findings->errors;
    if (equals == TEXT_NONE || key.length == 0)
        findings_error(findings, FAULT_USAGE, (struct place){0},
                       "-o takes KEY=VALUE, such as -o relay.url=smtp://127.0.0.1:2525");
    else
        value =
            document_read_value(arena, text_after(key_value, equals + 1), path, fault, findings);
    if (findings->errors == before && !place_value(&override, key, value))
        findings_error(findings, FAULT_USAGE, override.place,
                       "leads nowhere; a key goes below a mapping, a number (from 0) below a list");
}
