/* Schema: key tables that turn a document into checked structs. */
#include "settings/schema.h"

#include "settings/schema_type.h"

#include "base/banned.h"
#include "base/buffer.h"
#include "base/memory.h"
#include "base/nearest.h"

void schema_mistake(struct schema *schema, struct place place, const char *format, ...)
{
    struct error err;
    va_list args;
    va_start(args, format);
    error_vat(&err, schema->fault, place, format, args);
    va_end(args);
    findings_take(schema->findings, &err);
}

struct place schema_place(const struct node *node)
{
    bool nothing = node->type == NODE_SCALAR && node->style == NODE_PLAIN && node->text.length == 0;
    return nothing && node->key_place.path.length > 0 ? node->key_place : node->place;
}

void schema_refuse(struct schema *schema, const struct key *key, const struct node *node,
                   const char *format, ...)
{
    struct error err;
    va_list args;
    va_start(args, format);
    error_vat(&err, schema->fault, schema_place(node), format, args);
    va_end(args);
    error_within(&err, "%s", key->name);
    findings_take(schema->findings, &err);
}

const char *schema_nearest(struct text word, const char *const *names, size_t count, size_t stride)
{
    struct nearest nearest = nearest_to(word);
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, text_of(*(const char *const *)(const void *)((const char *)names +
                                                                             i * stride)));
    return nearest.name.at;
}

static const struct key *find_key(const struct shape *shape, struct text name)
{
    for (size_t i = 0; i < shape->count; i++)
        if (text_equal(text_of(shape->keys[i].name), name))
            return &shape->keys[i];
    return NULL;
}

static void list_keys(const struct shape *shape, struct buffer *out)
{
    for (size_t i = 0; i < shape->count; i++)
        if (shape->keys[i].type != &key_refused)
            buffer_printf(out, "%s%s", out->length > 0 ? ", " : "", shape->keys[i].name);
}

static void refuse_unknown(struct schema *schema, const struct shape *shape,
                           const struct node *node)
{
    BUFFER(known, 400);
    struct text key = text_slice(node->key, 0, 64);
    /* Findings that nobody will see are not worth the search. */
    bool kept = schema->findings->errors < FINDINGS_KEPT;
    const char *meant =
        kept ? schema_nearest(node->key, &shape->keys[0].name, shape->count, sizeof(struct key))
             : NULL;
    list_keys(shape, &known);
    if (meant != NULL)
        schema_mistake(schema, node->key_place, "unknown key \"%.*s\"; did you mean \"%s\"?",
                       TEXT_ARGS(key), meant);
    else
        schema_mistake(schema, node->key_place, "unknown key \"%.*s\"; here may stand: %s",
                       TEXT_ARGS(key), buffer_string(&known));
}

static void note_later(struct schema *schema, const struct key *key, const struct node *node)
{
    findings_rule(schema->findings, SEVERITY_NOTE, SCHEMA_LATER, node->key_place,
                  "%s: is checked, but not yet in effect", key->name);
}

static void read_key(struct schema *schema, const struct key *key, const struct node *node,
                     void *at)
{
    if ((key->flags & LATER) != 0)
        note_later(schema, key, node);
    if (!node->faulty)
        key->type->read(schema, key, node, (char *)at + key->offset);
}

/* A default is read by the same reader as what a person writes; a bad one is our bug. */
static void read_default(struct schema *schema, const struct key *key, void *at)
{
    unsigned before = schema->findings->errors;
    struct node node = {.type = NODE_SCALAR, .text = text_of(key->fallback)};
    key->type->read(schema, key, &node, (char *)at + key->offset);
    must(schema->findings->errors == before);
}

static void read_missing(struct schema *schema, const struct key *key, const struct node *node,
                         void *at)
{
    if (node != NULL && (key->flags & REQUIRED) != 0)
        schema_mistake(schema, node->place, "\"%s\" is missing: %s", key->name, key->doc);
    else if (key->fallback != NULL)
        read_default(schema, key, at);
    else if (key->type->reads_nothing)
        key->type->read(schema, key, NULL, (char *)at + key->offset);
}

static void read_written(struct schema *schema, const struct shape *shape, const struct node *node,
                         void *at)
{
    for (const struct node *child = node->first; child != NULL; child = child->next) {
        const struct key *key = find_key(shape, child->key);
        if (key != NULL)
            read_key(schema, key, child, at);
        else if (shape->others == NULL)
            refuse_unknown(schema, shape, child);
    }
    if (shape->others != NULL)
        schema_read_conditions(schema, shape->others, node, shape,
                               (void *)((char *)at + shape->others->offset));
}

void schema_fill(struct schema *schema, const struct shape *shape, const struct node *node,
                 void *at)
{
    unsigned before = schema->findings->errors;
    if (node != NULL) {
        *(struct place *)at = node->place;
        read_written(schema, shape, node, at);
    }
    for (size_t i = 0; i < shape->count; i++)
        if (document_find(node, text_of(shape->keys[i].name)) == NULL)
            read_missing(schema, &shape->keys[i], node, at);
    if (node != NULL && shape->check != NULL && schema->findings->errors == before)
        shape->check(schema, at);
}

bool schema_read(const struct shape *shape, const struct node *root, struct arena *arena,
                 enum fault fault, struct findings *findings, void *at)
{
    struct schema schema = {arena, findings, fault};
    unsigned before = findings->errors;
    if (root->type != NODE_MAPPING && !root->faulty)
        schema_mistake(&schema, root->place, "must be a mapping: lines of \"key: value\"");
    else
        schema_fill(&schema, shape, root, at);
    return findings->errors == before;
}
