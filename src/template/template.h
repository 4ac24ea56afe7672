/*
 * Template: Mustache 1.4 with inheritance, dynamic names and filters, compiled once, rendered
 * often.
 *
 * Compiling reads the source, pulls in partials and parents, resolves blocks, and decides for every
 * value how it must be escaped by looking at the text around it. What is left is a flat list of
 * steps: long constant stretches and holes. Rendering copies the one and fills the other.
 *
 * Only recursion and dynamic names wait for the rendering; they are compiled when first met. So a
 * template changes while it renders: one thread at a time.
 */
#ifndef TEMPLATE_TEMPLATE_H
#define TEMPLATE_TEMPLATE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/finding.h"
#include "base/value.h"
#include "template/source.h"

/* How values are escaped. HTML: by the place they stand in (text, attribute, URL …). TEXT: not at
   all. HEADER: not at all, but a control character is an error, strict or not. */
enum template_kind { TEMPLATE_HTML, TEMPLATE_TEXT, TEMPLATE_HEADER };

enum {
    TEMPLATE_FILE = 1024 * 1024,        /* bytes of one template file */
    TEMPLATE_OUTPUT = 16 * 1024 * 1024, /* bytes of one rendering; `out` may have a lower limit */
    TEMPLATE_INCLUDE_DEPTH = 50,        /* partials and parents within each other */
    TEMPLATE_SECTION_DEPTH = 100,       /* sections within each other, in one file */
    TEMPLATE_NESTING = 1000,            /* tags within tags, over all files */
    TEMPLATE_STEPS = 1000000,           /* steps of one rendering */
    TEMPLATE_OPS = 200000,              /* steps a template may compile to */
    TEMPLATE_CONTEXTS = 16,             /* contexts handed to template_render() */
};

/* Finds partials and parents. `file` is the name in the tag and the ending of the template, as
   "footer.html". Not there: true, and *ret_found false. The source must live as long as `arena`. */
struct template_loader {
    bool (*load)(void *self, struct arena *arena, struct text file, struct source *ret_source,
                 bool *ret_found, struct error *err);
    void *self;
};

/*
 * What becomes of the output's bytes, for messages that are encoded as they are rendered.
 * `constant` gets every constant stretch once, when it is compiled, and returns what stands in its
 * place (in `arena`, which lives as long as the template). `value` gets every filled hole, escaped,
 * and appends to `out`. Either may be NULL: bytes pass as they are.
 */
struct template_seen {
    struct text name;
    struct place place;
    size_t context;  /* which of the contexts gave it; `contexts`: a section's item or a default */
    size_t contexts; /* how many there are */
    bool between_tags; /* of HTML, where elements may stand */
};

struct template_encoder {
    struct text (*constant)(void *self, struct arena *arena, struct text constant);
    void (*value)(void *self, struct text escaped, struct buffer *out);
    void *self;
    /* Instead of `value`, for whoever looks at a message: told which value it was as well. */
    void (*seen)(void *self, const struct template_seen *seen, struct text escaped,
                 struct buffer *out);
};

/* A constant stretch, on its way into a program. */
struct template_stretch {
    struct text text;
    size_t section; /* the innermost section around it, by a number of its own; 0: none */
};

/*
 * May change the constant text of a template before it is encoded, once it is known as a whole: all
 * stretches in order; between two of them something is merged, asked or called. `whole`: nothing
 * waits for the rendering to be included. What it puts in their place lives in `arena`.
 */
struct template_shaper {
    void (*shape)(void *self, struct arena *arena, struct template_stretch *stretches, size_t count,
                  bool whole);
    void *self;
};

struct template_options {
    enum template_kind kind;
    struct text ending; /* of partials and parents; empty: ".html" or ".txt", by kind */
    bool strict;        /* a missing value, or a missing partial, is an error */
    /* For names of months and thousands: "en", "es-MX". Empty: the context's `lang`, else en. */
    struct text language;
    /* An object (or NULL) whose names are settled for good, whatever the contexts say: values in it
       become constant text, sections on it are decided when compiling. For `lang`, `campaign`,
       `sender`. It must live as long as the template. */
    const struct value *settled;
    /* What to do about a value that is missing, where a default would be the wrong answer; NULL, or
       NULL of a name: the usual. */
    const char *(*remedy)(struct text name);
    const struct template_loader *loader;   /* NULL: there are no other templates */
    const struct template_encoder *encoder; /* NULL: bytes pass as they are */
    const struct template_shaper *shaper;   /* NULL: constant text stays as it is */
};

/* Content for {{$name}} of a layout. A `plain` block is plain text: poured into HTML, its constant
   text is escaped like a value. */
struct template_block {
    struct text name;
    struct source source;
    bool plain;
};

struct template;

/*
 * Compiles. All mistakes of all files reached go to `findings`, each with its place. NULL exactly
 * when an error was added. The template lives in `arena`; `source`, `options` with all they point
 * to must live as long.
 */
struct template *template_compile(struct arena *arena, const struct source *source,
                                  const struct template_options *options,
                                  struct findings *findings);

/*
 * The layout `name` (found by the loader, ending appended) with its blocks filled, as if
 * {{<name}}{{$block}}…{{/block}}…{{/name}} had been written; but each block stands on its own, so a
 * section left open in one is reported there. `place` is where the layout was asked for.
 */
struct template *template_pour(struct arena *arena, struct text name, struct place place,
                               const struct template_block *blocks, size_t count,
                               const struct template_options *options, struct findings *findings);

/*
 * Appends to `out`. `contexts` is outermost first: a name is looked up from the last to the first.
 * On failure `out` is cut back to where it was. Errors: a missing value in strict mode, a control
 * character in a header, a URL with a scheme other than http, https, mailto, tel (strict; else
 * it becomes "#"), a cap.
 */
bool template_render(struct template *template, const struct value *const *contexts, size_t count,
                     struct buffer *out, struct error *err);

/* A name the template uses; settled ones are not listed. */
struct template_name {
    struct text name; /* as written: "first_name", "is.organization" */
    struct place place;
    bool section; /* asked as {{#name}} or {{^name}}: may be missing. Else its value is shown */
    bool guarded; /* a value with a default, or below a section on `name` or on `has.name` */
    bool nested;  /* below some {{#section}}: the name may be an item's */
};

/* Calls `each` for every use in what was compiled so far, in order. */
void template_names(const struct template *template,
                    void (*each)(void *self, const struct template_name *name), void *self);

/*
 * A loader over a folder: "footer.html" is the file of that name below `root`. No "..", no
 * symbolic links, at most TEMPLATE_FILE bytes. Places show `shown`/footer.html when `shown` is not
 * empty. The struct must live as long as the loader.
 */
struct template_folder {
    const char *root;
    struct text shown;
};
struct template_loader template_loader_of(struct template_folder *folder);

/*
 * Compiles one file: its ending decides the kind (.txt is TEXT, all else HTML) and the ending of
 * its partials, which are looked for beside it. `kind`, `ending` and `loader` of `options` are not
 * read (it may be NULL).
 */
struct template *template_load_file(struct arena *arena, const char *path,
                                    const struct template_options *options,
                                    struct findings *findings);

#endif
