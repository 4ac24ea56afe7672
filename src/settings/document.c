/*
 * Document: a YAML file as a tree that remembers where each thing stands.
 *
 * libyaml's event interface, never its document interface: that one costs quadratic time in nesting
 * and anchors. Events come one at a time, so the caps end the reading long before the file does.
 */
#include "settings/document.h"

#include <yaml.h>

#include "settings/document_guard.h"
#include "settings/document_syntax.h"

#include "base/banned.h"
#include "base/memory.h"

struct reading {
    yaml_parser_t parser;
    struct arena *arena;
    struct findings *findings;
    enum fault fault;
    struct text text, path;
    bool placeless; /* a value from the command line */
    bool broken;    /* nothing more can be read */
    unsigned depth, nodes;
    /* Marks come in the order of the file: from the last one on is never far. */
    size_t cursor;
    yaml_mark_t cursor_mark;
};

#define EVENT(name) __attribute__((cleanup(yaml_event_delete))) yaml_event_t name = {0}

static struct place place_of(const struct reading *reading, yaml_mark_t mark)
{
    if (reading->placeless)
        return (struct place){.path = reading->path};
    return (struct place){reading->path, (unsigned)mark.line + 1, (unsigned)mark.column + 1};
}

static void complain(struct reading *reading, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void complain(struct reading *reading, struct place place, const char *format, ...)
{
    struct error err;
    va_list args;
    va_start(args, format);
    error_vat(&err, reading->fault, place, format, args);
    va_end(args);
    findings_take(reading->findings, &err);
}

static void break_off(struct reading *reading, yaml_mark_t mark, const char *reason)
{
    if (!reading->broken)
        complain(reading, place_of(reading, mark), "%s", reason);
    reading->broken = true;
}

static void break_off_by_parser(struct reading *reading)
{
    const yaml_parser_t *parser = &reading->parser;
    const char *problem = parser->problem != NULL ? parser->problem : "";
    if (parser->error == YAML_MEMORY_ERROR)
        memory_gone();
    const struct syntax_advice *advice = document_syntax_advice(problem);
    bool at_start = advice->at_start && parser->context != NULL;
    break_off(reading, at_start ? parser->context_mark : parser->problem_mark, advice->advice);
}

static bool next_event(struct reading *reading, yaml_event_t *event)
{
    if (!reading->broken && yaml_parser_parse(&reading->parser, event) == 0)
        break_off_by_parser(reading);
    return !reading->broken;
}

/* The byte offset of a mark, whose line and column count characters. */
static size_t offset_of(struct reading *reading, yaml_mark_t mark)
{
    yaml_mark_t *now = &reading->cursor_mark;
    if (mark.line < now->line || (mark.line == now->line && mark.column < now->column)) {
        reading->cursor = 0;
        *now = (yaml_mark_t){0};
    }
    while (reading->cursor < reading->text.length &&
           (now->line < mark.line || now->column < mark.column)) {
        unsigned char byte = (unsigned char)reading->text.at[reading->cursor++];
        bool ends_line = byte == '\n';
        now->line += ends_line;
        now->column = ends_line ? 0 : now->column + ((byte & 0xC0) != 0x80);
    }
    /* Past the bytes that continue the last character. */
    while (reading->cursor < reading->text.length &&
           ((unsigned char)reading->text.at[reading->cursor] & 0xC0) == 0x80)
        reading->cursor++;
    return reading->cursor;
}

static struct text raw_between(struct reading *reading, yaml_mark_t start, yaml_mark_t end)
{
    size_t from = offset_of(reading, start);
    return text_slice(reading->text, from, offset_of(reading, end) - from);
}

static size_t leading(struct text text, char byte)
{
    size_t count = 0;
    while (count < text.length && text.at[count] == byte)
        count++;
    return count;
}

/* The spaces before the first byte that is neither space nor break: its indentation. */
static size_t indentation(struct text text)
{
    size_t spaces = 0;
    for (size_t i = 0; i < text.length; i++) {
        bool ends_line = text.at[i] == '\n' || text.at[i] == '\r';
        if (text.at[i] != ' ' && !ends_line)
            return spaces;
        spaces = ends_line ? 0 : spaces + 1;
    }
    return 0;
}

/* A block's content begins on the line after its | or >. How far it is indented is seen in the
 * first line that has a word: what the value lacks of its spaces. */
static void place_block(struct reading *reading, struct node *node, const yaml_event_t *event)
{
    yaml_mark_t first = {.line = event->start_mark.line + 1};
    node->raw = raw_between(reading, first, event->end_mark);
    size_t written = indentation(node->raw), kept = indentation(node->text);
    node->indent = (unsigned)(written > kept ? written - kept : 0);
    size_t spaces = leading(node->raw, ' ');
    node->raw = text_after(node->raw, spaces < node->indent ? spaces : node->indent);
    first.column = node->indent;
    node->place = place_of(reading, first);
}

static void place_flow(struct reading *reading, struct node *node, const yaml_event_t *event)
{
    yaml_mark_t start = event->start_mark, end = event->end_mark;
    bool quoted = node->style != NODE_PLAIN;
    start.column += quoted;
    node->place = place_of(reading, start);
    node->raw = raw_between(reading, start, end);
    if (quoted && node->raw.length > 0)
        node->raw.length--;
}

static enum node_style style_of(yaml_scalar_style_t style)
{
    static const enum node_style styles[] = {
        [YAML_SINGLE_QUOTED_SCALAR_STYLE] = NODE_SINGLE,
        [YAML_DOUBLE_QUOTED_SCALAR_STYLE] = NODE_DOUBLE,
        [YAML_LITERAL_SCALAR_STYLE] = NODE_LITERAL,
        [YAML_FOLDED_SCALAR_STYLE] = NODE_FOLDED,
    };
    return (size_t)style < sizeof(styles) / sizeof(styles[0]) ? styles[style] : NODE_PLAIN;
}

static void refuse_marks(struct reading *reading, struct node *node, yaml_mark_t mark,
                         const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor != NULL)
        complain(reading, place_of(reading, mark),
                 "an anchor (&%s); write the value out where it is needed, or put it in quotes",
                 (const char *)anchor);
    if (tag != NULL)
        complain(reading, place_of(reading, mark),
                 "a tag (%s); the key decides the type of its value, or put it in quotes",
                 (const char *)tag);
    node->faulty = node->faulty || anchor != NULL || tag != NULL;
}

