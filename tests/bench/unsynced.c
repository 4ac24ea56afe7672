/*
 * Unsynced: a preloaded library in which nothing is ever synced: what SQLite does with
 * synchronous=OFF, for a bench that says what durability costs. Never for anything but a bench.
 */
#include <unistd.h>

int fsync(int fd)
{
    (void)fd;
    return 0;
}

int fdatasync(int fd)
{
    (void)fd;
    return 0;
}
