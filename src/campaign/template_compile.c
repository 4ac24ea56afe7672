/*
 * Template compile: trees become one flat program.
 *
 * Partials, parents and blocks are expanded where they stand, so that constant text runs on as far
 * as it can and every value is seen in its final surroundings. What fills blocks follows the
 * expansion inwards (dynamic scope, as the specification has it); the outermost filling wins.
 */
#include "base/banned.h"
#include "campaign/template_program.h"

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
    bool too_large;
};

static void expand(struct compiler *compiler, struct template_node *nodes,
                   const struct scope *scope);

__attribute__((format(printf, 4, 5))) static void report(struct compiler *compiler,
                                                         const struct scope *scope,
                                                         struct template_node *node,
                                                         const char *format, ...)
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

static void flush(struct compiler *compiler)
{
    struct text text = buffer_text(&compiler->pending);
    if (text.length == 0)
        return;
    text = arena_text(compiler->template->arena, text);
    push_op(compiler, (struct template_op){.kind = OP_TEXT, .text = text});
    compiler->too_large |= compiler->pending.overflowed;
    buffer_clear(&compiler->pending);
}

static struct template_op *add_op(struct compiler *compiler, const struct scope *scope,
                                  const struct template_node *node, enum template_op_kind kind)
{
    flush(compiler);
    return push_op(compiler, (struct template_op){.kind = kind,
                                                  .node = node,
                                                  .source = scope->source,
                                                  .nested = scope->nested});
}

static void add_constant(struct compiler *compiler, struct text text)
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

