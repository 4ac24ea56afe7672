/*
 * Clerk: who talks to the work while the loop goes on.
 *
 * A commit waits for the disk; meanwhile the loop has replies to read, messages to merge and bytes
 * to write. So the loop hands its turn over as one job and takes it back when it is done. There is
 * never more than one job, so while one runs, whatever else the loop learns gathers for the next:
 * the slower the disk, the larger the groups. The work is called by the clerk alone, but for
 * merge(), which the loop calls for the rows of the last job while the next one runs.
 *
 * Without a thread of its own (the simulator, small lists) a job is simply done at once.
 */
#ifndef SEND_SEND_CLERK_H
#define SEND_SEND_CLERK_H

#include "send/send.h"

enum { CLERK_TAKE = 256 };

struct flight;

struct clerk_job {
    /* to do, in this order */
    struct send_item **backs; /* to be put back */
    size_t back_count, back_room;
    struct send_result *results; /* to be committed … */
    size_t result_count, result_room;
    struct send_intent *intents; /* … together with these */
    size_t intent_count, intent_room;
    int64_t pause;         /* an edition; 0: none */
    const char *pause_why; /* static */
    bool last;             /* an empty commit, to save what an earlier one could not */
    struct send_item *items[CLERK_TAKE]; /* to be filled with what is due */
    size_t room;
    bool look; /* ask what is due even without room */
    int64_t wall_ms;

    /* done */
    bool committed; /* or there was nothing to commit */
    bool took;      /* take() was asked, and well */
    size_t count;
    int64_t next_due_ms;
    struct error err; /* of the first that failed */
};

struct clerk;

/* `threaded`: with a thread of its own. */
struct clerk *clerk_open(const struct send_work *work, bool threaded);
/* No job is running. */
void clerk_close(struct clerk *clerk);
/* Readable when a job is done; -1 without a thread. */
int clerk_socket(const struct clerk *clerk);

/* The job to be filled in; NULL while one runs or waits to be taken back. Its lists are empty. */
struct clerk_job *clerk_free(struct clerk *clerk);
void clerk_hand_over(struct clerk *clerk);
/* NULL as long as none is done. To be given back with clerk_done(). */
struct clerk_job *clerk_take_back(struct clerk *clerk);
void clerk_done(struct clerk *clerk);
bool clerk_is_busy(const struct clerk *clerk);

/* Room for one more in a list of a job. */
struct send_result *clerk_add_result(struct clerk_job *job);
void clerk_add_intent(struct clerk_job *job, struct send_item *item);
void clerk_add_back(struct clerk_job *job, struct send_item *item);

#endif