static void refuse_controls(struct reading *reading, struct node *node)
{
    bool block = node->style == NODE_LITERAL || node->style == NODE_FOLDED;
    if (!text_has_control(node->text, block ? "\n\t" : NULL))
        return;
    node->faulty = true;
    if (!text_has_control(node->text, "\n"))
        complain(reading, node->place, "a line break within the text; lines are written below a |");
    else
        complain(reading, node->place, "a control character in the text; delete it");
}

static struct node *read_scalar(struct reading *reading, const yaml_event_t *event)
{
    struct node *node = arena_new(reading->arena, struct node);
    const char *at = (const char *)event->data.scalar.value;
    node->text = arena_text(reading->arena, text_from(at, event->data.scalar.length));
    node->style = style_of(event->data.scalar.style);
    if (node->style == NODE_LITERAL || node->style == NODE_FOLDED)
        place_block(reading, node, event);
    else
        place_flow(reading, node, event);
    refuse_marks(reading, node, event->start_mark, event->data.scalar.anchor,
                 event->data.scalar.tag);
    refuse_controls(reading, node);
    return node;
}

static struct node *read_node(struct reading *reading, const yaml_event_t *event);

static void append(struct node *parent, struct node ***end, struct node *child)
{
    **end = child;
    *end = &child->next;
    parent->count++;
}

static void read_items(struct reading *reading, struct node *sequence)
{
    struct node **end = &sequence->first;
    for (;;) {
        EVENT(event);
        if (!next_event(reading, &event) || event.type == YAML_SEQUENCE_END_EVENT)
            return;
        append(sequence, &end, read_node(reading, &event));
    }
}

/* A key that cannot be one is reported; its value is read all the same, for the mistakes in it. */
static bool key_is_fit(struct reading *reading, const struct node *mapping, const struct node *key)
{
    struct node *before = document_find(mapping, key->text);
    if (key->faulty)
        return false;
    if (key->type != NODE_SCALAR || key->text.length == 0)
        complain(reading, key->place, "a key must be a word");
    else if (key->text.length > DOCUMENT_KEY || text_has_control(key->text, NULL))
        complain(reading, key->place, "a key must be one line of at most %d bytes", DOCUMENT_KEY);
    else if (before != NULL && before->key_place.line > 0)
        complain(reading, key->place, "\"%.*s\" stands twice; first in line %u",
                 TEXT_ARGS(key->text), before->key_place.line);
    else if (before != NULL)
        complain(reading, key->place, "\"%.*s\" stands twice", TEXT_ARGS(key->text));
    else
        return true;
    return false;
}

