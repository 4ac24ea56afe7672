/* Lock: at most one dispatcher a workspace. */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/memory.h"
#include "store/statement.h"

#include "base/banned.h"

struct lock {
    int fd;
};

/* A descriptor that holds the flock; -1 when another process does; -2 with an error. */
enum { TAKEN = -1, TROUBLE = -2 };

static int hold(const struct store *store, struct error *err)
{
    ARENA(scratch);
    struct text path = arena_printf(&scratch, "%s/dispatcher.lock", store_folder(store));
    int fd = open(path.at, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    /* Again, because lock_find() shares it for an instant in order to ask. */
    for (int tries = 0; fd >= 0 && tries < 10; tries++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return fd;
        if (errno != EWOULDBLOCK)
            break;
        usleep(1000);
    }
    int problem = errno;
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && problem == EWOULDBLOCK)
        return TAKEN;
    error_at(err, FAULT_CREATE, (struct place){.path = path}, "cannot lock: %s", strerror(problem));
    return TROUBLE;
}

static bool remember(struct store *store, int64_t now_ms, struct error *err)
{
    char host[LOCK_HOST] = "";
    if (gethostname(host, sizeof(host) - 1) != 0)
        host[0] = '\0';
    error_clean(host);
    struct statement *s = statement_of(store, QUERY_DISPATCHER_SET);
    statement_int(s, 1, getpid());
    statement_text(s, 2, text_of(host));
    statement_int(s, 3, now_ms);
    return statement_run(s, NULL, err);
}

bool lock_take(struct store *store, int64_t now_ms, struct lock **ret_lock, struct error *err)
{
    int fd = hold(store, err);
    if (fd == TROUBLE)
        return false;
    *ret_lock = NULL;
    if (fd == TAKEN)
        return true;
    if (!remember(store, now_ms, err)) {
        close(fd);
        return false;
    }
    *ret_lock = memory_take(sizeof(**ret_lock));
    (*ret_lock)->fd = fd;
    return true;
}

void lock_release(struct lock *lock)
{
    if (lock == NULL)
        return;
    close(lock->fd);
    memory_free(lock);
}

/* Asked by trying to share it: that is refused exactly while somebody holds it. */
static bool is_held(const struct store *store)
{
    ARENA(scratch);
    const char *path = arena_printf(&scratch, "%s/dispatcher.lock", store_folder(store)).at;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return false;
    bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(fd);
    return held;
}

bool lock_find(struct store *store, struct lock_holder *ret_holder, bool *ret_alive,
               struct error *err)
{
    struct lock_holder holder = {0};
    struct statement *s = statement_of(store, QUERY_DISPATCHER_GET);
    if (statement_row(s)) {
        holder.pid = statement_get_int(s, 0);
        holder.since_ms = statement_get_int(s, 2);
        snprintf(holder.host, sizeof(holder.host), "%.*s", TEXT_ARGS(statement_get_text(s, 1)));
    }
    if (!statement_done(s, err))
        return false;
    *ret_holder = holder;
    *ret_alive = is_held(store);
    return true;
}
