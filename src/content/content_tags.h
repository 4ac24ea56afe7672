/*
 * Content tags: merge tags kept out of Markdown's sight.
 *
 * Before Markdown is read each tag becomes a plain word that no rule of Markdown changes; a section
 * tag alone on its line becomes a comment, which Markdown takes for a block of HTML, so that it
 * makes no paragraph. Afterwards the words are tags again, with the places they came from.
 */
#ifndef CONTENT_CONTENT_TAGS_H
#define CONTENT_CONTENT_TAGS_H

#include "base/arena.h"
#include "base/finding.h"
#include "template/source.h"

struct content_tag {
    char sigil; /* as in struct template_token */
    struct text name;
    size_t offset, length; /* in the original */
    unsigned columns;      /* about as wide as its value */
};

struct content_tags {
    const struct source *original;
    struct source words; /* the Markdown to be read; spans lead back */
    struct text prefix;  /* of every word; occurs nowhere else */
    struct content_tag *tags;
    size_t count;
};

enum { CONTENT_TAGS = 10000, CONTENT_TAG_COLUMNS = 12 };

/* False when an error was added; the tags then cannot be told from the text. */
bool content_tags_hide(struct arena *arena, const struct source *markdown,
                       struct content_tags *ret_tags, struct findings *findings);

struct content_piece {
    struct text text;              /* constant text, */
    const struct content_tag *tag; /* or a tag; */
    bool lone;                     /* that was alone on its line */
};

/* Takes the next piece off `*rest`, some text that Markdown gave back. False at its end. */
bool content_tags_take(const struct content_tags *tags, struct text *rest,
                       struct content_piece *ret_piece);

/* Appends a tag as it was written. */
void content_tags_show(const struct content_tags *tags, const struct content_tag *tag,
                       struct source_builder *out);

/* Appends constant text: with its place when it lies in `words`, else without. */
void content_tags_add(const struct content_tags *tags, struct text text,
                      struct source_builder *out);

#endif
