/* Template expand: text, values and sections become steps. */
#include "base/banned.h"
#include "template/template_compiler.h"

void compiler_report(struct compiler *compiler, const struct scope *scope,
                     struct template_node *node, const char *format, ...)
{
    char message[ERROR_MESSAGE];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    if (!node->reported)
        findings_error(compiler->findings, FAULT_FILE, source_place(scope->source, node->offset),
                       "%s", message);
    node->reported = true;
}

/* ---- constant text and steps ---- */

static struct template_op *push_op(struct compiler *compiler, struct template_op op)
{
    if (compiler->count == compiler->room) {
        compiler->room = compiler->room * 2 + 64;
        compiler->ops = memory_grow(compiler->ops, compiler->room * sizeof(*compiler->ops));
    }
    compiler->ops[compiler->count] = op;
    compiler->too_large |= compiler->count >= TEMPLATE_OPS;
    return &compiler->ops[compiler->count++];
}

void compiler_flush(struct compiler *compiler)
{
    struct text text = buffer_text(&compiler->pending);
    if (text.length == 0)
        return;
    text = arena_text(compiler->template->arena, text);
    push_op(compiler, (struct template_op){.kind = OP_TEXT, .text = text});
    compiler->too_large |= compiler->pending.overflowed;
    buffer_clear(&compiler->pending);
}

struct template_op *compiler_add_op(struct compiler *compiler, const struct scope *scope,
                                    const struct template_node *node, enum template_op_kind kind)
{
    compiler_flush(compiler);
    return push_op(compiler, (struct template_op){.kind = kind,
                                                  .node = node,
                                                  .source = scope->source,
                                                  .nested = scope->nested});
}

void compiler_add_constant(struct compiler *compiler, struct text text)
{
    if (compiler->template->options.kind == TEMPLATE_HTML)
        markup_read(&compiler->markup, text);
    buffer_add(&compiler->pending, text);
    compiler->template->constant += text.length;
    compiler->too_large |= compiler->template->constant > TEMPLATE_OUTPUT;
}

/* ---- lines and their indentation ---- */

static struct text without_prefix(struct text text, struct text prefix)
{
    return text_starts(text, prefix) ? text_after(text, prefix.length) : text;
}

struct text compiler_indent_within(struct compiler *compiler, const struct scope *scope,
                                   struct text blanks)
{
    struct text more = without_prefix(blanks, scope->dedent);
    if (scope->indent.length == 0)
        return more;
    return arena_printf(compiler->template->arena, "%.*s%.*s", TEXT_ARGS(scope->indent),
                        TEXT_ARGS(more));
}

static bool is_line_end(struct text text)
{
    return text_equal(text, TEXT("\n")) || text_equal(text, TEXT("\r\n"));
}

void compiler_begin_line(struct compiler *compiler, const struct scope *scope,
                         const struct template_node *node, struct text shown)
{
    enum first_line first = *scope->first;
    *scope->first = FIRST_PASSED;
    bool begins = first == FIRST_NEEDS_INDENT || (node->line_start && first == FIRST_PASSED);
    if (begins && scope->indent.length > 0 && !is_line_end(shown))
        compiler_add_constant(compiler, scope->indent);
}

static void expand_text(struct compiler *compiler, struct template_node *node,
                        const struct scope *scope)
{
    struct text text = node->line_start ? without_prefix(node->text, scope->dedent) : node->text;
    compiler_begin_line(compiler, scope, node, text);
    enum template_kind kind = compiler->template->options.kind;
    if (kind == TEMPLATE_HEADER && text_has_control(text, ""))
        compiler_report(compiler, scope, node,
                        "a header cannot hold a line break or control character");
    if (kind == TEMPLATE_HTML && scope->plain) {
        BUFFER(escaped, TEMPLATE_OUTPUT);
        escape_html(&escaped, text);
        compiler_add_constant(compiler, buffer_text(&escaped));
    } else {
        compiler_add_constant(compiler, text);
    }
}

/* ---- values ---- */

