/*
 * Template compiler: how trees become one flat program.
 *
 * Partials, parents and blocks are expanded where they stand, so that constant text runs on as far
 * as it can and every value is seen in its final surroundings. What fills blocks follows the
 * expansion inwards (dynamic scope, as the specification has it); the outermost filling wins.
 */
#ifndef TEMPLATE_TEMPLATE_COMPILER_H
#define TEMPLATE_TEMPLATE_COMPILER_H

#include "template/template_program.h"

/* The first line of what fills a block begins where the block stands, not on a line of its own. */
enum first_line { FIRST_PASSED, FIRST_SKIPS_INDENT, FIRST_NEEDS_INDENT };

/* A file that is being expanded. */
struct frame {
    struct text file;
    const struct template_env *env;
    unsigned sections, depth;
    const struct frame *outer;
};

struct guard {
    struct text name;
    const struct guard *outer;
};

struct filling {
    const struct template_node *node;
    const struct filling *outer;
};

struct scope {
    struct text indent, dedent; /* before each line: added, taken away */
    enum first_line *first;
    const struct template_env *env;
    const struct source *source;
    const struct frame *frame;
    const struct guard *guards;    /* the sections around */
    const struct filling *filling; /* the blocks being filled */
    unsigned sections;             /* how many sections of the program are around */
    bool nested, plain;
};

/* The section that ended last, while nothing stands behind it. */
struct ended {
    struct text name;
    enum template_node_kind kind;
    size_t end;
    struct markup entry, exit;
};

struct compiler {
    struct template *template;
    struct findings *findings;
    struct template_op *ops;
    size_t count, room;
    struct buffer pending; /* constant text that may grow yet */
    struct markup markup;
    struct ended ended;
    size_t visited;
    unsigned depth; /* nodes within nodes, over all files */
    bool too_large;
};

/* A mistake at a node, told once however often the node is expanded. */
void compiler_report(struct compiler *compiler, const struct scope *scope,
                     struct template_node *node, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Constant text, and steps behind it. */
void compiler_add_constant(struct compiler *compiler, struct text text);
void compiler_flush(struct compiler *compiler);
struct template_op *compiler_add_op(struct compiler *compiler, const struct scope *scope,
                                    const struct template_node *node, enum template_op_kind kind);

/* The indentation of what stands behind `blanks` on its line. */
struct text compiler_indent_within(struct compiler *compiler, const struct scope *scope,
                                   struct text blanks);
/* Indents, where `node` begins a line. `shown` is what follows on the line: an empty line needs no
   indentation. */
void compiler_begin_line(struct compiler *compiler, const struct scope *scope,
                         const struct template_node *node, struct text shown);

/* True when the name is settled; *ret_value is NULL when it is settled that there is no value. */
bool compiler_find_settled(const struct compiler *compiler, const struct template_node *node,
                           const struct value **ret_value);

/* Nodes to steps, by kind. */
void compiler_expand(struct compiler *compiler, struct template_node *nodes,
                     const struct scope *scope);
void compiler_expand_partial(struct compiler *compiler, struct template_node *node,
                             const struct scope *scope);
void compiler_expand_block(struct compiler *compiler, struct template_node *node,
                           const struct scope *scope);

/* Files, each read and parsed once. */
struct text compiler_file_of(struct template *template, struct text name);
struct template_file *compiler_load(struct template *template, struct text name,
                                    struct findings *findings);
const struct template_env *compiler_intern_env(struct template *template,
                                               struct template_argument *arguments, size_t count);

#endif
