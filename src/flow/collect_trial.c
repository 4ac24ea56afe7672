/* Collect, trial: strangers' bytes are read where a crash costs one mail. */
#include "flow/collect_trial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/banned.h"
#include "base/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1 /* which takes terabytes of address space */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif

/*
 * What both share. The parent writes the mails and `count`, the child the results: of each mail a
 * length, then its bytes. `read` is raised when all of a mail's is there, so a child that dies in
 * the middle leaves whole ones only.
 */
struct room {
    size_t count, first; /* mails of the batch; the one to begin with */
    struct {
        size_t at, length;
    } mails[TRIAL_MAILS];
    atomic_size_t read;
    char results[TRIAL_ROOM];
    char bytes[TRIAL_BYTES];
};

struct trial {
    const struct trial_reader *reader;
    struct room *room;
    size_t used; /* of room->bytes */
    pid_t child; /* 0: none */
    int orders;  /* a byte: read what is in the room */
    int reports; /* a byte: done; the end: it died */
};

/* --- In the child --- */

/* What stops a service or a terminal's job is sent to all its processes. The parent ends behind the
 * batch, and its end ends this; a child that died at once would be taken for one that a mail
 * ended. */
static void heed_the_clock_only(void)
{
    static const int others[] = {SIGINT, SIGTERM, SIGHUP};
    signal(SIGALRM, SIG_DFL);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        signal(others[i], SIG_IGN);
}

static void confine(void)
{
    struct rlimit files = {0, 0};
    setrlimit(RLIMIT_FSIZE, &files);
#ifndef HAS_SANITIZER
    struct rlimit memory = {TRIAL_MEMORY, TRIAL_MEMORY};
    setrlimit(RLIMIT_AS, &memory);
#endif
    heed_the_clock_only();
}

/* Orders come on standard input, reports go to standard output; nothing else is open: not the
 * database, not the mailbox, not the locks. What it would say when it dies concerns nobody. */
static void keep_only(int orders, int reports)
{
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(orders, STDIN_FILENO);
    dup2(reports, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, ~0U, 0);
}

static void read_batch(const struct trial_reader *reader, struct room *room)
{
    size_t used = 0;
    for (size_t i = room->first; i < room->count; i++) {
        struct text mail = text_from(room->bytes + room->mails[i].at, room->mails[i].length);
        char *at = room->results + used;
        if (TRIAL_ROOM - used < sizeof(size_t) + TRIAL_RESULT)
            break;
        alarm(TRIAL_MAIL_SECONDS);
        size_t length = reader->read(reader->self, mail, at + sizeof(length));
        must(length <= TRIAL_RESULT);
        memcpy(at, &length, sizeof(length));
        used += sizeof(length) + length;
        atomic_fetch_add(&room->read, 1);
    }
    alarm(0);
}

/* Leaves without running anybody's exit handlers. */
static _Noreturn void serve(const struct trial *trial, int orders, int reports)
{
    char byte;
    keep_only(orders, reports);
    confine();
    trial->reader->forget(trial->reader->self);
    while (read(STDIN_FILENO, &byte, 1) == 1) {
        read_batch(trial->reader, trial->room);
        if (write(STDOUT_FILENO, &byte, 1) != 1)
            break;
    }
    _exit(0);
}

/* --- In the parent --- */

