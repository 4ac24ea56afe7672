/*
 * Document: a YAML file as a tree that remembers where each thing stands.
 *
 * Only the plain part of YAML is let in: one document of scalars, sequences and mappings, UTF-8,
 * without anchors, aliases, tags, directives, duplicate keys or control characters. Scalars have no
 * type of their own (`no` is two letters); the schema gives them one. All mistakes are found in one
 * run, unless the syntax itself breaks.
 */
#ifndef SETTINGS_DOCUMENT_H
#define SETTINGS_DOCUMENT_H

#include "base/finding.h"

enum {
    DOCUMENT_BYTES = 256 * 1024,
    DOCUMENT_DEPTH = 16,    /* mappings and sequences within each other */
    DOCUMENT_NODES = 20000, /* keys and values in a file */
    DOCUMENT_KEYS = 1000,   /* in one mapping */
    DOCUMENT_KEY = 256,     /* bytes of a key */
};

enum node_type { NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };

/* How a scalar was written. Only a plain one can be null, true or a number; | and > are blocks. */
enum node_style { NODE_PLAIN, NODE_SINGLE, NODE_DOUBLE, NODE_LITERAL, NODE_FOLDED };

struct node {
    enum node_type type;
    enum node_style style;
    bool faulty;        /* was reported already: whoever reads the tree leaves its value alone */
    unsigned indent;    /* of a block scalar: columns taken off every line */
    struct place place; /* the first content byte: behind a quote; of a block, column indent + 1 */
    struct text text;   /* of a scalar, escapes and folds undone; LF and tab only in blocks */
    struct text raw;    /* a scalar as it stands in the file, from `place` on */
    struct text key;    /* when it is the value of a mapping */
    struct place key_place;    /* where that key stands */
    struct node *first, *next; /* the first child, the next sibling: in the order of the file */
    size_t count;              /* children */
};

/*
 * Reads one document. Mistakes go to `findings` with `fault`. NULL when there is no usable tree
 * (broken syntax, a cap passed, nothing in the file); a tree may come with findings too, so that
 * the schema can add its own. Everything lives in `arena`; `text` and `path` are copied. Columns
 * count characters, from 1.
 */
struct node *document_read(struct arena *arena, struct text text, struct text path,
                           enum fault fault, struct findings *findings);

/* The same for a single value that stands in no file; each place in it is just `path` ("-o
 * relay.url"). */
struct node *document_read_value(struct arena *arena, struct text text, struct text path,
                                 enum fault fault, struct findings *findings);

/* Where byte `offset` of node->text stands in the file, however the scalar was quoted or folded. */
struct place document_place_at(const struct node *node, size_t offset);

/* The value of a key; NULL when there is none, or `mapping` is NULL or no mapping. */
struct node *document_find(const struct node *mapping, struct text key);

#endif
