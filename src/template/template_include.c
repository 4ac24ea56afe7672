/* Template include: partials, parents and blocks, expanded where they stand. */
#include "base/banned.h"
#include "template/template_compiler.h"

struct text compiler_file_of(struct template *template, struct text name)
{
    return arena_printf(template->arena, "%.*s%.*s", TEXT_ARGS(name),
                        TEXT_ARGS(template->options.ending));
}

struct template_file *compiler_load(struct template *template, struct text name,
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

const struct template_env *compiler_intern_env(struct template *template,
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
    return count == env->count ? env : compiler_intern_env(template, all, count);
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
    compiler_add_op(compiler, scope, node, OP_CALL)->call = call;
    template->has_calls = true;
    compiler->markup = call->exit;
}

static void expand_file(struct compiler *compiler, struct template_node *node,
                        const struct scope *scope, const struct template_call *wanted)
{
    const struct frame *outer = scope->frame;
    struct template *template = compiler->template;
    if (outer != NULL && outer->depth >= TEMPLATE_INCLUDE_DEPTH) {
        compiler_report(compiler, scope, node,
                        "templates include each other more than %d deep, last \"%.*s\"",
                        TEMPLATE_INCLUDE_DEPTH, TEXT_ARGS(wanted->file));
        return;
    }
    struct template_file *file = compiler_load(template, wanted->file, compiler->findings);
    if (!file->found && template->options.strict)
        compiler_report(compiler, scope, node, "there is no template \"%.*s\"",
                        TEXT_ARGS(wanted->file));
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
    compiler_expand(compiler, file->tree->first, &inside);
}

/* A file within itself, filled alike, would never end if nothing were asked on the way. */
void compiler_expand_partial(struct compiler *compiler, struct template_node *node,
                             const struct scope *scope)
{
    struct template *template = compiler->template;
    if (!node->standalone)
        compiler_begin_line(compiler, scope, node, TEXT(""));
    struct template_call wanted = {.env = scope->env, .entry = compiler->markup};
    if (node->kind == NODE_PARENT)
        wanted.env = env_within(template, scope, node);
    if (node->standalone)
        wanted.indent = compiler_indent_within(compiler, scope, node->indent);
    wanted.nested = scope->nested;
    if (node->dynamic) {
        add_call(compiler, node, scope, wanted);
        return;
    }
    wanted.file = compiler_file_of(template, node->text);
    for (const struct frame *frame = scope->frame; frame != NULL; frame = frame->outer) {
        if (!text_equal(frame->file, wanted.file) || frame->env != wanted.env)
            continue;
        if (frame->sections == scope->sections)
            compiler_report(compiler, scope, node,
                            "the template \"%.*s\" includes itself without end",
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

void compiler_expand_block(struct compiler *compiler, struct template_node *node,
                           const struct scope *scope)
{
    const struct template_argument *argument = find_argument(scope->env, node->text);
    if (!node->standalone)
        compiler_begin_line(compiler, scope, node, TEXT(""));
    if (argument == NULL || is_being_filled(scope, argument->node)) {
        compiler_expand(compiler, node->first, scope);
        return;
    }
    struct filling filling = {.node = argument->node, .outer = scope->filling};
    enum first_line first = node->standalone ? FIRST_NEEDS_INDENT : FIRST_SKIPS_INDENT;
    struct scope inside = *scope;
    inside.indent = (struct text){0};
    if (node->standalone || node->leads)
        inside.indent =
            compiler_indent_within(compiler, scope, node->standalone ? node->inner : node->indent);
    inside.dedent = argument->node->inner;
    inside.first = &first;
    inside.source = argument->source;
    inside.filling = &filling;
    inside.plain = argument->plain;
    compiler_expand(compiler, argument->node->first, &inside);
}
