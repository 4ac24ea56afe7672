/*
 * Confine: what a process may use before the system ends it.
 *
 * For a child that reads strangers' bytes; nothing here can be taken back. confine_sight() is also
 * for whoever holds a password.
 */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

#include <stddef.h>

/* Address space, all of it together. Without effect in a build with a sanitizer, which takes
 * terabytes. */
void confine_memory(size_t bytes);
/* No file grows by this process. */
void confine_files(void);
/* So many seconds of processor time from now on. */
void confine_processor(unsigned seconds);
/* What it would say when it dies concerns nobody: stdin, stdout and stderr lead nowhere. */
void confine_streams(void);
/* Neither a core, be it written to a file or piped to a program, nor a debugger of the same user
 * shows what it holds. */
void confine_sight(void);

#endif
