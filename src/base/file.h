/* File: whole files in and out, each with a cap and a clear error. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/arena.h"
#include "base/error.h"

/* Reads a regular file of at most `cap` bytes into `arena`. */
bool file_read(struct arena *arena, const char *path, size_t cap, struct text *ret_text,
               struct error *err);

/* Reads until end of file from a descriptor (a pipe, stdin), at most `cap` bytes. */
bool file_read_all(struct arena *arena, int fd, struct text name, size_t cap, struct text *ret_text,
                   struct error *err);

/* Writes beside `path` and renames over it, so that no reader ever sees half a file. */
bool file_write(const char *path, struct text content, unsigned mode, struct error *err);

/* Reads `relative` below the folder `root`: no "..", no absolute path, no symbolic link anywhere on
   the way, a regular file, at most `cap` bytes. */
bool file_read_inside(struct arena *arena, const char *root, struct text relative, size_t cap,
                      struct text *ret_text, struct error *err);

#endif
