/*
 * Content lines: words, and how they are laid out in plain text.
 *
 * A paragraph is a run of atoms: bits of words, merge tags, spaces. Lines are broken at spaces
 * only, so never inside a merge tag or a link; and no section tag is ever left alone on a line,
 * where Mustache would take the line away with it.
 */
#ifndef CONTENT_CONTENT_LINES_H
#define CONTENT_CONTENT_LINES_H

#include "content/content.h"
#include "content/content_tags.h"

enum atom_kind {
    ATOM_TEXT,
    ATOM_TAG,
    ATOM_SPACE,  /* a line may end here */
    ATOM_FIXED,  /* a space where none may */
    ATOM_CHANCE, /* no space, but a line may end here */
    ATOM_BREAK,  /* it must */
};

struct atom {
    enum atom_kind kind;
    struct text text;
    const struct content_tag *tag;
    unsigned columns;
};

struct atoms {
    struct atom *at;
    size_t count;
};

/* What stands before the lines of a quotation or a list item. */
struct margin {
    struct text first, rest;
    bool begun; /* `first` was used */
};

struct content_lines {
    struct arena *arena;
    const struct content_tags *tags;
    struct source_builder out;
    struct margin margins[CONTENT_DEPTH];
    size_t depth; /* may pass CONTENT_DEPTH: what is deeper is not indented further */
};

void content_lines_begin(struct content_lines *lines, struct arena *arena,
                         const struct content_tags *tags);
void content_lines_indent(struct content_lines *lines, struct text first, struct text rest);
void content_lines_outdent(struct content_lines *lines);

void atoms_add(struct content_lines *lines, struct atoms *atoms, struct atom atom);
/* Splits text that Markdown gave at its spaces; newlines are spaces, or breaks when `verbatim`. */
void atoms_add_text(struct content_lines *lines, struct atoms *atoms, struct text text,
                    bool verbatim);
/* A mark of our own, glued to what is around it. */
void atoms_add_mark(struct content_lines *lines, struct atoms *atoms, struct text mark);
/* Ends the line, and takes the space before it away. */
void atoms_add_break(struct content_lines *lines, struct atoms *atoms);
/* Without spaces and breaks at the end. */
void atoms_trim(struct atoms *atoms);
void atoms_add_all(struct content_lines *lines, struct atoms *atoms, const struct atoms *more);
unsigned atoms_columns(const struct atoms *atoms);
bool atoms_have_values(const struct atoms *atoms);

/* Writes the atoms as lines within the margins, at most `width` columns where words allow. Returns
   the columns of the widest, without margins. */
unsigned content_lines_wrap(struct content_lines *lines, const struct atoms *atoms, unsigned width);
/* An empty line within the margins. */
void content_lines_gap(struct content_lines *lines);
/* A line of one mark, repeated. */
void content_lines_rule(struct content_lines *lines, char mark, unsigned columns);
/* A tag alone on its line, without margins: Mustache takes the line away. */
void content_lines_lone(struct content_lines *lines, const struct content_tag *tag);
unsigned content_lines_width(const struct content_lines *lines);

#endif