static void read_pairs(struct reading *reading, struct node *mapping)
{
    struct node **end = &mapping->first;
    for (;;) {
        EVENT(key_event);
        EVENT(event);
        if (!next_event(reading, &key_event) || key_event.type == YAML_MAPPING_END_EVENT)
            return;
        if (mapping->count >= DOCUMENT_KEYS)
            break_off(reading, key_event.start_mark, "more than 1000 keys in one mapping");
        struct node *key = read_node(reading, &key_event);
        if (!next_event(reading, &event))
            return;
        struct node *value = read_node(reading, &event);
        value->key = key->text;
        value->key_place = key->place;
        if (!reading->broken && key_is_fit(reading, mapping, key))
            append(mapping, &end, value);
    }
}

static struct node *read_collection(struct reading *reading, const yaml_event_t *event)
{
    struct node *node = arena_new(reading->arena, struct node);
    bool mapping = event->type == YAML_MAPPING_START_EVENT;
    node->type = mapping ? NODE_MAPPING : NODE_SEQUENCE;
    node->place = place_of(reading, event->start_mark);
    if (mapping)
        refuse_marks(reading, node, event->start_mark, event->data.mapping_start.anchor,
                     event->data.mapping_start.tag);
    else
        refuse_marks(reading, node, event->start_mark, event->data.sequence_start.anchor,
                     event->data.sequence_start.tag);
    if (text_starts(text_after(reading->text, offset_of(reading, event->start_mark)), TEXT("{{")))
        break_off(reading, event->start_mark, "text that begins with {{ needs quotes around it");
    if (++reading->depth > DOCUMENT_DEPTH)
        break_off(reading, event->start_mark, "nested more than 16 deep");
    (mapping ? read_pairs : read_items)(reading, node);
    reading->depth--;
    return node;
}

static struct node *read_node(struct reading *reading, const yaml_event_t *event)
{
    if (++reading->nodes > DOCUMENT_NODES)
        break_off(reading, event->start_mark, "more than 20000 keys and values in one file");
    if (event->type == YAML_SCALAR_EVENT)
        return read_scalar(reading, event);
    if (event->type != YAML_ALIAS_EVENT)
        return read_collection(reading, event);
    struct node *node = arena_new(reading->arena, struct node);
    node->place = place_of(reading, event->start_mark);
    node->faulty = true;
    complain(reading, node->place, "an alias (*%s); write the value out, or put it in quotes",
             (const char *)event->data.alias.anchor);
    return node;
}

static struct node *read_stream(struct reading *reading)
{
    struct node *root = NULL;
    for (;;) {
        EVENT(event);
        if (!next_event(reading, &event) || event.type == YAML_STREAM_END_EVENT)
            return reading->broken ? NULL : root;
        if (event.type == YAML_DOCUMENT_START_EVENT && root != NULL)
            break_off(reading, event.start_mark, "a second document (---); one file is one");
        else if (event.type != YAML_STREAM_START_EVENT && event.type != YAML_DOCUMENT_START_EVENT &&
                 event.type != YAML_DOCUMENT_END_EVENT)
            root = read_node(reading, &event);
    }
}

static struct node *read_text(struct reading *reading, struct text text)
{
    if (!document_guard(&text, reading->path, reading->fault, reading->findings))
        return NULL;
    reading->text = arena_text(reading->arena, text);
    if (yaml_parser_initialize(&reading->parser) == 0)
        memory_gone();
    yaml_parser_set_encoding(&reading->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reading->parser, (const unsigned char *)reading->text.at,
                                 reading->text.length);
    struct node *root = read_stream(reading);
    yaml_parser_delete(&reading->parser);
    return root;
}

struct node *document_read(struct arena *arena, struct text text, struct text path,
                           enum fault fault, struct findings *findings)
{
    struct reading reading = {.arena = arena, .findings = findings, .fault = fault};
    reading.path = arena_text(arena, path);
    unsigned before = findings->errors;
    struct node *root = read_text(&reading, text);
    if (root == NULL && findings->errors == before)
        complain(&reading, (struct place){.path = reading.path}, "is empty");
    return root;
}

struct node *document_read_value(struct arena *arena, struct text text, struct text path,
                                 enum fault fault, struct findings *findings)
{
    struct reading reading = {.arena = arena, .findings = findings, .fault = fault};
    reading.path = arena_text(arena, path);
    reading.placeless = true;
    unsigned before = findings->errors;
    struct node *root = read_text(&reading, text);
    if (root == NULL && findings->errors == before) {
        root = arena_new(arena, struct node);
        root->place.path = reading.path;
    }
    return root;
}

struct node *document_find(const struct node *mapping, struct text key)
{
    struct node *child = mapping != NULL && mapping->type == NODE_MAPPING ? mapping->first : NULL;
    while (child != NULL && !text_equal(child->key, key))
        child = child->next;
    return child;
}
