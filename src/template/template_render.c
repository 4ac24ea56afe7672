/* Template render: a program runs over contexts. */
#include "base/banned.h"
#include "template/template_program.h"

enum { STACK = 1024 };

struct rendering {
    struct template *template;
    const struct value *stack[STACK];
    size_t depth, contexts, start;
    unsigned steps, calls, nesting;
    unsigned objects; /* of sections, on the stack */
    struct buffer *out;
    struct template_memory memory;
    struct buffer escaped;
    struct filter_scratch scratch;
    const struct filter_language *language;
    struct error *err;
};

static bool run(struct rendering *rendering, const struct template_program *program, size_t from,
                size_t to);

static struct place place_of(const struct template_op *op)
{
    return source_place(op->source, op->node->offset);
}

bool template_value_text(const struct value *value, struct text *ret_text)
{
    *ret_text = (struct text){0};
    if (value == NULL || value->type == VALUE_NULL)
        return true;
    if (value->type == VALUE_BOOL)
        *ret_text = value->truth ? TEXT("true") : TEXT("false");
    else
        *ret_text = value->text;
    return value->type != VALUE_ARRAY && value->type != VALUE_OBJECT;
}

/* ---- values ---- */

/* `lang` is a text, "es", or a set of which one member is true: {"es": true}. */
static const struct filter_language *language_of(struct rendering *rendering)
{
    if (rendering->language != NULL)
        return rendering->language;
    struct text part = TEXT("lang"), tag = rendering->template->options.language;
    const struct template_path path = {.written = part, .parts = &part, .count = 1};
    const struct value *lang =
        tag.length > 0 ? NULL : template_path_find(&path, rendering->stack, rendering->depth);
    if (lang != NULL && lang->type == VALUE_STRING)
        tag = lang->text;
    for (size_t i = 0; lang != NULL && lang->type == VALUE_OBJECT && i < lang->count; i++)
        if (template_truth(&lang->members[i].value))
            tag = lang->members[i].key;
    return rendering->language = filter_language(tag);
}

static bool complain_missing(struct rendering *rendering, const struct template_op *op)
{
    const struct template_options *options = &rendering->template->options;
    const char *remedy = options->remedy != NULL ? options->remedy(op->node->text) : NULL;
    struct text before;
    if (remedy != NULL)
        return error_at(rendering->err, FAULT_FILE, place_of(op), "\"%.*s\" is missing; %s",
                        TEXT_ARGS(op->node->text), remedy);
    struct text near =
        template_path_guess(&op->node->path, rendering->stack, rendering->depth, &before);
    if (near.length > 0)
        return error_at(rendering->err, FAULT_FILE, place_of(op),
                        "\"%.*s\" is missing; did you mean \"%.*s%.*s\"? Where it may be missing, "
                        "give a default, {{%.*s | default: '…'}}",
                        TEXT_ARGS(op->node->text), TEXT_ARGS(before), TEXT_ARGS(near),
                        TEXT_ARGS(op->node->text));
    return error_at(rendering->err, FAULT_FILE, place_of(op),
                    "\"%.*s\" is missing; give a default, {{%.*s | default: '…'}}, or ask first, "
                    "{{#%.*s}}…{{/%.*s}}",
                    TEXT_ARGS(op->node->text), TEXT_ARGS(op->node->text), TEXT_ARGS(op->node->text),
                    TEXT_ARGS(op->node->text));
}

/* A filter that cannot do its work leaves the value as it was; in strict mode that is an error. */
static bool filter_value(struct rendering *rendering, const struct template_op *op,
                         struct value *value)
{
    struct error err;
    if (filter_apply(&op->node->filters, language_of(rendering), &rendering->scratch, value, &err))
        return true;
    if (!rendering->template->options.strict)
        return true;
    return error_at(rendering->err, FAULT_FILE, place_of(op), "{{%.*s}}: %s",
                    TEXT_ARGS(op->node->text), err.message);
}

/* Which context gave the value: the innermost that has the first part of its name. */
static size_t context_of(const struct rendering *rendering, const struct template_op *op)
{
    size_t i = rendering->depth;
    while (i > 0 && op->node->path.count > 0 &&
           value_find(rendering->stack[i - 1], op->node->path.parts[0]) == NULL)
        i--;
    return i > 0 && i <= rendering->contexts ? i - 1 : rendering->contexts;
}

