/*
 * Ballast: a megabyte kept back. On a full disk even an update fails, so a dispatcher whose
 * messages are under way could not write down how they went. It drops the ballast first.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/statement.h"

#include "base/banned.h"

static const char *ballast_path(struct arena *arena, const struct store *store)
{
    return arena_printf(arena, "%s/ballast", store_folder(store)).at;
}

/* Bytes, not a hole: only blocks that are really taken can be given back. */
static int fill(int fd)
{
    static const char zeros[64 * 1024];
    for (size_t done = 0; done < STORE_BALLAST;) {
        ssize_t written = write(fd, zeros, sizeof(zeros));
        if (written <= 0)
            return written == 0 ? ENOSPC : errno;
        done += (size_t)written;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

bool store_ballast_keep(struct store *store, struct error *err)
{
    ARENA(scratch);
    struct stat status;
    const char *path = ballast_path(&scratch, store);
    if (lstat(path, &status) == 0 && status.st_size >= STORE_BALLAST)
        return true;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    int problem = fd < 0 ? errno : fill(fd);
    if (fd >= 0)
        close(fd);
    if (problem == 0)
        return true;
    unlink(path);
    return error_at(err, FAULT_WRITE, (struct place){.path = text_of(path)},
                    "cannot keep %d bytes back for a full disk: %s", STORE_BALLAST,
                    strerror(problem));
}

void store_ballast_drop(struct store *store)
{
    ARENA(scratch);
    unlink(ballast_path(&scratch, store));
}
