/*
 * Lock: at most one dispatcher a workspace.
 *
 * An flock on var/dispatcher.lock decides; the kernel drops it with the process, however that ends.
 * The database remembers who holds it, for people to read; that row decides nothing.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "store/store.h"

struct lock;

enum { LOCK_HOST = 128 };

struct lock_holder {
    int64_t pid;
    int64_t since_ms;
    char host[LOCK_HOST]; /* printable */
};

/* `ret_lock` is NULL when another process holds it, which is no error; false when nobody can. */
bool lock_take(struct store *store, int64_t now_ms, struct lock **ret_lock, struct error *err);
/* NULL is fine. */
void lock_release(struct lock *lock);

/* Who took it last; pid 0 when nobody ever did. It may long be gone: `ret_alive` says whether the
 * lock is held at this moment. */
bool lock_find(struct store *store, struct lock_holder *ret_holder, bool *ret_alive,
               struct error *err);

#endif
