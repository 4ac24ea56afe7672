/* Secret: a password that is fetched when needed, shown as ***, and wiped. */
#include "settings/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/confine.h"

#include "base/banned.h"
#include "base/memory.h"

struct secret {
    size_t length;
    char bytes[SECRET_BYTES + 2]; /* one more to see that it is too long, and a NUL */
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define FD(name) __attribute__((cleanup(close_fd))) int name

static bool take_bytes(struct secret *secret, int fd, const struct secret_source *source,
                       struct error *err)
{
    while (secret->length <= SECRET_BYTES) {
        ssize_t got = read(fd, secret->bytes + secret->length, SECRET_BYTES + 1 - secret->length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_at(err, FAULT_CONFIG, source->place, "the password cannot be read: %s",
                            strerror(errno));
        if (got == 0)
            return true;
        secret->length += (size_t)got;
    }
    return true;
}

static bool read_from_file(struct secret *secret, const struct secret_source *source,
                           const char *root, struct error *err)
{
    ARENA(scratch);
    const char *name = arena_string(&scratch, source->file);
    const char *path = name[0] == '/' ? name : arena_printf(&scratch, "%s/%s", root, name).at;
    struct stat status;
    FD(fd) = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_at(err, FAULT_CONFIG, source->place, "password_file %s cannot be opened: %s",
                        path, strerror(errno));
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return error_at(err, FAULT_CONFIG, source->place, "password_file %s is no regular file",
                        path);
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return error_at(err, FAULT_CONFIG, source->place,
                        "password_file %s is open to others; run: chmod 600 %s", path, path);
    return take_bytes(secret, fd, source, err);
}

static bool read_from_environment(struct secret *secret, const struct secret_source *source,
                                  struct error *err)
{
    ARENA(scratch);
    const char *name = arena_string(&scratch, source->env);
    const char *value = getenv(name);
    if (value == NULL)
        return error_at(err, FAULT_CONFIG, source->place,
                        "password_env: the environment variable %s is not set", name);
    secret->length = strnlen(value, SECRET_BYTES + 1);
    memcpy(secret->bytes, value, secret->length);
    return true;
}

_Noreturn static void become_command(const char *command, const char *root, int out)
{
    setpgid(0, 0);
    if (chdir(root) != 0 || dup2(out, STDOUT_FILENO) < 0)
        _exit(126);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* True when there is something to read (or the end) before the deadline. */
static bool wait_readable(int fd, int64_t deadline_ms)
{
    for (;;) {
        int64_t left = deadline_ms - now_ms();
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        int ready = left > 0 ? poll(&poll_fd, 1, (int)left) : 0;
        if (ready >= 0 || errno != EINTR)
            return ready > 0;
    }
}

/* Reads until the command closes its output; false when its time is over. */
static bool drain(struct secret *secret, int fd, int64_t deadline_ms)
{
    while (secret->length <= SECRET_BYTES) {
        if (!wait_readable(fd, deadline_ms))
            return false;
        ssize_t got = read(fd, secret->bytes + secret->length, SECRET_BYTES + 1 - secret->length);
        if (got == 0)
            return true;
        secret->length += got > 0 ? (size_t)got : 0;
        if (got < 0 && errno != EINTR && errno != EAGAIN)
            return true;
    }
    return true;
}

/* A command may close its output and go on: it too has only until the deadline. */
static bool reap(pid_t pid, int64_t deadline_ms, int *ret_status)
{
    const struct timespec pause = {.tv_nsec = 2 * 1000 * 1000};
    while (waitpid(pid, ret_status, WNOHANG) == 0) {
        if (now_ms() >= deadline_ms)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

/* With all that it started: it leads a process group of its own. */
static void end_command(pid_t pid)
{
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static bool read_from_command(struct secret *secret, const struct secret_source *source,
                              const char *root, struct error *err)
{
    ARENA(scratch);
    const char *command = arena_string(&scratch, source->command);
    int64_t deadline_ms = now_ms() + SECRET_COMMAND_SECONDS * 1000;
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_at(err, FAULT_CONFIG, source->place, "password_command: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0)
        become_command(command, root, ends[1]);
    close(ends[1]);
    FD(out) = ends[0];
    if (pid < 0)
        return error_at(err, FAULT_CONFIG, source->place, "password_command: %s", strerror(errno));
    bool in_time = drain(secret, out, deadline_ms);
    bool too_much = secret->length > SECRET_BYTES;
    if (!in_time || too_much || !reap(pid, deadline_ms, &status)) {
        end_command(pid);
        return too_much || error_at(err, FAULT_CONFIG, source->place,
                                    "password_command took longer than %d s and was ended",
                                    SECRET_COMMAND_SECONDS);
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return error_at(err, FAULT_CONFIG, source->place, "password_command failed (status %d)",
                        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return true;
}

static bool fetch(struct secret *secret, const struct secret_source *source, const char *root,
                  struct error *err)
{
    if (source->file.length > 0)
        return read_from_file(secret, source, root, err);
    if (source->env.length > 0)
        return read_from_environment(secret, source, err);
    return read_from_command(secret, source, root, err);
}

/* The one newline that every editor and echo puts at the end is no part of a password. */
static void drop_newline(struct secret *secret)
{
    struct text text = {secret->bytes, secret->length};
    if (text_ends(text, TEXT("\n")))
        text.length--;
    if (text_ends(text, TEXT("\r")))
        text.length--;
    secret->length = text.length;
    secret->bytes[secret->length] = '\0';
}

static bool is_fit(const struct secret *secret, const struct secret_source *source,
                   struct error *err)
{
    struct text text = {secret->bytes, secret->length};
    if (secret->length == 0)
        return error_at(err, FAULT_CONFIG, source->place, "the password is empty");
    if (secret->length > SECRET_BYTES)
        return error_at(err, FAULT_CONFIG, source->place, "the password is longer than 4 KB");
    if (text_has_control(text, NULL))
        return error_at(err, FAULT_CONFIG, source->place,
                        "the password holds a control character or a second line");
    return true;
}

struct secret *secret_open(const struct secret_source *source, const char *root, struct error *err)
{
    must(secret_is_named(source));
    confine_sight();
    struct secret *secret = memory_take(sizeof(*secret));
    bool fetched = fetch(secret, source, root, err);
    drop_newline(secret);
    if (fetched && is_fit(secret, source, err))
        return secret;
    secret_close(secret);
    return NULL;
}

void secret_close(struct secret *secret)
{
    if (secret != NULL)
        memory_wipe(secret, sizeof(*secret));
    memory_free(secret);
}

const char *secret_reveal(const struct secret *secret)
{
    return secret->bytes;
}

const char *secret_shown(const struct secret *secret)
{
    return secret != NULL ? "***" : "";
}

bool secret_is_named(const struct secret_source *source)
{
    return source->file.length > 0 || source->env.length > 0 || source->command.length > 0;
}