bool compiler_find_settled(const struct compiler *compiler, const struct template_node *node,
                           const struct value **ret_value)
{
    const struct value *root = compiler->template->options.settled;
    *ret_value = NULL;
    if (root == NULL || node->path.count == 0 || value_find(root, node->path.parts[0]) == NULL)
        return false;
    *ret_value = template_path_within(&node->path, 0, root);
    return true;
}

static bool is_guarded(const struct scope *scope, struct text name)
{
    for (const struct guard *guard = scope->guards; guard != NULL; guard = guard->outer) {
        struct text asked = guard->name;
        if (text_equal(asked, name) ||
            (text_starts(asked, TEXT("has.")) && text_equal(text_after(asked, 4), name)))
            return true;
    }
    return false;
}

static struct escape escape_for(struct compiler *compiler, struct template_node *node,
                                const struct scope *scope)
{
    enum template_kind kind = compiler->template->options.kind;
    struct escape escape = {.kind = kind == TEMPLATE_HEADER ? ESCAPE_HEADER : ESCAPE_NONE};
    if (kind != TEMPLATE_HTML)
        return escape;
    if (node->raw) {
        markup_raw(&compiler->markup);
        return escape;
    }
    const char *reason = markup_value(&compiler->markup, &escape);
    escape.encoded = node->filters.ends_in_url;
    if (reason != NULL)
        compiler_report(compiler, scope, node, "{{%.*s}}: %s", TEXT_ARGS(node->text), reason);
    return escape;
}

/* A settled value becomes constant text. False: it has to wait for the rendering. */
static bool fold_value(struct compiler *compiler, struct template_node *node,
                       const struct scope *scope, const struct value *settled)
{
    const struct template_options *options = &compiler->template->options;
    struct filter_scratch scratch = {0};
    struct error err;
    struct value value = settled != NULL ? *settled : (struct value){0};
    if (node->filters.count > 0 && options->language.length == 0)
        return false;
    bool filtered =
        filter_apply(&node->filters, filter_language(options->language), &scratch, &value, &err);
    struct text text = {0};
    bool shown = filtered && value.type != VALUE_NULL && template_value_text(&value, &text);
    BUFFER(room, TEMPLATE_OUTPUT);
    struct escape escape;
    struct markup before = compiler->markup;
    if (shown)
        escape = escape_for(compiler, node, scope);
    shown = shown && escape_apply(escape, text, &room, &text, &err);
    compiler->markup = before;
    if (shown)
        compiler_add_constant(compiler, text);
    filter_scratch_free(&scratch);
    return shown;
}

static void expand_value(struct compiler *compiler, struct template_node *node,
                         const struct scope *scope)
{
    const struct value *settled = NULL;
    compiler_begin_line(compiler, scope, node, TEXT(""));
    bool decided = compiler_find_settled(compiler, node, &settled);
    if (decided && fold_value(compiler, node, scope, settled))
        return;
    static const struct value missing = {.type = VALUE_NULL};
    bool guarded = is_guarded(scope, node->text) || node->filters.has_default;
    if (decided && settled == NULL && compiler->template->options.strict && !guarded)
        compiler_report(compiler, scope, node, "\"%.*s\" is missing", TEXT_ARGS(node->text));
    struct template_op *op = compiler_add_op(compiler, scope, node, OP_VALUE);
    op->settled = decided ? (settled != NULL ? settled : &missing) : NULL;
    op->guarded = is_guarded(scope, node->text);
    op->escape = escape_for(compiler, node, scope);
    const struct template_distinct distinct = {node, op->settled, op->escape, op->guarded};
    op->memo = template_memo_of(&compiler->template->memos, &distinct);
}

/* ---- sections ---- */

static void rewind_to(struct compiler *compiler, size_t count)
{
    compiler->count = count;
    buffer_clear(&compiler->pending);
}

static void expand_inside(struct compiler *compiler, struct template_node *node,
                          const struct scope *scope)
{
    struct guard guard = {.name = node->text, .outer = scope->guards};
    struct scope inside = *scope;
    inside.guards = &guard;
    inside.nested = scope->nested || node->kind == NODE_SECTION;
    inside.sections++;
    compiler_expand(compiler, node->first, &inside);
    compiler_flush(compiler);
}

