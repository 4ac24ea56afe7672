/*
 * Template program: what a template compiles to. Flat steps: constant text, holes, sections that
 * skip or repeat the steps behind them, and calls of what could not be known when compiling.
 */
#ifndef TEMPLATE_TEMPLATE_PROGRAM_H
#define TEMPLATE_TEMPLATE_PROGRAM_H

#include "template/escape.h"
#include "template/template.h"
#include "template/template_markup.h"
#include "template/template_memo.h"
#include "template/template_tree.h"

enum template_op_kind { OP_TEXT, OP_VALUE, OP_SECTION, OP_INVERTED, OP_CALL };

struct template_op {
    enum template_op_kind kind;
    bool guarded, nested; /* as in struct template_name */
    struct escape escape; /* VALUE */
    size_t memo;          /* VALUE */
    size_t end;           /* SECTION, INVERTED: the index behind the last step inside */
    struct text text;     /* TEXT */
    const struct template_node *node;
    const struct source *source; /* of `node` */
    const struct value *settled; /* VALUE, SECTION: its value, whatever the contexts say */
    struct template_call *call;  /* CALL */
};

struct template_program {
    struct text file;
    struct template_op *ops;
    size_t count;
    struct template_program *next; /* of the same call: a dynamic name has one for every name */
};

/* What fills a block. */
struct template_argument {
    struct text name;
    const struct template_node *node;
    const struct source *source;
    bool plain;
};

/* The blocks filled at some place; each set exists once, so that pointers tell whether two are the
   same. */
struct template_env {
    size_t count;
    struct template_argument *arguments;
    struct template_env *next;
};

/* A partial that waits for the rendering: it recurses, or its name is a value. Each exists once. */
struct template_call {
    struct text file; /* empty: dynamic */
    const struct template_env *env;
    struct text indent;
    struct markup entry, exit;
    bool nested;
    struct template_program *programs;
    struct template_call *next;
};

struct template_file {
    struct text name;
    struct template_tree *tree; /* NULL: not found, or broken */
    bool found;
    struct template_file *next;
};

struct template
{
    struct arena *arena;
    struct template_options options;
    struct template_program *root;
    struct template_file *files;
    struct template_env *envs; /* the last is the empty one */
    struct template_call *calls;
    struct template_memos memos;
    size_t ops;      /* of all programs */
    size_t constant; /* bytes of constant text */
    bool has_calls;  /* something waits for the rendering to be included */
};

/* The program of `file` for this call, compiled when it is not there yet. *ret_program NULL: there
   is no such file, and that is no error. */
bool template_call_program(struct template *template, struct template_call *call, struct text file,
                           struct place place, const struct template_program **ret_program,
                           struct error *err);

/* The text of a value as it is shown; false for arrays and objects. NULL shows as nothing. */
bool template_value_text(const struct value *value, struct text *ret_text);

#endif
