/* Revision: which commit of the workspace's git an edition was made of. */
#include "flow/revision.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"

#include "base/banned.h"

extern char **environ;

/* One call says both: "# branch.oid COMMIT", then a line for each thing that is not committed. No
 * program that the repository's own configuration names is started. */
static bool start_git(const char *root, int out, pid_t *ret_pid)
{
    const char *words[] = {
        "git",    "--no-optional-locks", "-c",       "core.fsmonitor=false", "-C", root,
        "status", "--porcelain=v2",      "--branch", "--no-ahead-behind",    "--", ".",
        NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    int failed = posix_spawnp(ret_pid, words[0], &actions, NULL, (char *const *)words, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed == 0;
}

/* Until the end of what git says; false when it takes too long or says too much. */
static bool read_until_end(int fd, struct buffer *output)
{
    int64_t end_ms = clock_steady_ms(&clock_system) + REVISION_WAIT_MS;
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int64_t left_ms = end_ms - clock_steady_ms(&clock_system);
        if (left_ms <= 0 || !buffer_reserve(output, 4096))
            return false;
        if (poll(&wait, 1, (int)left_ms) <= 0)
            continue;
        ssize_t count = read(fd, output->at + output->length, 4096);
        if (count < 0 && errno != EINTR)
            return false;
        if (count == 0)
            return true;
        output->length += count > 0 ? (size_t)count : 0;
    }
}

static bool ask_git(const char *root, struct buffer *output)
{
    int ends[2], status = -1;
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    bool asked = start_git(root, ends[1], &pid);
    close(ends[1]);
    bool answered = asked && read_until_end(ends[0], output);
    close(ends[0]);
    if (asked && !answered)
        kill(pid, SIGKILL);
    while (asked && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return answered && status == 0;
}

static bool is_commit(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (strchr("0123456789abcdef", text.at[i]) == NULL || text.at[i] == '\0')
            return false;
    return text.length == 40 || text.length == 64;
}

struct revision revision_of(struct arena *arena, const char *root)
{
    static const struct text mark = TEXT_INIT("# branch.oid ");
    BUFFER(output, REVISION_OUTPUT);
    struct revision revision = {0};
    struct text rest, line;
    if (!ask_git(root, &output))
        return revision;
    rest = buffer_text(&output);
    while (text_take_line(&rest, &line)) {
        if (text_starts(line, mark) && is_commit(text_after(line, mark.length)))
            revision.commit = arena_text(arena, text_after(line, mark.length));
        revision.dirty = revision.dirty || !text_starts(line, TEXT("#"));
    }
    return revision;
}
