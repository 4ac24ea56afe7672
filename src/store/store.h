/*
 * Store: what we remember, in one SQLite file.
 *
 * The database is `broadside.db` in the workspace's var/ folder, mode 0600. Every connection runs
 * with WAL, synchronous=FULL and foreign keys, and never checkpoints by itself: two connections
 * that checkpoint at once can corrupt a WAL (SQLite before 3.51.3), so only the holder of the
 * dispatcher lock calls store_checkpoint(). A file that is damaged, foreign or of a newer version
 * is refused and never recreated or changed.
 *
 * Errors: a full or failing disk is FAULT_WRITE, a file that cannot be opened or written is
 * FAULT_CREATE, a damaged one FAULT_FILE, a lock that does not come free within STORE_BUSY_MS is
 * FAULT_REMAINS. After any of them nothing was changed by the call, unless its header says more.
 *
 * A struct store belongs to one thread.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdint.h>

#include "base/error.h"

struct store;
struct lock;

enum {
    STORE_BUSY_MS = 30000,       /* how long a writer waits for another */
    STORE_CACHE_KB = 26 * 1024,  /* page cache of a connection: memory stays flat */
    STORE_BALLAST = 1024 * 1024, /* bytes kept back for the day the disk is full */
    STORE_WAL_FRAMES = 4096,     /* pages in the log that are worth a checkpoint: 16 MB */
    STORE_CHECKPOINT_MS = 1000,  /* how long a whole checkpoint waits for readers */
};

enum store_mode {
    STORE_WRITE, /* creates the folder's database when there is none, migrates an older one */
    STORE_READ,  /* never writes; no database is FAULT_FILE; an older one must be migrated first */
};

/* `folder` is the workspace's var/, which must exist. */
bool store_open(const char *folder, enum store_mode mode, struct store **ret_store,
                struct error *err);
/* NULL is fine. */
void store_close(struct store *store);

/* True when `folder` holds a database at all. */
bool store_exists(const char *folder);

/*
 * Moves what is in the log into the database file when the log is longer than
 * STORE_WAL_FRAMES; with `all` always, and the log is emptied. Only for who holds the dispatcher
 * lock. Readers that are in the way are not waited for (with `all`, STORE_CHECKPOINT_MS): no error.
 */
bool store_checkpoint(struct store *store, const struct lock *lock, bool all, struct error *err);

/* Another size of the page cache, for work that wants it smaller than STORE_CACHE_KB. */
bool store_cache(struct store *store, int kilobytes, struct error *err);

/* Makes sure that the ballast file lies in var/; a disk too full for it is FAULT_WRITE. */
bool store_ballast_keep(struct store *store, struct error *err);
/* Gives the ballast back to the disk, so that results can still be written. */
void store_ballast_drop(struct store *store);

#endif
