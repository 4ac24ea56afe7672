/*
 * Revision: which commit of the workspace's git an edition was made of, and whether the tree was
 * dirty.
 *
 * git is asked as a program, without a shell, for a few seconds at most. No git, no repository or
 * no answer is no error: then nothing is known.
 */
#ifndef FLOW_REVISION_H
#define FLOW_REVISION_H

#include "base/arena.h"

enum { REVISION_WAIT_MS = 5000, REVISION_OUTPUT = 256 * 1024 };

struct revision {
    struct text commit; /* 40 or 64 hexadecimal digits; empty: nothing is known */
    bool dirty;         /* something below the workspace is not as it was committed */
};

/* `root` is the workspace. Texts live in `arena`. */
struct revision revision_of(struct arena *arena, const char *root);

#endif
