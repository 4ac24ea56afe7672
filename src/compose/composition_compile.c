/*
 * Composition, its templates: the wording of one language poured into the layout, each part with
 * its own kind of template. What was typed in the campaign file is reported there.
 */
#include "compose/composition.h"
#include "content/content.h"
#include "mail/encode.h"
#include "template/inline.h"

#include "base/banned.h"

/* A campaign's partials lie beside the file that asks for them; layouts in templates/. */
struct folder {
    struct bundle *bundle;
    struct text beside; /* with its "/" at the end; may be empty */
};

static const struct text layouts = TEXT_INIT("templates/");

static size_t skip_blanks(struct text text, size_t at)
{
    while (at < text.length && (text.at[at] == ' ' || text.at[at] == '\t' || text.at[at] == '\n'))
        at++;
    return at;
}

/* {{>*name}} names a partial by a value; after {{=…=}} tags may look like anything. */
static bool names_by_value(struct text bytes)
{
    struct text rest = bytes;
    for (size_t at; (at = text_find(rest, TEXT("{{"))) != TEXT_NONE;) {
        rest = text_after(rest, at + 2);
        size_t mark = skip_blanks(rest, 0);
        if (mark < rest.length && rest.at[mark] == '=')
            return true;
        if (mark >= rest.length || (rest.at[mark] != '>' && rest.at[mark] != '<'))
            continue;
        mark = skip_blanks(rest, mark + 1);
        if (mark < rest.length && rest.at[mark] == '*')
            return true;
    }
    return false;
}

/* Then any template may be asked for later, when only the bundle is there: all of them are taken.
 */
static bool take_all(struct folder *folder, struct text bytes, struct text name, struct error *err)
{
    size_t dot = text_find_last_byte(name, '.');
    struct text ending = text_after(name, dot == TEXT_NONE ? name.length : dot);
    return !names_by_value(bytes) ||
           (bundle_read_folder(folder->bundle, folder->beside, ending, TEMPLATE_FILE, err) &&
            bundle_read_folder(folder->bundle, layouts, ending, TEMPLATE_FILE, err));
}

static bool load_from(struct folder *folder, struct arena *arena, struct text path,
                      struct source *ret_source, bool *ret_found, struct error *err)
{
    struct text bytes;
    if (!bundle_read(folder->bundle, path, TEMPLATE_FILE, &bytes, ret_found, err))
        return false;
    if (!*ret_found)
        return true;
    *ret_source = source_of_file(arena, path, bytes);
    return take_all(folder, bytes, path, err);
}

static bool load(void *self, struct arena *arena, struct text file, struct source *ret_source,
                 bool *ret_found, struct error *err)
{
    struct folder *folder = self;
    struct text names[] = {folder->beside, layouts};
    *ret_found = false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !*ret_found; i++) {
        struct text path = arena_printf(arena, "%.*s%.*s", TEXT_ARGS(names[i]), TEXT_ARGS(file));
        if (names[i].length > 0 && !load_from(folder, arena, path, ret_source, ret_found, err))
            return false;
    }
    return true;
}

static struct text encode_constant(void *self, struct arena *arena, struct text constant)
{
    (void)self;
    /* At worst an octet becomes three, and a soft line break comes every 64 columns. */
    BUFFER(coded, 4 * constant.length + ENCODE_LINE);
    encode_qp_piece(constant, &coded);
    return arena_text(arena, buffer_text(&coded));
}

static void encode_value(void *self, struct text escaped, struct buffer *out)
{
    (void)self;
    encode_qp_piece(escaped, out);
}

static const struct template_encoder quoted_printable = {encode_constant, encode_value, NULL, NULL};
static const struct template_shaper inlining = {inline_styles, NULL};

static const struct template_encoder *encoder_of(struct composition *composition,
                                                 enum template_kind kind, enum variant_name variant)
{
    if (kind == TEMPLATE_HEADER || variant == VARIANT_SHOWN)
        return NULL;
    return variant == VARIANT_MARKED ? &composition->composed->marker : &quoted_printable;
}

