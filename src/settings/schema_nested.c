/* Schema nested: readers for what holds other things: lists, mappings, maps of names, free data. */
#include "settings/schema.h"

#include "settings/schema_type.h"

#include "base/banned.h"

/* What struct text_list, rate_list and every list a KEY_LIST row names look like. */
struct any_list {
    void *at;
    size_t count;
};

static bool is_mapping(struct schema *schema, const struct key *key, const struct node *node)
{
    if (node->type == NODE_MAPPING)
        return true;
    if (node->type == NODE_SCALAR && node->text.length == 0)
        schema_refuse(schema, key, node, "has no value; write one, or leave the key out");
    else
        schema_refuse(schema, key, node, "must be a mapping: lines of \"key: value\" below it");
    return false;
}

static bool fits_cap(struct schema *schema, const struct key *key, const struct node *node)
{
    if (node->count <= (size_t)key->most)
        return true;
    schema_refuse(schema, key, node, "has %zu entries; at most %lld may stand here", node->count,
                  (long long)key->most);
    return false;
}

/* The items of a list; a single value is a list of itself. NULL when that is reported as a mistake.
 */
static const struct node *items_of(struct schema *schema, const struct key *key,
                                   const struct node *node, size_t *ret_count)
{
    *ret_count = node->type == NODE_SEQUENCE ? node->count : 1;
    if (node->type == NODE_SEQUENCE)
        return fits_cap(schema, key, node) ? node->first : NULL;
    if (node->type == NODE_SCALAR)
        return schema_is_text(schema, key, node) ? node : NULL;
    schema_refuse(schema, key, node, "must be a list, such as [one, two]");
    return NULL;
}

static void read_texts(struct schema *schema, const struct key *key, const struct node *node,
                       void *field)
{
    struct text_list list = {0};
    size_t count = 0;
    const struct node *item = items_of(schema, key, node, &count);
    list.at = arena_array(schema->arena, struct text, count);
    for (size_t i = 0; item != NULL && i < count; i++, item = item->next) {
        if (item->faulty || !schema_is_line(schema, key, item))
            continue;
        if (item->text.length == 0 && key->check != NULL)
            schema_refuse(schema, key, item, "must not be empty");
        list.at[list.count++] = item->text;
    }
    *(struct text_list *)field = list;
}

static void read_rates(struct schema *schema, const struct key *key, const struct node *node,
                       void *field)
{
    struct rate_list list = {0};
    struct error err;
    size_t count = 0;
    const struct node *item = items_of(schema, key, node, &count);
    list.at = arena_array(schema->arena, struct rate, count);
    for (size_t i = 0; item != NULL && i < count; i++, item = item->next) {
        if (item->faulty || !schema_is_text(schema, key, item))
            continue;
        if (rate_parse(item->text, &list.at[list.count], &err))
            list.count++;
        else
            schema_refuse(schema, key, item, "%s", err.message);
    }
    *(struct rate_list *)field = list;
}

static void read_mapping(struct schema *schema, const struct key *key, const struct node *node,
                         void *field)
{
    if (node == NULL || is_mapping(schema, key, node))
        schema_fill(schema, key->shape, node, field);
}

static void read_list(struct schema *schema, const struct key *key, const struct node *node,
                      void *field)
{
    struct any_list *list = field;
    if (node->type != NODE_SEQUENCE) {
        schema_refuse(schema, key, node, "must be a list of mappings: \"- key: value\"");
        return;
    }
    if (!fits_cap(schema, key, node))
        return;
    list->at = arena_take_array(schema->arena, key->shape->size, node->count);
    for (const struct node *item = node->first; item != NULL; item = item->next)
        if (!item->faulty && is_mapping(schema, key, item))
            schema_fill(schema, key->shape, item,
                        (char *)list->at + list->count++ * key->shape->size);
}

static void read_mapping_or_list(struct schema *schema, const struct key *key,
                                 const struct node *node, void *field)
{
    struct any_list *list = field;
    if (node->type == NODE_SEQUENCE && node->count == 0) {
        schema_refuse(schema, key, node, "needs at least one entry");
    } else if (node->type == NODE_SEQUENCE) {
        read_list(schema, key, node, field);
    } else if (is_mapping(schema, key, node)) {
        list->at = arena_take(schema->arena, key->shape->size);
        list->count = 1;
        schema_fill(schema, key->shape, node, list->at);
    }
}

static bool name_is_fit(struct schema *schema, const struct shape *shape, const struct node *node)
{
    struct error err;
    if (shape->name_check == NULL || shape->name_check(node->key, &err))
        return true;
    schema_mistake(schema, node->key_place, "%s", err.message);
    return false;
}

static void read_map(struct schema *schema, const struct key *key, const struct node *node,
                     void *field)
{
    struct any_list *list = field;
    const struct shape *shape = key->shape;
    if (!is_mapping(schema, key, node) || !fits_cap(schema, key, node))
        return;
    list->at = arena_take_array(schema->arena, shape->size, node->count);
    for (const struct node *child = node->first; child != NULL; child = child->next) {
        char *at = (char *)list->at + list->count * shape->size;
        struct key row = *key;
        row.name = child->key.at;
        if (!name_is_fit(schema, shape, child) || child->faulty || !is_mapping(schema, &row, child))
            continue;
        *(struct text *)(void *)(at + shape->name_offset) = child->key;
        schema_fill(schema, shape, child, at);
        list->count++;
    }
}

