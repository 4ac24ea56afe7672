/* Content plain: the state of a body being written as text. */
#ifndef CONTENT_CONTENT_PLAIN_H
#define CONTENT_CONTENT_PLAIN_H

#include "content/content_table.h"
#include "content/content_visit.h"

/* A link, to be told below the text it stands in. */
struct footnote {
    struct text link;
    unsigned number;
    struct footnote *next;
};

/* A section whose tags have lines of their own. */
struct section {
    struct text name;
    bool gap;          /* as it was before the section */
    unsigned numbered; /* footnotes before it */
};

struct list {
    unsigned number; /* of the next item; 0: bullets */
    bool tight;
};

struct content_plain {
    struct content_lines lines;
    struct atoms words;  /* of the block being read */
    bool gap;            /* an empty line is due before the next block */
    bool verbatim, bare; /* in code; where emphasis is not shown */
    struct list lists[CONTENT_DEPTH];
    size_t list_depth;
    struct section sections[CONTENT_DEPTH];
    size_t section_depth;
    struct section ended; /* the last one, while nothing stands behind it */
    unsigned ended_numbered;
    unsigned open_sections; /* within the words */
    size_t link_start;      /* where the link's words begin */
    unsigned numbered;
    struct footnote *footnotes;
    struct content_table *table;
    bool in_markup, hidden; /* raw HTML: within a tag; within what is not shown */
    char element[8];
    size_t element_length;
};

/* An empty line, where one is due. */
void content_plain_block(struct content_plain *plain);
/* A tag that was alone on its line. */
void content_plain_lone(struct content_plain *plain, const struct content_tag *tag);

/* Behind a link's words: its number, or the link itself where nothing more needs saying. */
void content_footnote_link(struct content_plain *plain, struct text link);
/* Writes those numbered above `before`, and forgets them. */
void content_footnote_write(struct content_plain *plain, unsigned before);

/* Raw HTML: its text is shown, its tags are not. */
void content_strip(struct content_plain *plain, struct text html);

#endif
