/*
 * Interfere: fate, for the crash harness. A preloaded library that counts what a program asks of
 * the system, and at the n-th such step kills or stops it, or says no. The program itself knows
 * nothing of it, so what is tested is what is shipped.
 *
 * BROADSIDE_INTERFERE is a list of words, each one order; a STEP is `any` or one of step_names:
 *     kill=STEP,N,before|after|torn    SIGKILL at the N-th; torn: only half of its bytes got out
 *     kill-in=MICROSECONDS             SIGKILL so long after main() began
 *     stop=STEP,N                      SIGSTOP before the N-th
 *     fail=STEP,N,ERRNO[,on]           the N-th fails; `on`: and every one behind it
 *     clock=MS                         the wall clock is so far ahead
 *     speed=N                          both clocks run N times as fast, and waits are as short
 *     cores=written                    who limits cores is not heard, as by a pipe that takes them
 *     count=FILE                       how many of each there were, a line each, at the end
 * Steps count from the beginning of main(). malloc stands for calloc and realloc too, and is not
 * part of `any`.
 */
#include "interfere.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static const char *const step_names[] = {
    "fsync",   "fdatasync", "pwrite", "write", "ftruncate", "unlink", "rename",
    "connect", "send",      "recv",   "flock", "malloc",    "any",
};

enum moment { BEFORE, AFTER, TORN };

struct order {
    bool given;
    enum step step;
    long n;
    enum moment moment;
    int error;
    bool on;
};

static struct order to_kill, to_stop, to_fail;
static long kill_in_us;
int64_t interfere_ahead_ms, interfere_speed = 1;
bool interfere_cores;
struct timespec interfere_began[2];
static char count_file[PATH_MAX];
static atomic_bool counting;
static atomic_long counts[STEPS + 1];

static enum step step_of(const char *name)
{
    for (enum step step = 0; step <= STEP_ANY; step++)
        if (strcmp(step_names[step], name) == 0)
            return step;
    fprintf(stderr, "interfere: no step is called %s\n", name);
    _exit(64);
}

static int error_of(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } known[] = {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"ENOMEM", ENOMEM}, {"EDQUOT", EDQUOT}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].number;
    return EIO;
}

static void read_order(struct order *order, char *value)
{
    char *rest = NULL;
    const char *step = strtok_r(value, ",", &rest), *n = strtok_r(NULL, ",", &rest);
    const char *how = strtok_r(NULL, ",", &rest), *on = strtok_r(NULL, ",", &rest);
    *order = (struct order){.given = true, .step = step_of(step), .n = atol(n != NULL ? n : "1")};
    if (how != NULL)
        order->moment = strcmp(how, "after") == 0  ? AFTER
                        : strcmp(how, "torn") == 0 ? TORN
                                                   : BEFORE;
    if (how != NULL)
        order->error = error_of(how);
    order->on = on != NULL;
}

static void read_word(char *word)
{
    char *value = strchr(word, '=');
    if (value == NULL)
        return;
    *value++ = '\0';
    if (strcmp(word, "kill") == 0)
        read_order(&to_kill, value);
    else if (strcmp(word, "stop") == 0)
        read_order(&to_stop, value);
    else if (strcmp(word, "fail") == 0)
        read_order(&to_fail, value);
    else if (strcmp(word, "clock") == 0)
        interfere_ahead_ms = atol(value);
    else if (strcmp(word, "speed") == 0)
        interfere_speed = atol(value);
    else if (strcmp(word, "cores") == 0)
        interfere_cores = strcmp(value, "written") == 0;
    else if (strcmp(word, "kill-in") == 0)
        kill_in_us = atol(value);
    else if (strcmp(word, "count") == 0)
        snprintf(count_file, sizeof(count_file), "%s", value);
}

__attribute__((constructor)) static void begin(void)
{
    char orders[PATH_MAX + 512], *rest = NULL;
    const char *given = getenv("BROADSIDE_INTERFERE");
    interfere_find_calls();
    interfere_true_time(CLOCK_REALTIME, &interfere_began[0]);
    interfere_true_time(CLOCK_MONOTONIC, &interfere_began[1]);
    if (given == NULL)
        return;
    snprintf(orders, sizeof(orders), "%s", given);
    for (char *word = strtok_r(orders, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        read_word(word);
    /* What the program starts (a password command) lives undisturbed. */
    unsetenv("BROADSIDE_INTERFERE");
    unsetenv("LD_PRELOAD");
}

static void tell_counts(void)
{
    if (count_file[0] == '\0')
        return;
    atomic_store(&counting, false);
    int fd = open(count_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (enum step step = 0; fd >= 0 && step <= STEP_ANY; step++)
        dprintf(fd, "%s %ld\n", step_names[step], atomic_load(&counts[step]));
    if (fd >= 0)
        close(fd);
}

__attribute__((destructor)) static void end(void)
{
    tell_counts();
}

void interfere_die(void)
{
    for (;;)
        kill(getpid(), SIGKILL);
}

static void on_alarm(int number)
{
    (void)number;
    interfere_die();
}

static void set_alarm(void)
{
    struct sigaction action = {.sa_handler = on_alarm};
    struct itimerval when = {.it_value = {kill_in_us / 1000000, kill_in_us % 1000000}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &when, NULL);
}

/* main() begins: from here on steps count. */
static int (*real_main)(int, char **, char **);

static int main_begins(int argc, char **argv, char **environment)
{
    if (kill_in_us > 0)
        set_alarm();
    atomic_store(&counting, true);
    return real_main(argc, argv, environment);
}

int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end);

int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
    __typeof__(&__libc_start_main) start = NULL;
    start = (__typeof__(start))dlsym(RTLD_NEXT, "__libc_start_main");
    real_main = main;
    return start(main_begins, argc, argv, init, fini, rtld_fini, stack_end);
}

static bool is_now(const struct order *order, enum step step, long own, long any)
{
    if (!order->given || (order->step != step && (order->step != STEP_ANY || any == 0)))
        return false;
    long n = order->step == STEP_ANY ? any : own;
    return n == order->n || (order->on && n > order->n);
}

struct here interfere_arrive(enum step step)
{
    struct here here = {0, false, false};
    if (!atomic_load(&counting))
        return here;
    long own = atomic_fetch_add(&counts[step], 1) + 1;
    long any = step != STEP_MALLOC ? atomic_fetch_add(&counts[STEP_ANY], 1) + 1 : 0;
    if (is_now(&to_stop, step, own, any))
        raise(SIGSTOP);
    if (is_now(&to_kill, step, own, any)) {
        if (to_kill.moment == BEFORE)
            interfere_die();
        here.torn = to_kill.moment == TORN;
        here.dies_after = true;
    }
    here.error = is_now(&to_fail, step, own, any) ? to_fail.error : 0;
    return here;
}
