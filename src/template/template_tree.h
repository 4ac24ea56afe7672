/*
 * Template tree: one template file, parsed.
 *
 * All whitespace rules of the specification are settled here, for they depend on the file alone:
 * tags that stand alone on their line take the line with them. Text is cut at line ends, and each
 * node knows whether it begins a line, so that whoever expands a partial can indent its lines.
 */
#ifndef TEMPLATE_TEMPLATE_TREE_H
#define TEMPLATE_TEMPLATE_TREE_H

#include "base/arena.h"
#include "base/finding.h"
#include "template/filter.h"
#include "template/source.h"
#include "template/template_name.h"

enum template_node_kind {
    NODE_TEXT,
    NODE_VALUE,    /* {{name}} {{{name}}} {{&name}} */
    NODE_SECTION,  /* {{#name}} */
    NODE_INVERTED, /* {{^name}} */
    NODE_PARTIAL,  /* {{>name}} {{>*name}} */
    NODE_PARENT,   /* {{<name}}: its children are its blocks */
    NODE_BLOCK,    /* {{$name}}: its children are the default, or what fills it */
};

struct template_node {
    enum template_node_kind kind;
    bool line_start;    /* begins a line: indentation goes before it */
    bool raw;           /* VALUE: not escaped */
    bool dynamic;       /* PARTIAL, PARENT: `path` names the name */
    bool standalone;    /* PARTIAL, PARENT, BLOCK: its (opening) tag has its line to itself */
    bool leads;         /* BLOCK: nothing but `indent` stands before it on its line */
    struct text text;   /* TEXT: the bytes; else the name */
    struct text indent; /* whitespace before the tag on its line */
    struct text inner;  /* BLOCK: the indentation of its content, by its first line */
    struct template_path path;
    struct filter_chain filters;
    size_t offset; /* of the tag, or the bytes, in the source */
    struct template_node *first, *next;
    bool reported; /* a mistake about it was told already */
};

struct template_tree {
    struct source source;
    struct template_node *first;
};

/* NULL exactly when an error was added. Everything lives in `arena`. */
struct template_tree *template_tree_parse(struct arena *arena, const struct source *source,
                                          struct findings *findings);

#endif
