/*
 * Watching: which files of a workspace a person is changing, told by the kernel (inotify).
 */
#ifndef PROOF_WATCHING_H
#define PROOF_WATCHING_H

#include "base/error.h"

enum {
    WATCHING_FOLDERS = 512,
    WATCHING_DEPTH = 5,
    WATCHING_QUIET_MS = 8, /* an editor writes a file in several strokes */
};

struct watching {
    int descriptor; /* to be polled for reading; -1: closed */
    int var;        /* the watch of var/, where the members are; -1: there is none yet */
    const char *root;
};

/* Watches all folders of the workspace but hidden ones, and the database in var/. */
bool watching_open(struct watching *watching, const char *root, struct error *err);
void watching_close(struct watching *watching);
/* Once more, for folders that are new. */
void watching_renew(struct watching *watching);

struct watching_news {
    bool files, members;
};

/* What has happened since, waiting until it is quiet. */
struct watching_news watching_read(struct watching *watching);

#endif
