/* Clerk: who talks to the work while the loop goes on. */
#include "send/send_clerk.h"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/banned.h"
#include "base/memory.h"

enum clerk_state { CLERK_IDLE, CLERK_GIVEN, CLERK_FINISHED, CLERK_TAKEN_BACK };

struct clerk {
    const struct send_work *work;
    bool threaded, leaving;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t given;
    enum clerk_state state;
    int event;
    struct clerk_job job;
};

/* The work */

static bool commit(const struct send_work *work, struct clerk_job *job)
{
    if (job->result_count + job->intent_count == 0 && !job->last)
        return true;
    return work->commit(work->self, job->results, job->result_count, job->intents,
                        job->intent_count, job->wall_ms, &job->err);
}

static bool take(const struct send_work *work, struct clerk_job *job)
{
    return work->take(work->self, job->items, job->room, job->wall_ms, &job->count,
                      &job->next_due_ms, &job->err);
}

static void do_job(const struct send_work *work, struct clerk_job *job)
{
    for (size_t i = 0; i < job->back_count; i++)
        work->put_back(work->self, job->backs[i]);
    job->committed = commit(work, job);
    if (job->pause != 0 && work->pause != NULL)
        work->pause(work->self, job->pause, job->pause_why);
    job->count = 0;
    job->took = job->committed && (job->room > 0 || job->look) && take(work, job);
}

/* The thread */

static void wait_for_job(struct clerk *clerk)
{
    pthread_mutex_lock(&clerk->mutex);
    while (clerk->state != CLERK_GIVEN && !clerk->leaving)
        pthread_cond_wait(&clerk->given, &clerk->mutex);
    pthread_mutex_unlock(&clerk->mutex);
}

static void finish_job(struct clerk *clerk)
{
    uint64_t one = 1;
    pthread_mutex_lock(&clerk->mutex);
    must(write(clerk->event, &one, sizeof(one)) == sizeof(one));
    clerk->state = CLERK_FINISHED;
    pthread_mutex_unlock(&clerk->mutex);
}

static void *live(void *self)
{
    struct clerk *clerk = self;
    for (wait_for_job(clerk); !clerk->leaving; wait_for_job(clerk)) {
        do_job(clerk->work, &clerk->job);
        finish_job(clerk);
    }
    return NULL;
}

/* Signals are for the thread that started us. */
static void start(struct clerk *clerk)
{
    sigset_t all, before;
    clerk->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    must(clerk->event >= 0);
    pthread_mutex_init(&clerk->mutex, NULL);
    pthread_cond_init(&clerk->given, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    must(pthread_create(&clerk->thread, NULL, live, clerk) == 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void stop(struct clerk *clerk)
{
    pthread_mutex_lock(&clerk->mutex);
    clerk->leaving = true;
    pthread_cond_signal(&clerk->given);
    pthread_mutex_unlock(&clerk->mutex);
    pthread_join(clerk->thread, NULL);
    pthread_cond_destroy(&clerk->given);
    pthread_mutex_destroy(&clerk->mutex);
    close(clerk->event);
}

struct clerk *clerk_open(const struct send_work *work, bool threaded)
{
    struct clerk *clerk = memory_take(sizeof(*clerk));
    clerk->work = work;
    clerk->threaded = threaded;
    clerk->event = -1;
    if (threaded)
        start(clerk);
    return clerk;
}

void clerk_close(struct clerk *clerk)
{
    if (clerk == NULL)
        return;
    must(!clerk_is_busy(clerk));
    if (clerk->threaded)
        stop(clerk);
    memory_free(clerk->job.backs);
    memory_free(clerk->job.results);
    memory_free(clerk->job.intents);
    memory_free(clerk);
}

int clerk_socket(const struct clerk *clerk)
{
    return clerk->event;
}

/* Handing over and taking back: the loop's side */

static enum clerk_state state_of(struct clerk *clerk)
{
    if (!clerk->threaded)
        return clerk->state;
    pthread_mutex_lock(&clerk->mutex);
    enum clerk_state state = clerk->state;
    pthread_mutex_unlock(&clerk->mutex);
    return state;
}

bool clerk_is_busy(const struct clerk *clerk)
{
    return state_of((struct clerk *)(uintptr_t)clerk) != CLERK_IDLE;
}

struct clerk_job *clerk_free(struct clerk *clerk)
{
    return state_of(clerk) == CLERK_IDLE ? &clerk->job : NULL;
}

void clerk_hand_over(struct clerk *clerk)
{
    must(state_of(clerk) == CLERK_IDLE);
    if (!clerk->threaded) {
        do_job(clerk->work, &clerk->job);
        clerk->state = CLERK_FINISHED;
        return;
    }
    pthread_mutex_lock(&clerk->mutex);
    clerk->state = CLERK_GIVEN;
    pthread_cond_signal(&clerk->given);
    pthread_mutex_unlock(&clerk->mutex);
}

struct clerk_job *clerk_take_back(struct clerk *clerk)
{
    uint64_t count;
    if (state_of(clerk) != CLERK_FINISHED)
        return NULL;
    if (clerk->threaded)
        must(read(clerk->event, &count, sizeof(count)) == sizeof(count));
    clerk->state = CLERK_TAKEN_BACK;
    return &clerk->job;
}

void clerk_done(struct clerk *clerk)
{
    struct clerk_job *job = &clerk->job;
    must(clerk->state == CLERK_TAKEN_BACK);
    job->back_count = job->result_count = job->intent_count = job->room = job->count = 0;
    job->pause = 0;
    job->last = job->look = false;
    clerk->state = CLERK_IDLE;
}

/* Lists */

static void *grown(void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    *room = *room * 2 + 16;
    return memory_grow(list, *room * size);
}

struct send_result *clerk_add_result(struct clerk_job *job)
{
    job->results = grown(job->results, job->result_count, &job->result_room, sizeof(*job->results));
    return &job->results[job->result_count++];
}

void clerk_add_intent(struct clerk_job *job, struct send_item *item)
{
    job->intents = grown(job->intents, job->intent_count, &job->intent_room, sizeof(*job->intents));
    job->intents[job->intent_count++] = (struct send_intent){.item = item};
}

void clerk_add_back(struct clerk_job *job, struct send_item *item)
{
    job->backs = grown(job->backs, job->back_count, &job->back_room, sizeof(*job->backs));
    job->backs[job->back_count++] = item;
}
