/* Template scan: a template's bytes cut into texts and tags. */
#ifndef TEMPLATE_TEMPLATE_SCAN_H
#define TEMPLATE_TEMPLATE_SCAN_H

#include "base/arena.h"
#include "base/finding.h"
#include "template/source.h"

/* A text token ends at its line's end at the latest. */
struct template_token {
    char sigil;       /* 0 text; 'v' value, '&' raw value, '#' '^' '/' '>' '<' '$' '!' '=' */
    struct text text; /* the bytes, or the tag's content, trimmed */
    size_t offset;    /* of the token in the source */
    size_t content;   /* of `text` in the source */
    size_t match;     /* the index of the closing or opening tag, where there is one */
    size_t within;    /* the index of the tag that encloses it, or TEMPLATE_OUTSIDE */
    bool line_start;  /* nothing stands before it on its line */
    bool blank;       /* text: whitespace only */
    bool eaten;       /* text: belongs to a tag that stands alone */
    bool standalone;  /* tag: takes its line with it */
};
#define TEMPLATE_OUTSIDE SIZE_MAX

struct template_tokens {
    struct template_token *at;
    size_t count;
};

/* A mistake in a file, at the place where it was typed. `who` has `findings` and `source`. */
#define template_complain(who, offset, ...)                                                        \
    findings_error((who)->findings, FAULT_FILE, source_place((who)->source, (offset)), __VA_ARGS__)

/* False when an error was added. */
bool template_scan(struct arena *arena, const struct source *source,
                   struct template_tokens *ret_tokens, struct findings *findings);

#endif
