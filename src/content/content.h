/*
 * Content: a body written once in Markdown becomes HTML and a text part that reads well.
 *
 * GitHub's tables and strikethrough, raw HTML blocks allowed. Merge tags pass through unharmed,
 * also in links and tables; a section tag alone on its line makes no paragraph. The results are
 * template sources: places of merge tags survive.
 */
#ifndef CONTENT_CONTENT_H
#define CONTENT_CONTENT_H

#include "base/arena.h"
#include "base/finding.h"
#include "template/source.h"

enum { CONTENT_BYTES = 256 * 1024, CONTENT_DEPTH = 24, CONTENT_WIDTH = 72 };

/* HTML without a page around it, to be poured into a layout's {{$body}}. False when an error was
   added. */
bool content_html(struct arena *arena, const struct source *markdown, struct source *ret_html,
                  struct findings *findings);

/* Plain text, wrapped at CONTENT_WIDTH columns, links as footnotes. */
bool content_text(struct arena *arena, const struct source *markdown, struct source *ret_text,
                  struct findings *findings);

#endif
