/* The Mustache specification, and our own small cases in the same form. */
#include <dirent.h>

#include "base/file.h"
#include "base/json.h"
#include "check.h"
#include "template/template.h"

static struct text member_text(const struct value *object, const char *key)
{
    const struct value *value = value_find(object, text_of(key));
    return value != NULL && value->type == VALUE_STRING ? value->text : TEXT("");
}

/* Partials out of the case itself. */
static bool load_partial(void *self, struct arena *arena, struct text file,
                         struct source *ret_source, bool *ret_found, struct error *err)
{
    (void)err;
    struct text name = text_slice(file, 0, file.length - 5);
    const struct value *partial = value_find(self, name);
    *ret_found = partial != NULL;
    if (*ret_found)
        *ret_source = source_of_file(arena, file, partial->text);
    return true;
}

static bool render_case(struct arena *arena, const struct value *test, struct buffer *out,
                        struct error *err)
{
    FINDINGS(findings);
    const struct value *data = value_find(test, TEXT("data"));
    struct template_loader loader = {.load = load_partial,
                                     .self = (void *)(uintptr_t)value_find(test, TEXT("partials"))};
    struct template_options options = {.kind = TEMPLATE_HTML, .loader = &loader};
    struct source source = source_of_file(arena, TEXT("case"), member_text(test, "template"));
    struct template *template = template_compile(arena, &source, &options, &findings);
    if (!findings_clean(&findings, err))
        return false;
    return template_render(template, &data, data != NULL, out, err);
}

static void run_case(struct text module, const struct value *test)
{
    ARENA(arena);
    BUFFER(out, 1024 * 1024);
    struct error err = {0};
    struct text name =
        arena_printf(&arena, "%.*s: %.*s: %.*s", TEXT_ARGS(module),
                     TEXT_ARGS(member_text(test, "name")), TEXT_ARGS(member_text(test, "desc")));
    if (!render_case(&arena, test, &out, &err)) {
        check(name.at, false);
        fprintf(stderr, "    %s\n", err.message);
        return;
    }
    check_text(name.at, buffer_text(&out), member_text(test, "expected"));
}

static void run_module(const char *folder, const char *file)
{
    ARENA(arena);
    struct text bytes, path = arena_printf(&arena, "%s/%s", folder, file);
    struct value module;
    struct error err = {0};
    if (!check("a module can be read", file_read(&arena, path.at, 4 << 20, &bytes, &err) &&
                                           json_parse(&arena, bytes, path, &module, &err))) {
        fprintf(stderr, "    %s: %s\n", path.at, err.message);
        return;
    }
    int before = check_passed;
    const struct value *tests = value_find(&module, TEXT("tests"));
    for (size_t i = 0; tests != NULL && i < tests->count; i++)
        run_case(text_of(file), &tests->items[i]);
    printf("%s: %d of %zu\n", file, check_passed - before, tests != NULL ? tests->count : 0);
}

static int is_module(const struct dirent *entry)
{
    return text_ends(text_of(entry->d_name), TEXT(".json")) &&
           !text_equal(text_of(entry->d_name), TEXT("~lambdas.json"));
}

static void run_folder(const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_module, alphasort);
    if (count < 0)
        printf("%s: skipped, it is not there\n", folder);
    for (int i = 0; i < count; i++) {
        run_module(folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

int main(void)
{
    run_folder("tests/golden/mustache");
    run_folder("../shared/corpus/mustache-spec");
    return check_done();
}