static void close_ends(int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

static bool start(struct trial *trial, struct error *err)
{
    int orders[2], reports[2];
    if (pipe2(orders, O_CLOEXEC) != 0)
        return error_set(err, FAULT_WRITE, "cannot make a pipe: %s", strerror(errno));
    if (pipe2(reports, O_CLOEXEC) != 0) {
        close_ends(orders);
        return error_set(err, FAULT_WRITE, "cannot make a pipe: %s", strerror(errno));
    }
    pid_t child = fork();
    if (child == 0)
        serve(trial, orders[0], reports[1]);
    if (child < 0) {
        close_ends(orders);
        close_ends(reports);
        return error_set(err, FAULT_WRITE, "cannot make a process: %s", strerror(errno));
    }
    close(orders[0]);
    close(reports[1]);
    trial->child = child;
    trial->orders = orders[1];
    trial->reports = reports[0];
    return true;
}

static void bury(struct trial *trial)
{
    if (trial->child == 0)
        return;
    close(trial->orders);
    close(trial->reports);
    kill(trial->child, SIGKILL);
    while (waitpid(trial->child, NULL, 0) < 0 && errno == EINTR)
        continue;
    trial->child = 0;
}

bool trial_open(const struct trial_reader *reader, struct trial **ret_trial, struct error *err)
{
    void *room = mmap(NULL, sizeof(struct room), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED)
        return error_set(err, FAULT_WRITE, "there is no memory to share with who reads mails: %s",
                         strerror(errno));
    struct trial *trial = memory_take(sizeof(*trial));
    *trial = (struct trial){.reader = reader, .room = room};
    if (!start(trial, err)) {
        trial_close(trial);
        return false;
    }
    *ret_trial = trial;
    return true;
}

void trial_close(struct trial *trial)
{
    if (trial == NULL)
        return;
    bury(trial);
    munmap(trial->room, sizeof(*trial->room));
    memory_free(trial);
}

void trial_add(struct trial *trial, struct text mail)
{
    struct room *room = trial->room;
    must(room->count < TRIAL_MAILS && mail.length <= TRIAL_BYTES - trial->used);
    room->mails[room->count].at = trial->used;
    room->mails[room->count++].length = mail.length;
    if (mail.length > 0)
        memcpy(room->bytes + trial->used, mail.at, mail.length);
    trial->used += mail.length;
}

/* An order that a dead child does not take is noticed when its report is awaited. */
static void order(struct trial *trial)
{
    atomic_store(&trial->room->read, 0);
    while (write(trial->orders, "", 1) < 0 && errno == EINTR)
        continue;
}

void trial_begin(struct trial *trial)
{
    trial->room->first = 0;
    if (trial->room->count > 0)
        order(trial);
}

/* True when the child lived to say that it is done. */
static bool await(const struct trial *trial)
{
    char byte;
    ssize_t got;
    do
        got = read(trial->reports, &byte, 1);
    while (got < 0 && errno == EINTR);
    return got == 1;
}

/* Takes what the child left from mail `next` on; the first mail that it did not. A length that
 * cannot be makes the rest unreadable: its mail is poison, and another child reads what is behind.
 */
static size_t take_results(const struct trial *trial, size_t next, size_t count, trial_take *take,
                           void *self, bool *ret_poison)
{
    size_t used = 0, left = atomic_load(&trial->room->read);
    for (; left > 0 && next < count; left--, next++) {
        size_t length;
        if (TRIAL_ROOM - used < sizeof(length))
            return next;
        memcpy(&length, trial->room->results + used, sizeof(length));
        used += sizeof(length);
        bool is_whole = length <= TRIAL_RESULT && length <= TRIAL_ROOM - used;
        struct text result = text_from(trial->room->results + used, is_whole ? length : 0);
        ret_poison[next] = !is_whole || !take(self, next, result);
        if (!is_whole)
            return next + 1;
        used += length;
    }
    return next;
}

bool trial_end(struct trial *trial, trial_take *take, void *self, bool *ret_poison,
               struct error *err)
{
    size_t count = trial->room->count, next = 0;
    memset(ret_poison, 0, count * sizeof(*ret_poison));
    while (next < count) {
        size_t before = next;
        bool is_alive = await(trial);
        next = take_results(trial, next, count, take, self, ret_poison);
        if (next < count && (!is_alive || next == before))
            ret_poison[next++] = true;
        if (!is_alive)
            bury(trial);
        if (!is_alive && !start(trial, err))
            return false;
        trial->room->count = count; /* whatever the child wrote there */
        trial->room->first = next;
        if (next < count)
            order(trial);
    }
    trial->room->count = trial->used = 0;
    return true;
}