static struct text indent_within(struct compiler *compiler, const struct scope *scope,
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

/* `shown` is what follows on the line: an empty line needs no indentation. */
static void begin_line(struct compiler *compiler, const struct scope *scope,
                       const struct template_node *node, struct text shown)
{
    enum first_line first = *scope->first;
    *scope->first = FIRST_PASSED;
    bool begins = first == FIRST_NEEDS_INDENT || (node->line_start && first == FIRST_PASSED);
    if (begins && scope->indent.length > 0 && !is_line_end(shown))
        add_constant(compiler, scope->indent);
}

static void expand_text(struct compiler *compiler, struct template_node *node,
                        const struct scope *scope)
{
    struct text text = node->line_start ? without_prefix(node->text, scope->dedent) : node->text;
    begin_line(compiler, scope, node, text);
    enum template_kind kind = compiler->template->options.kind;
    if (kind == TEMPLATE_HEADER && text_has_control(text, ""))
        report(compiler, scope, node, "a header cannot hold a line break or control character");
    if (kind == TEMPLATE_HTML && scope->plain) {
        BUFFER(escaped, TEMPLATE_OUTPUT);
        escape_html(&escaped, text);
        add_constant(compiler, buffer_text(&escaped));
    } else {
        add_constant(compiler, text);
    }
}

/* ---- values ---- */

/* True when the name is settled; *ret_value is NULL when it is settled that there is no value. */
static bool find_settled(const struct compiler *compiler, const struct template_node *node,
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
        report(compiler, scope, node, "{{%.*s}}: %s", TEXT_ARGS(node->text), reason);
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
        add_constant(compiler, text);
    filter_scratch_free(&scratch);
    return shown;
}

static void expand_value(struct compiler *compiler, struct template_node *node,
                         const struct scope *scope)
{
    const struct value *settled = NULL;
    begin_line(compiler, scope, node, TEXT(""));
    bool decided = find_settled(compiler, node, &settled);
    if (decided && fold_value(compiler, node, scope, settled))
        return;
    static const struct value missing = {.type = VALUE_NULL};
    bool guarded = is_guarded(scope, node->text) || node->filters.has_default;
    if (decided && settled == NULL && compiler->template->options.strict && !guarded)
        report(compiler, scope, node, "\"%.*s\" is missing", TEXT_ARGS(node->text));
    struct template_op *op = add_op(compiler, scope, node, OP_VALUE);
    op->settled = decided ? (settled != NULL ? settled : &missing) : NULL;
    op->guarded = is_guarded(scope, node->text);
    op->escape = escape_for(compiler, node, scope);
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
    expand(compiler, node->first, &inside);
    flush(compiler);
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
    flush(compiler);
    bool other_half = is_other_half(compiler, node);
    struct markup entry = other_half ? compiler->ended.entry : compiler->markup;
    struct markup before = other_half ? compiler->ended.exit : entry;
    size_t at = compiler->count;
    struct template_op *op = add_op(compiler, scope, node, inverted ? OP_INVERTED : OP_SECTION);
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
        begin_line(compiler, scope, node, TEXT(""));
    if (!find_settled(compiler, node, &settled)) {
        expand_asked(compiler, node, scope, NULL);
        return;
    }
    bool runs = template_truth(settled) == (node->kind == NODE_SECTION);
    /* The truth itself is no context anyone asks; all else becomes one. */
    if (runs && (settled == NULL || settled->type == VALUE_BOOL || node->kind == NODE_INVERTED))
        expand(compiler, node->first, scope);
    else if (runs)
        expand_asked(compiler, node, scope, settled);
}

/* ---- partials, parents, blocks ---- */

static struct text file_of(struct template *template, struct text name)
{
    return arena_printf(template->arena, "%.*s%.*s", TEXT_ARGS(name),
                        TEXT_ARGS(template->options.ending));
}

static struct template_file *load(struct template *template, struct text name,
                                  struct findings *findings)
{
    for (struct template_file *file = template->files; file != NULL; file = file->next)
        if (text_equal(file->name, name))
            return file;
    struct template_file *file = arena_new(template->arena, struct template_file);
    *file = (struct template_file){.name = name, .next = template->files};
    template->files = file;
    const struct template_loader *loader = template->options.loader;
    struct source source;
    struct error err;
    if (loader == NULL)
        return file;
    if (!loader->load(loader->self, template->arena, name, &source, &file->found, &err)) {
        file->found = true; /* there, but not to be had: told once */
        findings_take(findings, &err);
    } else if (file->found) {
        file->tree = template_tree_parse(template->arena, &source, findings);
    }
    return file;
}

static const struct template_argument *find_argument(const struct template_env *env,
                                                     struct text name)
{
    for (size_t i = 0; i < env->count; i++)
        if (text_equal(env->arguments[i].name, name))
            return &env->arguments[i];
    return NULL;
}

static const struct template_env *intern_env(struct template *template,
                                             struct template_argument *arguments, size_t count)
{
    for (struct template_env *env = template->envs; env != NULL; env = env->next) {
        bool same = env->count == count;
        for (size_t i = 0; same && i < count; i++)
            same = env->arguments[i].node == arguments[i].node;
        if (same)
            return env;
    }
    struct template_env *env = arena_new(template->arena, struct template_env);
    *env = (struct template_env){.count = count, .arguments = arguments, .next = template->envs};
    template->envs = env;
    return env;
}

/* What is filled already stays: the outermost filling wins. */
static const struct template_env *env_within(struct template *template, const struct scope *scope,
                                             const struct template_node *parent)
{
    const struct template_env *env = scope->env;
    size_t count = env->count, room = count;
    for (const struct template_node *block = parent->first; block != NULL; block = block->next)
        room++;
    struct template_argument *all = arena_array(template->arena, struct template_argument, room);
    for (size_t i = 0; i < count; i++)
        all[i] = env->arguments[i];
    for (const struct template_node *block = parent->first; block != NULL; block = block->next)
        if (find_argument(env, block->text) == NULL)
            all[count++] = (struct template_argument){
                .name = block->text, .node = block, .source = scope->source, .plain = scope->plain};
    return count == env->count ? env : intern_env(template, all, count);
}

static void add_call(struct compiler *compiler, struct template_node *node,
                     const struct scope *scope, struct template_call wanted)
{
    struct template *template = compiler->template;
    struct template_call *call = template->calls;
    while (call != NULL &&
           !(text_equal(call->file, wanted.file) && call->env == wanted.env &&
             text_equal(call->indent, wanted.indent) && markup_equal(&call->entry, &wanted.entry)))
        call = call->next;
    if (call == NULL) {
        call = arena_new(template->arena, struct template_call);
        *call = wanted;
        call->exit = markup_after_call(wanted.entry);
        call->next = template->calls;
        template->calls = call;
    }
    add_op(compiler, scope, node, OP_CALL)->call = call;
    compiler->markup = call->exit;
}

static void expand_file(struct compiler *compiler, struct template_node *node,
                        const struct scope *scope, const struct template_call *wanted)
{
    const struct frame *outer = scope->frame;
    struct template *template = compiler->template;
    if (outer != NULL && outer->depth >= TEMPLATE_INCLUDE_DEPTH) {
        report(compiler, scope, node,
               "templates include each other more than %d deep, last \"%.*s\"",
               TEMPLATE_INCLUDE_DEPTH, TEXT_ARGS(wanted->file));
        return;
    }
    struct template_file *file = load(template, wanted->file, compiler->findings);
    if (!file->found && template->options.strict)
        report(compiler, scope, node, "there is no template \"%.*s\"", TEXT_ARGS(wanted->file));
    if (file->tree == NULL)
        return;
    enum first_line first = FIRST_PASSED;
    struct frame frame = {.file = wanted->file,
                          .env = wanted->env,
                          .sections = scope->sections,
                          .depth = outer == NULL ? 1 : outer->depth + 1,
                          .outer = outer};
    struct scope inside = *scope;
    inside.indent = wanted->indent;
    inside.dedent = (struct text){0};
    inside.first = &first;
    inside.env = wanted->env;
    inside.source = &file->tree->source;
    inside.frame = &frame;
    inside.plain = false;
    expand(compiler, file->tree->first, &inside);
}

/* A file within itself, filled alike, would never end if nothing were asked on the way. */
static void expand_partial(struct compiler *compiler, struct template_node *node,
                           const struct scope *scope)
{
    struct template *template = compiler->template;
    if (!node->standalone)
        begin_line(compiler, scope, node, TEXT(""));
    struct template_call wanted = {.env = scope->env, .entry = compiler->markup};
    if (node->kind == NODE_PARENT)
        wanted.env = env_within(template, scope, node);
    if (node->standalone)
        wanted.indent = indent_within(compiler, scope, node->indent);
    wanted.nested = scope->nested;
    if (node->dynamic) {
        add_call(compiler, node, scope, wanted);
        return;
    }
    wanted.file = file_of(template, node->text);
    for (const struct frame *frame = scope->frame; frame != NULL; frame = frame->outer) {
        if (!text_equal(frame->file, wanted.file) || frame->env != wanted.env)
            continue;
        if (frame->sections == scope->sections)
            report(compiler, scope, node, "the template \"%.*s\" includes itself without end",
                   TEXT_ARGS(wanted.file));
        else
            add_call(compiler, node, scope, wanted);
        return;
    }
    expand_file(compiler, node, scope, &wanted);
}

static bool is_being_filled(const struct scope *scope, const struct template_node *node)
{
    for (const struct filling *filling = scope->filling; filling != NULL; filling = filling->outer)
        if (filling->node == node)
            return true;
    return false;
}

static void expand_block(struct compiler *compiler, struct template_node *node,
                         const struct scope *scope)
{
    const struct template_argument *argument = find_argument(scope->env, node->text);
    if (!node->standalone)
        begin_line(compiler, scope, node, TEXT(""));
    if (argument == NULL || is_being_filled(scope, argument->node)) {
        expand(compiler, node->first, scope);
        return;
    }
    struct filling filling = {.node = argument->node, .outer = scope->filling};
    enum first_line first = node->standalone ? FIRST_NEEDS_INDENT : FIRST_SKIPS_INDENT;
    struct scope inside = *scope;
    inside.indent = (struct text){0};
    if (node->standalone || node->leads)
        inside.indent =
            indent_within(compiler, scope, node->standalone ? node->inner : node->indent);
    inside.dedent = argument->node->inner;
    inside.first = &first;
    inside.source = argument->source;
    inside.filling = &filling;
    inside.plain = argument->plain;
    expand(compiler, argument->node->first, &inside);
}

static void expand(struct compiler *compiler, struct template_node *nodes,
                   const struct scope *scope)
{
    static void (*const expanders[])(struct compiler *, struct template_node *,
                                     const struct scope *) = {
        [NODE_TEXT] = expand_text,       [NODE_VALUE] = expand_value,
        [NODE_SECTION] = expand_section, [NODE_INVERTED] = expand_section,
        [NODE_PARTIAL] = expand_partial, [NODE_PARENT] = expand_partial,
        [NODE_BLOCK] = expand_block,
    };
    for (struct template_node *node = nodes; node != NULL; node = node->next) {
        compiler->too_large |= ++compiler->visited > 8 * TEMPLATE_OPS;
        if (compiler->too_large)
            return;
        expanders[node->kind](compiler, node, scope);
    }
}

/* ---- programs ---- */

static void encode(struct template *template, struct template_program *program)
{
    const struct template_encoder *encoder = template->options.encoder;
    for (size_t i = 0; encoder != NULL && encoder->constant != NULL && i < program->count; i++) {
        struct template_op *op = &program->ops[i];
        if (op->kind == OP_TEXT)
            op->text = encoder->constant(encoder->self, template->arena, op->text);
    }
}

static struct template_program *finish(struct compiler *compiler, struct text file,
                                       const struct source *source)
{
    struct template *template = compiler->template;
    flush(compiler);
    template->ops += compiler->count;
    if (compiler->too_large || template->ops > TEMPLATE_OPS)
        findings_error(compiler->findings, FAULT_FILE, source_place(source, 0),
                       "with all it includes, the template is too large");
    struct template_program *program = arena_new(template->arena, struct template_program);
    *program = (struct template_program){.file = file, .count = compiler->count};
    program->ops = arena_array(template->arena, struct template_op, compiler->count);
    if (compiler->count > 0)
        memcpy(program->ops, compiler->ops, compiler->count * sizeof(*program->ops));
    encode(template, program);
    buffer_free(&compiler->pending);
    memory_free(compiler->ops);
    return program;
}

static struct template_program *compile_tree(struct template *template, struct template_tree *tree,
                                             struct text file, const struct template_call *call,
                                             struct findings *findings)
{
    unsigned before = findings->errors;
    struct compiler compiler = {.template = template,
                                .findings = findings,
                                .pending = BUFFER_INIT(TEMPLATE_OUTPUT),
                                .markup = call->entry};
    enum first_line first = FIRST_PASSED;
    struct frame frame = {.file = file, .env = call->env, .depth = 1};
    struct scope scope = {.indent = call->indent,
                          .first = &first,
                          .env = call->env,
                          .source = &tree->source,
                          .frame = &frame,
                          .nested = call->nested};
    expand(&compiler, tree->first, &scope);
    struct markup reached = markup_join(call->exit, &compiler.markup);
    struct template_program *program = finish(&compiler, file, &tree->source);
    if (call->exit.count > 0 && !markup_equal(&reached, &call->exit))
        findings_error(findings, FAULT_FILE, source_place(&tree->source, 0),
                       "this partial must end where it begins: between tags, or in the attribute "
                       "that it is called from");
    return findings->errors == before ? program : NULL;
}

bool template_call_program(struct template *template, struct template_call *call, struct text file,
                           struct place place, const struct template_program **ret_program,
                           struct error *err)
{
    for (struct template_program *program = call->programs; program != NULL;
         program = program->next) {
        *ret_program = program;
        if (text_equal(program->file, file))
            return true;
    }
    FINDINGS(findings);
    *ret_program = NULL;
    struct text kept = arena_text(template->arena, file);
    struct template_file *found = load(template, kept, &findings);
    if (!found->found && !template->options.strict)
        return true;
    if (found->tree == NULL && findings.errors == 0)
        return error_at(err, FAULT_FILE, place, "there is no template \"%.*s\" without mistakes",
                        TEXT_ARGS(kept));
    struct template_program *program =
        found->tree == NULL ? NULL : compile_tree(template, found->tree, kept, call, &findings);
    if (!findings_clean(&findings, err))
        return false;
    program->next = call->programs;
    call->programs = program;
    *ret_program = program;
    return true;
}

static struct template *create(struct arena *arena, const struct template_options *options)
{
    struct template *template = arena_new(arena, struct template);
    template->arena = arena;
    template->options = *options;
    if (options->ending.length == 0)
        template->options.ending = options->kind == TEMPLATE_HTML ? TEXT(".html") : TEXT(".txt");
    template->envs = arena_new(arena, struct template_env);
    return template;
}

struct template *template_compile(struct arena *arena, const struct source *source,
                                  const struct template_options *options, struct findings *findings)
{
    struct template *template = create(arena, options);
    struct template_tree *tree = template_tree_parse(arena, source, findings);
    if (tree == NULL)
        return NULL;
    struct template_call call = {.env = template->envs, .entry = markup_begin()};
    template->root = compile_tree(template, tree, TEXT(""), &call, findings);
    return template->root != NULL ? template : NULL;
}

/* Each block is a file of its own, and fills the layout as a {{$block}} in a {{<parent}} would. */
static const struct template_env *env_of_blocks(struct template *template,
                                                const struct template_block *blocks, size_t count,
                                                struct findings *findings)
{
    struct template_argument *all = arena_array(template->arena, struct template_argument, count);
    for (size_t i = 0; i < count; i++) {
        struct template_tree *tree =
            template_tree_parse(template->arena, &blocks[i].source, findings);
        struct template_node *node = arena_new(template->arena, struct template_node);
        *node = (struct template_node){.kind = NODE_BLOCK, .text = blocks[i].name};
        all[i] = (struct template_argument){
            .name = blocks[i].name, .node = node, .plain = blocks[i].plain};
        if (tree == NULL)
            continue;
        node->first = tree->first;
        all[i].source = &tree->source;
    }
    return intern_env(template, all, count);
}

struct template *template_pour(struct arena *arena, struct text name, struct place place,
                               const struct template_block *blocks, size_t count,
                               const struct template_options *options, struct findings *findings)
{
    struct template *template = create(arena, options);
    unsigned before = findings->errors;
    const struct template_env *env = env_of_blocks(template, blocks, count, findings);
    struct text wanted = file_of(template, name);
    struct template_file *file = load(template, wanted, findings);
    if (!file->found)
        findings_error(findings, FAULT_FILE, place, "there is no template \"%.*s\"",
                       TEXT_ARGS(wanted));
    if (file->tree == NULL || findings->errors > before)
        return NULL;
    struct template_call call = {.env = env, .entry = markup_begin()};
    template->root = compile_tree(template, file->tree, wanted, &call, findings);
    return template->root != NULL ? template : NULL;
}
