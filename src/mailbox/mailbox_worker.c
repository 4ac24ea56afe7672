/* Worker: the other end of a mailbox's session, as its parent holds it. */
#include "mailbox/mailbox_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/banned.h"
#include "base/clock.h"
#include "mailbox/mailbox_session.h"

enum { WRITE_SECONDS = 30 }; /* what is asked fits into the socket's buffer */

struct mailbox_worker {
    pid_t process;
    int socket;
};

/* Between fork and exec: nothing but system calls. */
static _Noreturn void become_session(int socket)
{
    char name[] = "broadside", word[] = SESSION_WORD;
    char *const arguments[] = {name, word, NULL}, *const environment[] = {NULL};
    if (socket == SESSION_SOCKET)
        fcntl(socket, F_SETFD, 0);
    else if (dup2(socket, SESSION_SOCKET) < 0)
        _exit(1);
    close_range(SESSION_SOCKET + 1, ~0u, 0);
    execve("/proc/self/exe", arguments, environment);
    _exit(1);
}

struct mailbox_worker *mailbox_worker_start(struct error *err)
{
    int ends[2];
    struct timeval patience = {.tv_sec = WRITE_SECONDS};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        error_set(err, FAULT_WRITE, "cannot make a socket: %s", strerror(errno));
        return NULL;
    }
    pid_t process = fork();
    if (process == 0)
        become_session(ends[1]);
    close(ends[1]);
    if (process < 0) {
        close(ends[0]);
        error_set(err, FAULT_WRITE, "cannot make a process: %s", strerror(errno));
        return NULL;
    }
    setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    struct mailbox_worker *worker = memory_take(sizeof(*worker));
    *worker = (struct mailbox_worker){process, ends[0]};
    return worker;
}

/* How it ended, if it ended by itself; else it is made to. */
static void reap(struct mailbox_worker *worker, int *ret_status)
{
    if (worker->process <= 0)
        return;
    kill(worker->process, SIGKILL);
    while (waitpid(worker->process, ret_status, 0) < 0 && errno == EINTR)
        continue;
    worker->process = 0;
}

void mailbox_worker_end(struct mailbox_worker *worker)
{
    int status;
    if (worker == NULL)
        return;
    reap(worker, &status);
    close(worker->socket);
    memory_free(worker);
}

static struct text how_it_ended(struct mailbox_worker *worker, enum frame_end end,
                                struct arena *arena)
{
    int status = 0;
    if (end == FRAME_LATE)
        return TEXT("it did not come back in time");
    if (end != FRAME_ENDED)
        return TEXT("it spoke without sense");
    /* Its socket is closed, so it is ending; the signal comes too late to be its cause. */
    const struct timespec moment = {.tv_nsec = 50 * 1000 * 1000};
    nanosleep(&moment, NULL);
    reap(worker, &status);
    if (WIFSIGNALED(status))
        return arena_printf(arena, "signal %d", WTERMSIG(status));
    return arena_printf(arena, "exit status %d", WEXITSTATUS(status));
}

/* A process that ended before it was asked is seen by its answer, which does not come. */
enum mailbox_trouble mailbox_worker_ask(struct mailbox_worker *worker, enum frame_word word,
                                        struct text bytes, int64_t wait_ms, struct arena *arena,
                                        struct frame *ret_answer)
{
    uint64_t number;
    int64_t deadline_ms = clock_steady_ms(&clock_system) + wait_ms;
    (void)frame_write(worker->socket, word, bytes);
    enum frame_end end = frame_read(worker->socket, deadline_ms, arena, ret_answer);
    if (end == FRAME_WHOLE && ret_answer->word > FRAME_CLOSE) {
        if (ret_answer->word != FRAME_TROUBLE)
            return TROUBLE_NONE;
        if (frame_take_number(&ret_answer->bytes, '\n', TROUBLE_WORKER, &number) && number > 0)
            return (enum mailbox_trouble)number;
    }
    *ret_answer = (struct frame){FRAME_TROUBLE, how_it_ended(worker, end, arena)};
    return TROUBLE_WORKER;
}