static void show_value(struct rendering *rendering, const struct template_op *op,
                       struct text escaped)
{
    const struct template_encoder *encoder = rendering->template->options.encoder;
    struct template_seen seen = {.name = op->node->text,
                                 .place = place_of(op),
                                 .context = context_of(rendering, op),
                                 .contexts = rendering->contexts,
                                 .between_tags = op->escape.kind == ESCAPE_HTML};
    encoder->seen(encoder->self, &seen, escaped, rendering->out);
}

static void put_value(struct rendering *rendering, const struct template_op *op,
                      struct text escaped)
{
    const struct template_encoder *encoder = rendering->template->options.encoder;
    if (encoder != NULL && encoder->seen != NULL)
        show_value(rendering, op, escaped);
    else if (encoder != NULL && encoder->value != NULL)
        encoder->value(encoder->self, escaped, rendering->out);
    else
        buffer_add(rendering->out, escaped);
}

static bool escape_value(struct rendering *rendering, const struct template_op *op,
                         struct text shown)
{
    struct error err;
    bool strict = rendering->template->options.strict || op->escape.kind == ESCAPE_HEADER;
    if (!escape_apply(op->escape, shown, &rendering->escaped, &shown, &err)) {
        if (strict)
            return error_at(rendering->err, FAULT_FILE, place_of(op), "{{%.*s}}: %s",
                            TEXT_ARGS(op->node->text), err.message);
        shown = escape_refused(op->escape);
    }
    if (shown.length > 0)
        put_value(rendering, op, shown);
    return true;
}

static bool work_out(struct rendering *rendering, const struct template_op *op)
{
    const struct value *found = op->settled;
    if (found == NULL)
        found = template_path_find(&op->node->path, rendering->stack, rendering->depth);
    struct value filtered;
    bool strict = rendering->template->options.strict;
    if (op->node->filters.count > 0) {
        filtered = found != NULL ? *found : (struct value){.type = VALUE_NULL};
        found = &filtered;
        if (!filter_value(rendering, op, &filtered))
            return false;
    }
    bool missing = found == NULL || found->type == VALUE_NULL;
    if (missing && strict && !op->guarded && !op->node->filters.has_default)
        return complain_missing(rendering, op);
    struct text shown;
    if (!template_value_text(found, &shown) && strict)
        return error_at(rendering->err, FAULT_FILE, place_of(op),
                        "\"%.*s\" is a list or an object, not a text", TEXT_ARGS(op->node->text));
    return escape_value(rendering, op, shown);
}

/* For looking, every value is shown where it stands. */
static bool may_repeat(const struct rendering *rendering)
{
    const struct template_encoder *encoder = rendering->template->options.encoder;
    return rendering->objects == 0 && (encoder == NULL || encoder->seen == NULL);
}

static bool run_value(struct rendering *rendering, const struct template_op *op)
{
    size_t at = rendering->out->length;
    if (!may_repeat(rendering))
        return work_out(rendering, op);
    if (template_memory_repeat(&rendering->memory, op->memo, rendering->out))
        return true;
    if (!work_out(rendering, op))
        return false;
    template_memory_note(&rendering->memory, op->memo, at, rendering->out);
    return true;
}

/* ---- sections ---- */

static bool run_with(struct rendering *rendering, const struct template_program *program,
                     size_t index, const struct value *context)
{
    const struct template_op *op = &program->ops[index];
    if (rendering->depth == STACK)
        return error_at(rendering->err, FAULT_FILE, place_of(op),
                        "sections lie within each other more than %d deep", STACK);
    if (rendering->out->length - rendering->start > TEMPLATE_OUTPUT)
        return error_at(rendering->err, FAULT_FILE, place_of(op),
                        "the output grows larger than %d MB", TEMPLATE_OUTPUT / 1024 / 1024);
    rendering->stack[rendering->depth++] = context;
    rendering->objects += context->type == VALUE_OBJECT;
    bool done = run(rendering, program, index + 1, op->end);
    rendering->objects -= context->type == VALUE_OBJECT;
    rendering->depth--;
    return done;
}

static const struct value *asked(struct rendering *rendering, const struct template_op *op)
{
    return op->settled != NULL
               ? op->settled
               : template_path_find(&op->node->path, rendering->stack, rendering->depth);
}

static bool run_section(struct rendering *rendering, const struct template_program *program,
                        size_t index)
{
    const struct value *value = asked(rendering, &program->ops[index]);
    if (!template_truth(value))
        return true;
    if (value->type != VALUE_ARRAY)
        return run_with(rendering, program, index, value);
    for (size_t i = 0; i < value->count; i++)
        if (!run_with(rendering, program, index, &value->items[i]))
            return false;
    return true;
}