/*
 * A section's steps may run again behind themselves: if they end elsewhere than they began, they
 * are compiled once more for both places. Two rounds are nearly always enough; if not, the places
 * are told apart no more.
 */
static void expand_repeated(struct compiler *compiler, struct template_node *node,
                            const struct scope *scope)
{
    size_t start = compiler->count;
    struct markup entry = compiler->markup;
    enum first_line first = *scope->first;
    for (int round = 0; round < MARKUP_STATES; round++) {
        compiler->markup = entry;
        *scope->first = first;
        expand_inside(compiler, node, scope);
        struct markup joined = markup_join(entry, &compiler->markup);
        if (node->kind == NODE_INVERTED || markup_equal(&joined, &entry))
            return;
        entry = joined;
        if (round + 1 < MARKUP_STATES)
            rewind_to(compiler, start);
    }
}

/* {{#x}}…{{/x}}{{^x}}…{{/x}}: exactly one of the two runs, and both begin at the same place. */
static bool is_other_half(const struct compiler *compiler, const struct template_node *node)
{
    const struct ended *ended = &compiler->ended;
    return ended->end == compiler->count && compiler->count > 0 && compiler->pending.length == 0 &&
           ended->kind != node->kind && text_equal(ended->name, node->text);
}

static void expand_asked(struct compiler *compiler, struct template_node *node,
                         const struct scope *scope, const struct value *settled)
{
    bool inverted = node->kind == NODE_INVERTED;
    compiler_flush(compiler);
    bool other_half = is_other_half(compiler, node);
    struct markup entry = other_half ? compiler->ended.entry : compiler->markup;
    struct markup before = other_half ? compiler->ended.exit : entry;
    size_t at = compiler->count;
    struct template_op *op =
        compiler_add_op(compiler, scope, node, inverted ? OP_INVERTED : OP_SECTION);
    op->settled = settled;
    compiler->markup = entry;
    expand_repeated(compiler, node, scope);
    compiler->ops[at].end = compiler->count;
    compiler->ended = (struct ended){.name = node->text,
                                     .kind = node->kind,
                                     .end = compiler->count,
                                     .entry = entry,
                                     .exit = compiler->markup};
    compiler->markup = markup_join(before, &compiler->markup);
}

static void expand_section(struct compiler *compiler, struct template_node *node,
                           const struct scope *scope)
{
    const struct value *settled = NULL;
    if (!node->standalone)
        compiler_begin_line(compiler, scope, node, TEXT(""));
    if (!compiler_find_settled(compiler, node, &settled)) {
        expand_asked(compiler, node, scope, NULL);
        return;
    }
    bool runs = template_truth(settled) == (node->kind == NODE_SECTION);
    /* The truth itself is no context anyone asks; all else becomes one. */
    if (runs && (settled == NULL || settled->type == VALUE_BOOL || node->kind == NODE_INVERTED))
        compiler_expand(compiler, node->first, scope);
    else if (runs)
        expand_asked(compiler, node, scope, settled);
}

void compiler_expand(struct compiler *compiler, struct template_node *nodes,
                     const struct scope *scope)
{
    static void (*const expanders[])(struct compiler *, struct template_node *,
                                     const struct scope *) = {
        [NODE_TEXT] = expand_text,
        [NODE_VALUE] = expand_value,
        [NODE_SECTION] = expand_section,
        [NODE_INVERTED] = expand_section,
        [NODE_PARTIAL] = compiler_expand_partial,
        [NODE_PARENT] = compiler_expand_partial,
        [NODE_BLOCK] = compiler_expand_block,
    };
    compiler->too_large |= ++compiler->depth > TEMPLATE_NESTING;
    for (struct template_node *node = nodes; node != NULL; node = node->next) {
        compiler->too_large |= ++compiler->visited > 8 * TEMPLATE_OPS;
        if (compiler->too_large)
            break;
        expanders[node->kind](compiler, node, scope);
    }
    compiler->depth--;
}
