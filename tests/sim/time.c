/* Time: the loop's wait is where the world moves. epoll is replaced by the linker (--wrap). */
#include <sys/epoll.h>
#include <unistd.h>

#include "oracle.h"
#include "sim.h"

int __wrap_epoll_create1(int flags);
int __wrap_epoll_ctl(int epoll, int how, int fd, struct epoll_event *event);
int __wrap_epoll_wait(int epoll, struct epoll_event *events, int room, int timeout_ms);
int __wrap_close(int fd);
int __real_close(int fd);

static int64_t wall(void *self)
{
    (void)self;
    return sim.wall_ms;
}

static int64_t steady(void *self)
{
    (void)self;
    return sim.steady_ms;
}

const struct clock sim_clock = {wall, steady, NULL};

static void advance(int64_t to_ms)
{
    if (to_ms <= sim.steady_ms)
        return;
    sim.wall_ms += to_ms - sim.steady_ms;
    sim.steady_ms = to_ms;
    sim.spins = 0;
}

/* Somebody at another terminal; and the clock of the wall, which may be set. */
static void others_act(void)
{
    if (sim_fault(sim.moods.clock_jump))
        sim.wall_ms += (int64_t)sim_below(4 * SIM_HOUR_MS) - 2 * SIM_HOUR_MS;
    if (!sim_fault(sim.moods.bystander))
        return;
    unsigned person = (unsigned)sim_below(sim.people);
    switch (sim_below(4)) {
    case 0:
        if (sim_ledger->pause(true))
            oracle_paused(true);
        break;
    case 1:
        oracle_paused(false); /* a word that was not confirmed may have come through */
        sim_ledger->pause(false);
        break;
    default:
        if (sim_ledger->suppress(person))
            oracle_suppressed(person);
    }
}

int __wrap_epoll_create1(int flags)
{
    (void)flags;
    return SIM_EPOLL;
}

int __wrap_close(int fd)
{
    return fd == SIM_EPOLL ? 0 : __real_close(fd);
}

int __wrap_epoll_ctl(int epoll, int how, int fd, struct epoll_event *event)
{
    (void)epoll;
    net_watch(how, fd, event);
    return 0;
}

int __wrap_epoll_wait(int epoll, struct epoll_event *events, int room, int timeout_ms)
{
    (void)epoll;
    int64_t until_ms = timeout_ms < 0 ? INT64_MAX : sim.steady_ms + timeout_ms;
    sim_step("wait");
    sim_trace("waits %d ms", timeout_ms);
    others_act();
    if (sim_fault(sim.moods.spurious)) {
        advance(sim.steady_ms + (int64_t)sim_below(3));
        return 0;
    }
    for (;;) {
        net_turn();
        int count = net_collect(events, room);
        if (count > 0 || sim.steady_ms >= until_ms) {
            sim.spins++;
            sim_trace("%d events", count);
            return count;
        }
        int64_t next_ms = net_next_ms();
        must(next_ms > sim.steady_ms);
        advance(next_ms < until_ms ? next_ms : until_ms);
    }
}