static bool run_inverted(struct rendering *rendering, const struct template_program *program,
                         size_t index)
{
    const struct template_op *op = &program->ops[index];
    return template_truth(asked(rendering, op)) || run(rendering, program, index + 1, op->end);
}

/* ---- calls ---- */

static bool dynamic_file(struct rendering *rendering, const struct template_op *op,
                         struct arena *scratch, struct text *ret_file)
{
    const struct value *name =
        template_path_find(&op->node->path, rendering->stack, rendering->depth);
    *ret_file = (struct text){0};
    struct text text;
    if (!template_value_text(name, &text) || text.length == 0 || text.length > TEMPLATE_NAME) {
        if (!rendering->template->options.strict)
            return true;
        return error_at(rendering->err, FAULT_FILE, place_of(op),
                        "\"%.*s\" should name a template, but does not", TEXT_ARGS(op->node->text));
    }
    *ret_file = arena_printf(scratch, "%.*s%.*s", TEXT_ARGS(text),
                             TEXT_ARGS(rendering->template->options.ending));
    return true;
}

static bool run_call(struct rendering *rendering, const struct template_program *program,
                     size_t index)
{
    ARENA(scratch);
    const struct template_op *op = &program->ops[index];
    struct text file = op->call->file;
    if (file.length == 0 && !dynamic_file(rendering, op, &scratch, &file))
        return false;
    if (file.length == 0)
        return true;
    if (rendering->calls == TEMPLATE_INCLUDE_DEPTH)
        return error_at(rendering->err, FAULT_FILE, place_of(op),
                        "the template \"%.*s\" includes itself more than %d deep", TEXT_ARGS(file),
                        TEMPLATE_INCLUDE_DEPTH);
    const struct template_program *called = NULL;
    if (!template_call_program(rendering->template, op->call, file, place_of(op), &called,
                               rendering->err))
        return false;
    rendering->calls++;
    bool done = called == NULL || run(rendering, called, 0, called->count);
    rendering->calls--;
    return done;
}

static bool run_steps(struct rendering *rendering, const struct template_program *program,
                      size_t from, size_t to)
{
    static bool (*const runners[])(struct rendering *, const struct template_program *, size_t) = {
        [OP_SECTION] = run_section,
        [OP_INVERTED] = run_inverted,
        [OP_CALL] = run_call,
    };
    size_t i = from;
    while (i < to) {
        const struct template_op *op = &program->ops[i];
        if (++rendering->steps > TEMPLATE_STEPS)
            return error_at(rendering->err, FAULT_FILE, (struct place){0},
                            "the template takes more than %d steps", TEMPLATE_STEPS);
        bool done = true;
        if (op->kind == OP_TEXT)
            buffer_add(rendering->out, op->text);
        else if (op->kind == OP_VALUE)
            done = run_value(rendering, op);
        else
            done = runners[op->kind](rendering, program, i);
        if (!done)
            return false;
        i = op->end > i ? op->end : i + 1;
    }
    return true;
}

static bool run(struct rendering *rendering, const struct template_program *program, size_t from,
                size_t to)
{
    if (++rendering->nesting > TEMPLATE_NESTING)
        return error_set(rendering->err, FAULT_FILE,
                         "sections and partials lie within each other more than %d deep",
                         TEMPLATE_NESTING);
    bool done = run_steps(rendering, program, from, to);
    rendering->nesting--;
    return done;
}

bool template_render(struct template *template, const struct value *const *contexts, size_t count,
                     struct buffer *out, struct error *err)
{
    must(count <= TEMPLATE_CONTEXTS);
    struct rendering rendering;
    rendering.template = template;
    rendering.depth = rendering.contexts = count;
    rendering.start = out->length;
    rendering.steps = rendering.calls = rendering.nesting = rendering.objects = 0;
    rendering.memory = (struct template_memory){0};
    rendering.out = out;
    rendering.escaped = BUFFER_INIT(TEMPLATE_OUTPUT);
    rendering.scratch = (struct filter_scratch){0};
    rendering.language = NULL;
    rendering.err = err;
    if (count > 0)
        memcpy(rendering.stack, contexts, count * sizeof(contexts[0]));
    bool done = run(&rendering, template->root, 0, template->root->count);
    if (done && (out->overflowed || out->length - rendering.start > TEMPLATE_OUTPUT))
        done = error_set(err, FAULT_FILE, "the output grows larger than its limit of %zu KB",
                         (out->limit < TEMPLATE_OUTPUT ? out->limit : TEMPLATE_OUTPUT) / 1024);
    if (!done)
        buffer_cut(out, rendering.start);
    buffer_free(&rendering.escaped);
    filter_scratch_free(&rendering.scratch);
    return done;
}
