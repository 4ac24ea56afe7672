/*
 * Fuzz template: any bytes as a template and as a Markdown body, against data of every type.
 *
 * The first byte chooses the kind and strictness. What is poured with hostile values must never let
 * them out of their place: a value full of quotes and brackets is looked for in the output.
 */
#include "base/json.h"
#include "content/content.h"
#include "template/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size);

static struct text shelf_text;

/* Every partial is the template itself. */
static bool load_self(void *self, struct arena *arena, struct text file, struct source *ret_source,
                      bool *ret_found, struct error *err)
{
    (void)self, (void)err;
    *ret_found = true;
    *ret_source = source_of_file(arena, arena_text(arena, file), shelf_text);
    return true;
}

static const char data[] =
    "{\"a\":\"<b>'\\\"`=\\u0001\",\"b\":[1,2,[3]],\"c\":{\"a\":null,\"d\":\"a\"},\"d\":0,\"e\":"
    "\"\","
    "\"f\":true,\"x\":\"javascript:alert(1)\",\"n\":12345.5,\"t\":\"2026-12-01T09:00:00Z\"}";

static void render(struct arena *arena, const struct source *source, uint8_t first)
{
    FINDINGS(findings);
    BUFFER(out, 256 * 1024);
    struct value value;
    struct error err;
    struct template_loader loader = {.load = load_self};
    struct template_options options = {.kind = (enum template_kind)(first % 3),
                                       .strict = (first & 4) != 0,
                                       .loader = (first & 8) != 0 ? &loader : NULL};
    struct template *template = template_compile(arena, source, &options, &findings);
    must((template == NULL) == (findings.errors > 0));
    if (template == NULL)
        return;
    must(json_parse(arena, text_of(data), TEXT("data"), &value, &err));
    const struct value *contexts[] = {&value};
    if (!template_render(template, contexts, 1, &out, &err))
        must(out.length == 0 && err.message[0] != '\0');
}

static void write_body(struct arena *arena, const struct source *source, uint8_t first)
{
    FINDINGS(findings);
    struct source result;
    bool html = (first & 16) != 0;
    bool written = html ? content_html(arena, source, &result, &findings)
                        : content_text(arena, source, &result, &findings);
    must(written == (findings.errors == 0));
    if (written)
        render(arena, &result, html ? 0 : 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size)
{
    ARENA(arena);
    if (size < 1 || size > 64 * 1024)
        return 0;
    shelf_text = text_from((const char *)at + 1, size - 1);
    struct source source = source_of_file(&arena, TEXT("fuzz"), shelf_text);
    if ((at[0] & 32) != 0)
        write_body(&arena, &source, at[0]);
    else
        render(&arena, &source, at[0]);
    return 0;
}
