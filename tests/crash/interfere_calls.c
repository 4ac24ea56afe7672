/* Interfere, calls: each step of the program, on its way to the system. */
/* Both names of a call are replaced here, so neither may stand for the other. */
#undef _FILE_OFFSET_BITS
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "interfere.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *at, size_t size);

static int (*real_clock_gettime)(clockid_t, struct timespec *);

/* dlsym() may allocate: all of them are found before counting begins. */
#define REAL(result, name, ...) static result (*real_##name)(__VA_ARGS__)
REAL(int, fsync, int);
REAL(int, fdatasync, int);
REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
REAL(ssize_t, write, int, const void *, size_t);
REAL(int, ftruncate, int, off_t);
REAL(int, unlink, const char *);
REAL(int, rename, const char *, const char *);
REAL(int, connect, int, const struct sockaddr *, socklen_t);
REAL(ssize_t, send, int, const void *, size_t, int);
REAL(ssize_t, sendmsg, int, const struct msghdr *, int);
REAL(ssize_t, recv, int, void *, size_t, int);
REAL(int, flock, int, int);
REAL(int, epoll_wait, int, struct epoll_event *, int, int);

#define FIND(name) real_##name = (__typeof__(real_##name))dlsym(RTLD_NEXT, #name)

void interfere_find_calls(void)
{
    FIND(clock_gettime);
    FIND(fsync);
    FIND(fdatasync);
    FIND(pwrite);
    FIND(write);
    FIND(ftruncate);
    FIND(unlink);
    FIND(rename);
    FIND(connect);
    FIND(send);
    FIND(sendmsg);
    FIND(recv);
    FIND(flock);
    FIND(epoll_wait);
}

static size_t share(struct here here, size_t length)
{
    return here.torn ? length / 2 : length;
}

#define LEAVE(here, result)                                                                        \
    do {                                                                                           \
        __typeof__(result) left_with = (result);                                                   \
        if ((here).dies_after)                                                                     \
            interfere_die();                                                                       \
        return left_with;                                                                          \
    } while (0)

#define FAIL_IF(here)                                                                              \
    do {                                                                                           \
        if ((here).error != 0) {                                                                   \
            errno = (here).error;                                                                  \
            return -1;                                                                             \
        }                                                                                          \
    } while (0)

int fsync(int fd)
{
    struct here here = interfere_arrive(STEP_FSYNC);
    FAIL_IF(here);
    LEAVE(here, real_fsync(fd));
}

int fdatasync(int fd)
{
    struct here here = interfere_arrive(STEP_FDATASYNC);
    FAIL_IF(here);
    LEAVE(here, real_fdatasync(fd));
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at)
{
    struct here here = interfere_arrive(STEP_PWRITE);
    FAIL_IF(here);
    LEAVE(here, real_pwrite(fd, bytes, share(here, length), at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at)
{
    return pwrite(fd, bytes, length, at);
}

/* A disk is full; a pipe or an eventfd never is. */
static bool is_file(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    if (!is_file(fd))
        return real_write(fd, bytes, length);
    struct here here = interfere_arrive(STEP_WRITE);
    FAIL_IF(here);
    LEAVE(here, real_write(fd, bytes, share(here, length)));
}

int ftruncate(int fd, off_t length)
{
    struct here here = interfere_arrive(STEP_FTRUNCATE);
    FAIL_IF(here);
    LEAVE(here, real_ftruncate(fd, length));
}

int ftruncate64(int fd, off64_t length)
{
    return ftruncate(fd, length);
}

int unlink(const char *path)
{
    struct here here = interfere_arrive(STEP_UNLINK);
    FAIL_IF(here);
    LEAVE(here, real_unlink(path));
}

int rename(const char *from, const char *to)
{
    struct here here = interfere_arrive(STEP_RENAME);
    FAIL_IF(here);
    LEAVE(here, real_rename(from, to));
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    struct here here = interfere_arrive(STEP_CONNECT);
    FAIL_IF(here);
    LEAVE(here, real_connect(fd, address, length));
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
    struct here here = interfere_arrive(STEP_SEND);
    FAIL_IF(here);
    LEAVE(here, real_send(fd, bytes, share(here, length), flags));
}

/* Torn: half of the pieces, and half of the next. */
ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    struct here here = interfere_arrive(STEP_SEND);
    struct msghdr shorter = *message;
    FAIL_IF(here);
    if (!here.torn)
        LEAVE(here, real_sendmsg(fd, message, flags));
    shorter.msg_iovlen = message->msg_iovlen / 2;
    if (shorter.msg_iovlen > 0)
        real_sendmsg(fd, &shorter, flags);
    const struct iovec *half = &message->msg_iov[shorter.msg_iovlen];
    real_send(fd, half->iov_base, half->iov_len / 2, flags);
    interfere_die();
}

ssize_t recv(int fd, void *bytes, size_t length, int flags)
{
    struct here here = interfere_arrive(STEP_RECV);
    FAIL_IF(here);
    LEAVE(here, real_recv(fd, bytes, length, flags));
}

int flock(int fd, int operation)
{
    struct here here = interfere_arrive(STEP_FLOCK);
    FAIL_IF(here);
    LEAVE(here, real_flock(fd, operation));
}

/* ---- Memory ---- */

static bool memory_is_gone(void)
{
    struct here here = interfere_arrive(STEP_MALLOC);
    if (here.dies_after)
        interfere_die();
    if (here.error != 0)
        errno = ENOMEM;
    return here.error != 0;
}

void *malloc(size_t size)
{
    return memory_is_gone() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return memory_is_gone() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *at, size_t size)
{
    return memory_is_gone() ? NULL : __libc_realloc(at, size);
}

/* ---- Time ---- */

void interfere_true_time(clockid_t clock, struct timespec *ret_time)
{
    real_clock_gettime(clock, ret_time);
}

static int64_t nanoseconds(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    bool wall = clock == CLOCK_REALTIME;
    int failed = real_clock_gettime != NULL ? real_clock_gettime(clock, ret_time) : -1;
    if (failed != 0 || (!wall && clock != CLOCK_MONOTONIC))
        return failed;
    int64_t start = nanoseconds(interfere_began[!wall]);
    int64_t now = start + (nanoseconds(*ret_time) - start) * interfere_speed;
    now += wall ? interfere_ahead_ms * 1000000 : 0;
    *ret_time = (struct timespec){now / 1000000000, now % 1000000000};
    return 0;
}

time_t time(time_t *ret_time)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_REALTIME, &now);
    if (ret_time != NULL)
        *ret_time = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict ret_time, void *restrict zone)
{
    struct timespec now = {0, 0};
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    *ret_time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

int epoll_wait(int fd, struct epoll_event *events, int room, int timeout_ms)
{
    int shorter =
        timeout_ms > 0 ? (int)((timeout_ms + interfere_speed - 1) / interfere_speed) : timeout_ms;
    return real_epoll_wait(fd, events, room, shorter);
}

/* Straight to the kernel: a sanitizer asks before anything was found here. */
int setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
    bool ignored = interfere_cores && what == RLIMIT_CORE;
    return ignored ? 0 : (int)syscall(SYS_prlimit64, 0, what, limit, NULL);
}

/* The other name that libraries and large files know it by. */
int setrlimit64(__rlimit_resource_t what, const struct rlimit64 *limit)
{
    return setrlimit(what, (const struct rlimit *)limit);
}