static bool is_known(const struct shape *known, struct text name)
{
    for (size_t i = 0; known != NULL && i < known->count; i++)
        if (text_equal(text_of(known->keys[i].name), name))
            return true;
    return false;
}

/* A mapping where a value belongs is most likely a known key, misspelt. */
static void refuse_mapping(struct schema *schema, const struct key *key, const struct node *node,
                           const struct shape *known)
{
    const char *meant = known != NULL ? schema_nearest(node->key, &known->keys[0].name,
                                                       known->count, sizeof(struct key))
                                      : NULL;
    if (meant != NULL)
        schema_refuse(schema, key, node, "takes a value or a list of them; did you mean \"%s\"?",
                      meant);
    else
        schema_refuse(schema, key, node, "takes a value or a list of them, not a mapping");
}

void schema_read_conditions(struct schema *schema, const struct key *key, const struct node *node,
                            const struct shape *known, struct named_texts_list *ret_list)
{
    if (!is_mapping(schema, key, node) || !fits_cap(schema, key, node))
        return;
    ret_list->at = arena_array(schema->arena, struct named_texts, node->count);
    for (const struct node *child = node->first; child != NULL; child = child->next) {
        if (child->faulty || is_known(known, child->key))
            continue;
        struct named_texts *named = &ret_list->at[ret_list->count++];
        struct key row = {.name = child->key.at, .most = 1000};
        named->name = child->key;
        named->place = child->key_place;
        if (child->type == NODE_SEQUENCE && child->count == 0)
            schema_refuse(schema, &row, child, "needs at least one value");
        if (child->type == NODE_MAPPING)
            refuse_mapping(schema, &row, child, known);
        else
            read_texts(schema, &row, child, &named->values);
    }
}

static void read_conditions(struct schema *schema, const struct key *key, const struct node *node,
                            void *field)
{
    schema_read_conditions(schema, key, node, NULL, field);
}

static size_t digits(struct text text)
{
    size_t count = 0;
    while (count < text.length && text.at[count] >= '0' && text.at[count] <= '9')
        count++;
    return count;
}

/* RFC 8259, 6: so that 007 and 94607-1234 stay the text they are. */
static bool is_json_number(struct text text)
{
    text = text_after(text, text_starts(text, TEXT("-")));
    size_t whole = digits(text);
    if (whole == 0 || (whole > 1 && text.at[0] == '0'))
        return false;
    text = text_after(text, whole);
    if (text_starts(text, TEXT("."))) {
        size_t fraction = digits(text_after(text, 1));
        if (fraction == 0)
            return false;
        text = text_after(text, 1 + fraction);
    }
    if (!text_starts_nocase(text, TEXT("e")))
        return text.length == 0;
    text = text_after(text, 1);
    text = text_after(text, text_starts(text, TEXT("-")) || text_starts(text, TEXT("+")));
    return text.length > 0 && digits(text) == text.length;
}

static struct value scalar_value(const struct node *node)
{
    static const struct {
        struct text word;
        struct value value;
    } words[] = {
        {TEXT_INIT(""), {.type = VALUE_NULL}},
        {TEXT_INIT("~"), {.type = VALUE_NULL}},
        {TEXT_INIT("null"), {.type = VALUE_NULL}},
        {TEXT_INIT("true"), {.type = VALUE_BOOL, .truth = true}},
        {TEXT_INIT("false"), {.type = VALUE_BOOL}},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (node->style == NODE_PLAIN && text_equal(node->text, words[i].word))
            return words[i].value;
    struct value value = value_string(node->text);
    if (node->style == NODE_PLAIN && is_json_number(node->text))
        value.type = VALUE_NUMBER;
    return value;
}

/* As deep as the document, which has its cap. */
static struct value value_of(struct arena *arena, const struct node *node)
{
    struct value value = {.count = node->count};
    size_t i = 0;
    if (node->type == NODE_SCALAR)
        return scalar_value(node);
    if (node->type == NODE_SEQUENCE) {
        value.type = VALUE_ARRAY;
        value.items = arena_array(arena, struct value, node->count);
        for (const struct node *child = node->first; child != NULL; child = child->next)
            value.items[i++] = value_of(arena, child);
        return value;
    }
    value.type = VALUE_OBJECT;
    value.members = arena_array(arena, struct value_member, node->count);
    for (const struct node *child = node->first; child != NULL; child = child->next)
        value.members[i++] = (struct value_member){child->key, value_of(arena, child)};
    return value;
}

static void read_value(struct schema *schema, const struct key *key, const struct node *node,
                       void *field)
{
    if (node == NULL)
        *(struct value *)field = (struct value){.type = VALUE_OBJECT};
    else if (is_mapping(schema, key, node))
        *(struct value *)field = value_of(schema->arena, node);
}

const struct key_type key_texts = {"list of texts", read_texts, false};
const struct key_type key_rates = {"list of rates", read_rates, false};
const struct key_type key_value = {"any mapping", read_value, true};
const struct key_type key_conditions = {"fields and their values", read_conditions, false};
const struct key_type key_mapping = {"mapping", read_mapping, true};
const struct key_type key_mapping_or_list = {"mapping, or list of them", read_mapping_or_list,
                                             false};
const struct key_type key_list = {"list of mappings", read_list, false};
const struct key_type key_map = {"mapping of names", read_map, false};
