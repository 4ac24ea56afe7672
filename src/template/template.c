/* Template: what can be asked of a compiled template, and where its files come from. */
#include "template/template.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/banned.h"
#include "base/file.h"
#include "template/template_program.h"

static void each_name(const struct template_program *program,
                      void (*each)(void *self, const struct template_name *name), void *self)
{
    for (size_t i = 0; i < program->count; i++) {
        const struct template_op *op = &program->ops[i];
        bool value = op->kind == OP_VALUE;
        if (op->kind == OP_TEXT || op->settled != NULL || op->node->path.written.length == 0)
            continue;
        struct template_name name = {
            .name = op->node->path.written,
            .place = source_place(op->source, op->node->offset),
            .section = op->kind == OP_SECTION || op->kind == OP_INVERTED,
            .guarded = value && (op->guarded || op->node->filters.has_default),
            .nested = op->nested,
        };
        each(self, &name);
    }
}

void template_names(const struct template *template,
                    void (*each)(void *self, const struct template_name *name), void *self)
{
    each_name(template->root, each, self);
    for (const struct template_call *call = template->calls; call != NULL; call = call->next)
        for (const struct template_program *program = call->programs; program != NULL;
             program = program->next)
            each_name(program, each, self);
}

/* ---- files ---- */

static bool is_there(const char *root, struct text file)
{
    ARENA(scratch);
    struct stat status;
    struct text path = arena_printf(&scratch, "%s/%.*s", root, TEXT_ARGS(file));
    return lstat(path.at, &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

static bool load_from_folder(void *self, struct arena *arena, struct text file,
                             struct source *ret_source, bool *ret_found, struct error *err)
{
    const struct template_folder *folder = self;
    struct text bytes, path = arena_text(arena, file);
    *ret_found = is_there(folder->root, file);
    if (!*ret_found)
        return true;
    if (!file_read_inside(arena, folder->root, file, TEMPLATE_FILE, &bytes, err))
        return false;
    if (folder->shown.length > 0)
        path = arena_printf(arena, "%.*s/%.*s", TEXT_ARGS(folder->shown), TEXT_ARGS(file));
    *ret_source = source_of_file(arena, path, bytes);
    return true;
}

struct template_loader template_loader_of(struct template_folder *folder)
{
    return (struct template_loader){.load = load_from_folder, .self = folder};
}

/* "templates/letter.html": the folder "templates", the ending ".html". */
static struct template_folder *folder_of(struct arena *arena, struct text path)
{
    struct template_folder *folder = arena_new(arena, struct template_folder);
    size_t slash = text_find_last_byte(path, '/');
    folder->root = ".";
    if (slash != TEXT_NONE) {
        folder->shown = arena_text(arena, text_slice(path, 0, slash));
        folder->root = slash == 0 ? "/" : folder->shown.at;
    }
    return folder;
}

static struct text ending_of(struct text path)
{
    size_t slash = text_find_last_byte(path, '/');
    struct text name = slash == TEXT_NONE ? path : text_after(path, slash + 1);
    size_t dot = text_find_last_byte(name, '.');
    return dot == TEXT_NONE || dot == 0 ? TEXT(".html") : text_after(name, dot);
}

struct template *template_load_file(struct arena *arena, const char *path,
                                    const struct template_options *options,
                                    struct findings *findings)
{
    static const struct template_options none = {.kind = TEMPLATE_HTML};
    struct template_options *kept = arena_new(arena, struct template_options);
    struct template_loader *loader = arena_new(arena, struct template_loader);
    struct text bytes, name = arena_text(arena, text_of(path));
    struct error err;
    *kept = options != NULL ? *options : none;
    *loader = template_loader_of(folder_of(arena, name));
    kept->loader = loader;
    kept->ending = ending_of(name);
    kept->kind = text_equal_nocase(kept->ending, TEXT(".txt")) ? TEMPLATE_TEXT : TEMPLATE_HTML;
    if (!file_read(arena, path, TEMPLATE_FILE, &bytes, &err)) {
        findings_take(findings, &err);
        return NULL;
    }
    struct source source = source_of_file(arena, name, bytes);
    return template_compile(arena, &source, kept, findings);
}
