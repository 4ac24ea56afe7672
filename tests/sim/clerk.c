/*
 * Clerk: the loop's clerk, whose thread is replaced by time. A job is done at once or late, and
 * in both cases taken back late: so everything that may happen while a commit is on its way to the
 * disk does. The linker puts these in front of send/send_clerk.c (--wrap).
 */
#include "oracle.h"
#include "send/send_clerk.h"
#include "sim.h"

struct clerk *__real_clerk_open(const struct send_work *work, bool threaded);
struct clerk_job *__real_clerk_free(struct clerk *clerk);
void __real_clerk_hand_over(struct clerk *clerk);
struct clerk_job *__real_clerk_take_back(struct clerk *clerk);
bool __real_clerk_is_busy(const struct clerk *clerk);

struct clerk *__wrap_clerk_open(const struct send_work *work, bool threaded);
int __wrap_clerk_socket(const struct clerk *clerk);
struct clerk_job *__wrap_clerk_free(struct clerk *clerk);
void __wrap_clerk_hand_over(struct clerk *clerk);
struct clerk_job *__wrap_clerk_take_back(struct clerk *clerk);
bool __wrap_clerk_is_busy(const struct clerk *clerk);

static struct {
    struct clerk *clerk;
    bool threaded, waiting, given; /* given: handed over, and not yet begun */
    int64_t done_ms;
} office;

struct clerk *__wrap_clerk_open(const struct send_work *work, bool threaded)
{
    office.threaded = threaded;
    office.given = office.waiting = false;
    office.clerk = __real_clerk_open(work, false);
    return office.clerk;
}

int __wrap_clerk_socket(const struct clerk *clerk)
{
    (void)clerk;
    return office.threaded ? SIM_CLERK : -1;
}

int64_t clerk_next_ms(void)
{
    return office.waiting ? office.done_ms : INT64_MAX;
}

static bool is_away(void)
{
    return office.waiting && sim.steady_ms < office.done_ms;
}

struct clerk_job *__wrap_clerk_free(struct clerk *clerk)
{
    return office.waiting ? NULL : __real_clerk_free(clerk);
}

bool __wrap_clerk_is_busy(const struct clerk *clerk)
{
    return office.waiting || __real_clerk_is_busy(clerk);
}

void __wrap_clerk_hand_over(struct clerk *clerk)
{
    static const int64_t delays_ms[] = {0, 0, 1, 5, 100, 2000};
    office.waiting = office.threaded;
    office.done_ms = sim.steady_ms + delays_ms[sim.kind ? 2 : sim_below(6)];
    office.given = office.threaded && sim_below(2) == 0;
    if (!office.given)
        __real_clerk_hand_over(clerk);
}

struct clerk_job *__wrap_clerk_take_back(struct clerk *clerk)
{
    if (is_away())
        return NULL;
    if (office.given)
        __real_clerk_hand_over(clerk);
    office.given = office.waiting = false;
    return __real_clerk_take_back(clerk);
}