/* What no default can stand for, because the group has to say it once. */
static const char *remedy_of(struct text name)
{
    static const struct {
        struct text name;
        const char *remedy;
    } remedies[] = {
        {TEXT_INIT("unsubscribe_url"),
         "set unsubscribe.url, or unsubscribe.mailto, in config/broadside.yaml"},
        {TEXT_INIT("sender.postal_address"), "set sender.postal_address in config/broadside.yaml"},
    };
    for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
        if (text_equal(name, remedies[i].name))
            return remedies[i].remedy;
    return NULL;
}

/* Everything the options point to lives as long as the template. */
static const struct template_options *options_of(struct composition *composition,
                                                 enum template_kind kind, struct text beside,
                                                 enum variant_name variant)
{
    struct arena *arena = composition->composed->arena;
    struct folder *folder = arena_new(arena, struct folder);
    struct template_loader *loader = arena_new(arena, struct template_loader);
    struct template_options *options = arena_new(arena, struct template_options);
    *folder = (struct folder){composition->composed->bundle, beside};
    *loader = (struct template_loader){load, folder};
    *options = (struct template_options){
        .kind = kind,
        .strict = true,
        .language = composition->language,
        .settled = &composition->variants[variant].settled,
        .remedy = remedy_of,
        .loader = loader,
        .encoder = encoder_of(composition, kind, variant),
        .shaper = kind == TEMPLATE_HTML ? &inlining : NULL,
    };
    return options;
}

/* A text that no loader hands out may name templates by a value as well. */
static bool take_all_of(const struct template_options *options, const struct source *source,
                        struct findings *findings)
{
    struct error err;
    struct text name = options->kind == TEMPLATE_HTML ? TEXT(".html") : TEXT(".txt");
    if (take_all(options->loader->self, source->bytes, name, &err))
        return true;
    findings_take(findings, &err);
    return false;
}

static struct source source_of(struct arena *arena, const struct placed_text *text)
{
    return source_at(arena, text->text, text->place, text->indent);
}

/* A file of the workspace that a campaign names. */
static bool read_file(struct composition *composition, const struct placed_text *file,
                      struct source *ret_source, struct findings *findings)
{
    struct composed *composed = composition->composed;
    struct text bytes;
    struct error err;
    bool found;
    if (!bundle_read(composed->bundle, file->text, TEMPLATE_FILE, &bytes, &found, &err)) {
        findings_error(findings, FAULT_FILE, file->place, "%.*s %s", TEXT_ARGS(file->text),
                       err.message);
        return false;
    }
    if (!found) {
        findings_error(findings, FAULT_FILE, file->place, "there is no file %.*s in the workspace",
                       TEXT_ARGS(file->text));
        return false;
    }
    *ret_source = source_of_file(composed->arena, file->text, bytes);
    return true;
}

static struct text folder_of(struct text path)
{
    size_t slash = text_find_last_byte(path, '/');
    return slash == TEXT_NONE ? text_from(NULL, 0) : text_slice(path, 0, slash + 1);
}

/* The campaign's own HTML or text: a template as it is, which may name a layout itself. */
static struct template *compile_file(struct composition *composition,
                                     const struct placed_text *file, enum template_kind kind,
                                     enum variant_name variant, struct findings *findings)
{
    struct arena *arena = composition->composed->arena;
    struct source *source = arena_new(arena, struct source);
    if (!read_file(composition, file, source, findings))
        return NULL;
    return template_compile(
        arena, source, options_of(composition, kind, folder_of(file->text), variant), findings);
}

static bool read_body(struct composition *composition, enum template_kind kind,
                      struct source *ret_source, struct findings *findings)
{
    struct arena *arena = composition->composed->arena;
    const struct wording *wording = &composition->wording;
    struct source markdown = source_of(arena, &wording->body);
    if (wording->body_file.text.length > 0 &&
        !read_file(composition, &wording->body_file, &markdown, findings))
        return false;
    return kind == TEMPLATE_HTML ? content_html(arena, &markdown, ret_source, findings)
                                 : content_text(arena, &markdown, ret_source, findings);
}

static bool has_file(struct bundle *bundle, struct arena *arena, struct text name,
                     const char *ending)
{
    struct text path =
        arena_printf(arena, "%.*s%.*s%s", TEXT_ARGS(layouts), TEXT_ARGS(name), ending);
    struct text ignored;
    struct error err;
    bool found = false;
    /* A file that cannot be read is there; what is wrong with it is said by who reads it. */
    return !bundle_read(bundle, path, TEMPLATE_FILE, &ignored, &found, &err) || found;
}

