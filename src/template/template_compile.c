/* Template compile: whole templates, and what is compiled while they render. */
#include "base/banned.h"
#include "template/template_compiler.h"

static void encode(struct template *template, struct template_program *program)
{
    const struct template_encoder *encoder = template->options.encoder;
    for (size_t i = 0; encoder != NULL && encoder->constant != NULL && i < program->count; i++) {
        struct template_op *op = &program->ops[i];
        if (op->kind == OP_TEXT)
            op->text = encoder->constant(encoder->self, template->arena, op->text);
    }
}

/* Which section is around each step. Sections end where they should, so one walk is enough. */
static size_t section_behind(const struct template_program *program, const size_t *sections,
                             size_t index)
{
    size_t section = index > 0 ? sections[index - 1] : 0;
    if (index > 0 && program->ops[index - 1].end > index)
        section = index;
    while (section > 0 && program->ops[section - 1].end <= index)
        section = sections[section - 1];
    return section;
}

static void shape(struct template *template, struct template_program *program)
{
    const struct template_shaper *shaper = template->options.shaper;
    size_t count = 0, next = 0;
    if (shaper == NULL || program->count == 0)
        return;
    struct template_stretch *stretches =
        arena_array(template->arena, struct template_stretch, program->count);
    size_t *sections = arena_array(template->arena, size_t, program->count);
    for (size_t i = 0; i < program->count; i++) {
        sections[i] = section_behind(program, sections, i);
        if (program->ops[i].kind == OP_TEXT)
            stretches[count++] = (struct template_stretch){program->ops[i].text, sections[i]};
    }
    shaper->shape(shaper->self, template->arena, stretches, count, !template->has_calls);
    for (size_t i = 0; i < program->count; i++)
        if (program->ops[i].kind == OP_TEXT)
            program->ops[i].text = stretches[next++].text;
}

static struct template_program *finish(struct compiler *compiler, struct text file,
                                       const struct source *source)
{
    struct template *template = compiler->template;
    compiler_flush(compiler);
    template->ops += compiler->count;
    if (compiler->too_large || template->ops > TEMPLATE_OPS)
        findings_error(compiler->findings, FAULT_FILE, source_place(source, 0),
                       "with all it includes, the template is too large or too deep");
    struct template_program *program = arena_new(template->arena, struct template_program);
    *program = (struct template_program){.file = file, .count = compiler->count};
    program->ops = arena_array(template->arena, struct template_op, compiler->count);
    if (compiler->count > 0)
        memcpy(program->ops, compiler->ops, compiler->count * sizeof(*program->ops));
    if (template->root == NULL)
        shape(template, program);
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
    compiler_expand(&compiler, tree->first, &scope);
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
    struct template_file *found = compiler_load(template, kept, &findings);
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
    return compiler_intern_env(template, all, count);
}

struct template *template_pour(struct arena *arena, struct text name, struct place place,
                               const struct template_block *blocks, size_t count,
                               const struct template_options *options, struct findings *findings)
{
    struct template *template = create(arena, options);
    unsigned before = findings->errors;
    const struct template_env *env = env_of_blocks(template, blocks, count, findings);
    struct text wanted = compiler_file_of(template, name);
    struct template_file *file = compiler_load(template, wanted, findings);
    if (!file->found)
        findings_error(findings, FAULT_FILE, place, "there is no template \"%.*s\" in templates/",
                       TEXT_ARGS(wanted));
    if (file->tree == NULL || findings->errors > before)
        return NULL;
    struct template_call call = {.env = env, .entry = markup_begin()};
    template->root = compile_tree(template, file->tree, wanted, &call, findings);
    return template->root != NULL ? template : NULL;
}
