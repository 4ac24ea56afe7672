/*
 * Source: bytes that remember where a person wrote them.
 *
 * A template may be stitched from several files: a campaign's body out of YAML, poured into a
 * layout, Markdown turned to HTML. A source is the stitched bytes and ordered spans: from byte
 * `offset` on, the text comes from `place`. So a mistake is always reported where it was typed.
 */
#ifndef TEMPLATE_SOURCE_H
#define TEMPLATE_SOURCE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"

struct source_span {
    size_t offset;      /* first byte, within the source */
    struct place place; /* of that byte; line 0: written by nobody, it has no place */
    unsigned indent;    /* columns the file has before each further line (YAML block scalars) */
    bool fixed;         /* the whole span shows `place`; else lines and columns advance */
};

struct source {
    struct text bytes;
    const struct source_span *spans; /* by offset, ascending; empty when there is no place at all */
    size_t count;
};

/* A whole file: one span, from line 1, column 1. Borrows both texts. */
struct source source_of_file(struct arena *arena, struct text path, struct text bytes);

/* Text whose first byte stands at `place`, as the YAML reader tells it. */
struct source source_at(struct arena *arena, struct text bytes, struct place place,
                        unsigned indent);

/* Where the byte at `offset` was typed. Columns count characters, from 1. */
struct place source_place(const struct source *source, size_t offset);

enum { SOURCE_BYTES = 8 * 1024 * 1024 }; /* a stitched source is never longer */

/* Stitching. Everything lives in the arena; the builder needs no freeing. */
struct source_builder {
    struct arena *arena;
    char *bytes;
    size_t length, capacity;
    struct source_span *spans;
    size_t count;
    bool overflowed; /* past SOURCE_BYTES: what was added later is missing */
};

void source_begin(struct source_builder *builder, struct arena *arena);
void source_add(struct source_builder *builder, const struct source *source);
/* The bytes [start, start + length) of `source`, with their places. */
void source_add_part(struct source_builder *builder, const struct source *source, size_t start,
                     size_t length);
/* Text that all shows one place. */
void source_add_fixed(struct source_builder *builder, struct text text, struct place place);
/* Text that nobody wrote. */
void source_add_literal(struct source_builder *builder, struct text text);
struct source source_end(const struct source_builder *builder);

#endif
