/* Stopping: the signals that end a sending, and the time it may take. */
#include "desk/stopping.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/banned.h"
#include "base/memory.h"

/* Set by the signal handler; the eventfd wakes the loop out of its wait. */
static volatile int asked;
static volatile sig_atomic_t last_signal;
static int wake = -1;

static void on_signal(int number)
{
    uint64_t one = 1;
    /* Who insists does not want to wait; the clock and a terminal that closes ask but once. */
    bool insists = asked > 0 && (number == SIGINT || number == SIGTERM);
    if (asked == 0)
        last_signal = number;
    if (asked == 0 || insists)
        asked = insists ? 2 : 1;
    ssize_t written = write(wake, &one, sizeof(one));
    (void)written;
}

void stopping_listen(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};
    /* A result that is being written is written to its end. */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    must(wake >= 0);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        sigaction(signals[i], &action, NULL);
}

void stopping_after(int64_t ms)
{
    const struct itimerval timer = {
        .it_value = {.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000 + (ms < 1)}};
    must(wake >= 0 && setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

const volatile int *stopping_asked(void)
{
    return &asked;
}

int stopping_wake(void)
{
    return wake;
}

bool stopping_by_time(void)
{
    return asked != 0 && last_signal == SIGALRM;
}
