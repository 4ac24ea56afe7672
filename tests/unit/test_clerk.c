/* Clerk: a job is done whole, in its order, and only one at a time; with a thread or without. */
#include <poll.h>
#include <pthread.h>

#include "check.h"
#include "send/send_clerk.h"

static struct desk {
    char calls[256];
    bool broken; /* commit fails */
    size_t due;
    pthread_t worker;
} desk;

static void note(const char *call)
{
    size_t length = strlen(desk.calls);
    snprintf(desk.calls + length, sizeof(desk.calls) - length, "%s ", call);
    desk.worker = pthread_self();
}

static bool take(void *self, struct send_item **items, size_t room, int64_t now_ms,
                 size_t *ret_count, int64_t *ret_next_ms, struct error *err)
{
    (void)self, (void)now_ms, (void)err;
    note(room > 0 ? "take" : "look");
    *ret_count = desk.due < room ? desk.due : room;
    for (size_t i = 0; i < *ret_count; i++)
        items[i]->key = (int64_t)i + 1;
    *ret_next_ms = 42;
    return true;
}

static void put_back(void *self, struct send_item *item)
{
    (void)self, (void)item;
    note("back");
}

static bool commit(void *self, const struct send_result *results, size_t result_count,
                   struct send_intent *intents, size_t intent_count, int64_t now_ms,
                   struct error *err)
{
    (void)self, (void)results, (void)now_ms;
    note(result_count + intent_count > 0 ? "commit" : "save");
    for (size_t i = 0; i < intent_count; i++)
        intents[i].granted = true;
    return !desk.broken || error_set(err, FAULT_WRITE, "the disk is full");
}

static void pause_edition(void *self, int64_t edition, const char *why)
{
    (void)self, (void)edition, (void)why;
    note("pause");
}

static const struct send_work work = {
    .take = take, .put_back = put_back, .commit = commit, .pause = pause_edition};

static struct send_item items[4];

static void fill_none(struct clerk_job *job)
{
    job->look = true;
}

static void fill_all(struct clerk_job *job)
{
    clerk_add_back(job, &items[0]);
    *clerk_add_result(job) = (struct send_result){.item = &items[1]};
    clerk_add_intent(job, &items[2]);
    job->pause = 7;
    job->room = 2;
    job->items[0] = &items[0];
    job->items[1] = &items[3];
}

static void fill_intent(struct clerk_job *job)
{
    clerk_add_intent(job, &items[2]);
}

static void fill_last(struct clerk_job *job)
{
    job->last = true;
}

static const struct {
    const char *promise;
    void (*fill)(struct clerk_job *);
    bool broken;
    const char *calls;
    bool committed, took;
} rows[] = {
    {"everything in its order", fill_all, false, "back commit pause take ", true, true},
    {"a look takes nothing", fill_none, false, "look ", true, true},
    {"an intent alone", fill_intent, false, "commit ", true, false},
    {"an empty commit at the end", fill_last, false, "save ", true, false},
    {"nothing is taken behind a commit that failed", fill_all, true, "back commit pause ", false,
     false},
};

static struct clerk_job *wait_for(struct clerk *clerk)
{
    struct pollfd done = {.fd = clerk_socket(clerk), .events = POLLIN};
    if (done.fd >= 0)
        check("a job that is done can be seen", poll(&done, 1, 10000) == 1);
    return clerk_take_back(clerk);
}

static void jobs_are_done(bool threaded)
{
    struct clerk *clerk = clerk_open(&work, threaded);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        desk = (struct desk){.broken = rows[i].broken, .due = 1};
        check("nothing is done before", clerk_take_back(clerk) == NULL && !clerk_is_busy(clerk));
        rows[i].fill(clerk_free(clerk));
        clerk_hand_over(clerk);
        check("one job at a time", clerk_free(clerk) == NULL && clerk_is_busy(clerk));
        struct clerk_job *job = wait_for(clerk);
        check_text(rows[i].promise, text_of(desk.calls), text_of(rows[i].calls));
        check(rows[i].promise, job->committed == rows[i].committed && job->took == rows[i].took);
        check(rows[i].promise, job->committed || job->err.fault == FAULT_WRITE);
        check(rows[i].promise, job->count == (rows[i].took && job->room > 0 ? 1u : 0u));
        check("in the thread that was meant",
              pthread_equal(desk.worker, pthread_self()) == (threaded ? 0 : 1));
        clerk_done(clerk);
        job = clerk_free(clerk);
        check("its lists are empty again",
              job->back_count + job->result_count + job->intent_count + job->room == 0);
    }
    clerk_close(clerk);
}

int main(void)
{
    jobs_are_done(false);
    jobs_are_done(true);
    return check_done();
}