/* A layout of which neither part is there is a wrong name: one mistake, told once. One part alone
 * that is missing is told by template_pour(). */
static bool check_layout(struct composed *composed, struct findings *findings)
{
    const struct placed_text *name = &composed->campaign.template;
    if (name->text.length == 0 ||
        has_file(composed->bundle, composed->arena, name->text, ".html") ||
        has_file(composed->bundle, composed->arena, name->text, ".txt"))
        return true;
    struct text nearest = bundle_nearest(composed->bundle, layouts, name->text);
    if (nearest.length > 0)
        findings_error(findings, FAULT_FILE, name->place,
                       "there is no template \"%.*s\" in templates/; did you mean \"%.*s\"?",
                       TEXT_ARGS(name->text), TEXT_ARGS(nearest));
    else
        findings_error(findings, FAULT_FILE, name->place,
                       "there is no template \"%.*s\" in templates/: neither %.*s.html nor "
                       "%.*s.txt",
                       TEXT_ARGS(name->text), TEXT_ARGS(name->text), TEXT_ARGS(name->text));
    return false;
}

/* Markdown poured into the layout; without one it stands alone. */
static struct template *pour(struct composition *composition, enum template_kind kind,
                             enum variant_name variant, struct findings *findings)
{
    struct composed *composed = composition->composed;
    struct arena *arena = composed->arena;
    const struct wording *wording = &composition->wording;
    struct source *body = arena_new(arena, struct source);
    const struct template_options *options = options_of(composition, kind, layouts, variant);
    struct template_block *blocks = arena_array(arena, struct template_block, 3);
    size_t count = 0;
    /* A mistake in the body must not hide one in the layout's name. */
    bool known = check_layout(composed, findings);
    if (!read_body(composition, kind, body, findings) || !take_all_of(options, body, findings) ||
        !known)
        return NULL;
    if (composed->campaign.template.text.length == 0)
        return template_compile(arena, body, options, findings);
    blocks[count++] =
        (struct template_block){TEXT("subject"), source_of(arena, &wording->subject), true};
    blocks[count++] = (struct template_block){TEXT("body"), *body, false};
    if (wording->preheader.text.length > 0)
        blocks[count++] =
            (struct template_block){TEXT("preheader"), source_of(arena, &wording->preheader), true};
    return template_pour(arena, composed->campaign.template.text, composed->campaign.template.place,
                         blocks, count, options, findings);
}

static struct template *compile_subject(struct composition *composition, enum variant_name variant,
                                        struct findings *findings)
{
    struct arena *arena = composition->composed->arena;
    struct source *source = arena_new(arena, struct source);
    *source = source_of(arena, &composition->wording.subject);
    return template_compile(arena, source,
                            options_of(composition, TEMPLATE_HEADER, layouts, variant), findings);
}

static struct template *compile_body(struct composition *composition, enum composition_part part,
                                     enum variant_name variant, struct findings *findings)
{
    const struct wording *wording = &composition->wording;
    enum template_kind kind = part == PART_HTML ? TEMPLATE_HTML : TEMPLATE_TEXT;
    const struct placed_text *file = part == PART_HTML ? &wording->html_file : &wording->text_file;
    if (wording->html_file.text.length > 0)
        return compile_file(composition, file, kind, variant, findings);
    return pour(composition, kind, variant, findings);
}

struct template *composition_compile(struct composition *composition, enum variant_name variant,
                                     enum composition_part part, struct findings *findings)
{
    struct template **place = &composition->variants[variant].parts[part];
    *place = part == PART_SUBJECT ? compile_subject(composition, variant, findings)
                                  : compile_body(composition, part, variant, findings);
    return *place;
}

struct template *composition_template(struct composition *composition, enum variant_name variant,
                                      enum composition_part part, struct error *err)
{
    struct template *template = composition->variants[variant].parts[part];
    if (template != NULL)
        return template;
    FINDINGS(findings);
    template = composition_compile(composition, variant, part, &findings);
    return findings_clean(&findings, err) ? template : NULL;
}
