/*
 * Disk: SQLite's files in memory, with what a power cut leaves of them.
 *
 * A file has its content as processes see it, and what is safe: a write is safe only behind the
 * next sync. A kill leaves what processes saw. A power cut leaves what was safe, and of the writes
 * behind it none, all, the first ones, or any, in sectors of 512 bytes, the last of them torn.
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include "base/text.h"

/* Makes it SQLite's default. Once. */
void disk_install(void);
/* All files away; nothing may be open. */
void disk_clear(void);
/* A file with this content, all of it safe. */
void disk_put(const char *path, struct text bytes);
/* As processes see it; empty when there is none. */
struct text disk_get(const char *path);
/* Is everything that was written to it safe? */
bool disk_is_safe(const char *path);
/* The machine starts again; nothing may be open. */
void disk_lose_power(void);
/* Calls that were made to fail since it was asked last. */
unsigned disk_failures(void);

#endif
