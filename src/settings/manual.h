/* Manual: the key tables, as a reference to read and an example to copy. */
#ifndef SETTINGS_MANUAL_H
#define SETTINGS_MANUAL_H

#include "base/buffer.h"
#include "settings/schema.h"

/* One file that a shape describes: "config/broadside.yaml", and a sentence on it. */
struct manual_file {
    const char *path, *about;
    const struct shape *shape;
};

/* A table of every key by its dotted name: type, default, sentence. */
void manual_render_markdown(struct buffer *out, const struct manual_file *files, size_t count);

/* Every key of one file, with its default (commented out where nothing needs to be written) and its
 * sentence. */
void manual_render_example(struct buffer *out, const struct manual_file *file);

#endif
