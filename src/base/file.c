/* File: whole files in and out, each with a cap and a clear error. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"
#include "base/buffer.h"

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define FD(name) __attribute__((cleanup(close_fd))) int name

static struct place at_path(struct text path)
{
    return (struct place){.path = path};
}

bool file_read_all(struct arena *arena, int fd, struct text name, size_t cap, struct text *ret_text,
                   struct error *err)
{
    BUFFER(all, cap + 1);
    for (;;) {
        size_t room = all.capacity - all.length > 4096 ? all.capacity - all.length - 1 : 4096;
        if (room > cap + 1 - all.length)
            room = cap + 1 - all.length;
        if (room == 0 || !buffer_reserve(&all, room))
            return error_at(err, FAULT_FILE, at_path(name), "larger than %zu KB", cap / 1024);
        ssize_t got = read(fd, all.at + all.length, room);
        if (got < 0 && errno != EINTR)
            return error_at(err, FAULT_FILE, at_path(name), "cannot be read: %s", strerror(errno));
        if (got == 0)
            break;
        all.length += got > 0 ? (size_t)got : 0;
    }
    if (all.length > cap)
        return error_at(err, FAULT_FILE, at_path(name), "larger than %zu KB", cap / 1024);
    *ret_text = arena_text(arena, buffer_text(&all));
    return true;
}

static bool read_regular(struct arena *arena, int fd, struct text name, size_t cap,
                         struct text *ret_text, struct error *err)
{
    struct stat status;
    if (fd < 0)
        return error_at(err, FAULT_FILE, at_path(name), "cannot be opened: %s", strerror(errno));
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return error_at(err, FAULT_FILE, at_path(name), "is not a regular file");
    return file_read_all(arena, fd, name, cap, ret_text, err);
}

bool file_read(struct arena *arena, const char *path, size_t cap, struct text *ret_text,
               struct error *err)
{
    /* O_NONBLOCK: opening a pipe that nobody writes must not hang; fstat then refuses it. */
    FD(fd) = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return read_regular(arena, fd, text_of(path), cap, ret_text, err);
}

static bool write_whole(int fd, struct text content)
{
    while (content.length > 0) {
        ssize_t written = write(fd, content.at, content.length);
        if (written < 0 && errno != EINTR)
            return false;
        content = text_after(content, written > 0 ? (size_t)written : 0);
    }
    return true;
}

bool file_write(const char *path, struct text content, unsigned mode, struct error *err)
{
    ARENA(scratch);
    struct text beside = arena_printf(&scratch, "%s.part-%d", path, (int)getpid());
    FD(fd) = open(beside.at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return error_at(err, FAULT_CREATE, at_path(text_of(path)), "cannot be created: %s",
                        strerror(errno));
    if (write_whole(fd, content) && fsync(fd) == 0 && rename(beside.at, path) == 0)
        return true;
    int reason = errno;
    unlink(beside.at);
    return error_at(err, FAULT_WRITE, at_path(text_of(path)), "cannot be written: %s",
                    strerror(reason));
}

/* Opens one step of a path below `folder` without following a link; -1 and errno on failure. */
static int open_step(int folder, struct arena *scratch, struct text step, bool last)
{
    int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (last ? 0 : O_DIRECTORY);
    return openat(folder, arena_string(scratch, step), flags);
}

static bool refuse_step(struct text relative, struct text step, struct error *err)
{
    if (errno == ELOOP || errno == ENOTDIR)
        return error_at(err, FAULT_FILE, at_path(relative),
                        "\"%.*s\" on the way to it is a symbolic link or no folder; only regular "
                        "files inside the workspace are read",
                        TEXT_ARGS(step));
    return error_at(err, FAULT_FILE, at_path(relative), "cannot be opened: %s", strerror(errno));
}

bool file_read_inside(struct arena *arena, const char *root, struct text relative, size_t cap,
                      struct text *ret_text, struct error *err)
{
    ARENA(scratch);
    struct text rest = relative, step;
    if (text_starts(relative, TEXT("/")) || text_find_byte(relative, '\0') != TEXT_NONE)
        return error_at(err, FAULT_FILE, at_path(relative),
                        "must be a path inside the workspace, not an absolute one");
    FD(now) = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (now < 0)
        return error_at(err, FAULT_FILE, at_path(text_of(root)), "cannot be opened: %s",
                        strerror(errno));
    while (text_take_until(&rest, '/', &step)) {
        if (step.length == 0 || text_equal(step, TEXT(".")))
            continue;
        if (text_equal(step, TEXT("..")))
            return error_at(err, FAULT_FILE, at_path(relative),
                            "must not leave the workspace "
                            "by \"..\"");
        int next = open_step(now, &scratch, step, rest.length == 0);
        if (next < 0)
            return refuse_step(relative, step, err);
        close(now);
        now = next;
    }
    return read_regular(arena, now, relative, cap, ret_text, err);
}
