/*
 * Manual: the key tables, as a reference to read and an example to copy.
 *
 * Whatever a table says is said here, so a key cannot be added without its documentation.
 */
#ifndef SETTINGS_MANUAL_H
#define SETTINGS_MANUAL_H

#include "base/buffer.h"
#include "settings/schema.h"

/* One file that a shape describes: "config/broadside.yaml", and a sentence on it. */
struct manual_file {
    const char *path, *about;
    const struct shape *shape;
};

/* The reference: a table a file, every key by its dotted name with type, default and sentence. */
void manual_render_markdown(struct buffer *out, const struct manual_file *files, size_t count);

/*
 * The example: every key of one file below its sentence. What may be left out begins with a "#"
 * that touches the key, so that taking the # away takes the key in; sentences begin with "# ".
 */
void manual_render_example(struct buffer *out, const struct manual_file *file);

/* "a number from 1 to 1000", "one of a, b"; words are put between two marks. */
void manual_render_type(struct buffer *out, const struct key *key, const char *mark);

#endif
