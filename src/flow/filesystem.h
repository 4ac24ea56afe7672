/*
 * Filesystem: is a folder on a disk of this machine?
 *
 * Over a network neither half of our promise holds: a lock of one machine need not be seen by
 * another, and SQLite's log is shared memory that no network file system shares. Two dispatchers
 * would send twice.
 */
#ifndef FLOW_FILESYSTEM_H
#define FLOW_FILESYSTEM_H

#include "base/error.h"

/* FAULT_CONFIG, with the kind, when `path` lies on a network file system. A kind we do not know
 * passes. */
bool filesystem_check(const char *path, struct error *err);

/* The name of a network file system by its number (statfs(2)); NULL for any other. */
const char *filesystem_network(unsigned long kind);

#endif
