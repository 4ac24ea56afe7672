/*
 * Backlog: due rows that may not go yet, by edition and recipient domain; for the store room only.
 *
 * An edition's due rows are read once, in order, behind a cursor. A row whose domain is closed
 * waits in the lane of its domain, in memory, by its id alone; so a domain that stands still costs
 * the others nothing, however many of its rows come first. Lanes that open are served in turn.
 */
#ifndef STORE_BACKLOG_H
#define STORE_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BACKLOG_ROWS = 1 << 22 }; /* that wait in lanes at most; then reading stands still */

struct lane {
    int64_t domain_id;
    int64_t *ids; /* a ring */
    size_t capacity, first, count;
    int64_t opens_ms; /* steady; not asked before */
    bool rests;       /* the domain asked for less itself */
};

struct queue {
    int64_t edition_id, first_id, last_id;
    int64_t cursor_ms, cursor_id; /* all up to here was read */
    int64_t reread_ms;            /* wall; when the cursor goes back to the beginning */
    bool closed;                  /* the gate said: nothing of this edition, or nothing at all */
    int64_t opens_ms;             /* … until then */
    bool asked;                   /* it was looked at when rows were last chosen */
    unsigned char *waits;         /* a bit for each row: it is in a lane, or chosen */
    struct lane *lanes;
    size_t lane_count, next_lane, waiting;
    uint32_t *lane_of; /* by domain id: its number + 1 */
    size_t lane_of_size;
};

struct backlog {
    struct queue **queues;
    size_t count;
    size_t waiting; /* rows in all lanes */
};

void backlog_free(struct backlog *backlog);
/* NULL when it is not known yet. */
struct queue *backlog_find(const struct backlog *backlog, int64_t edition_id);
struct queue *backlog_add(struct backlog *backlog, int64_t edition_id, int64_t first_id,
                          int64_t last_id);

bool queue_waits(const struct queue *queue, int64_t id);
/* NULL when no row of that domain ever waited. Valid until another lane is added. */
struct lane *queue_lane(const struct queue *queue, int64_t domain_id);
/* Behind the others of its domain, or before them. */
void queue_push(struct backlog *backlog, struct queue *queue, int64_t domain_id, int64_t id,
                bool first);
/* A row that was chosen counts as waiting until it is held. */
void queue_mark(struct queue *queue, int64_t id, bool waits);
/* The first of a lane that is not empty; it still counts as waiting. */
int64_t queue_pop(struct backlog *backlog, struct queue *queue, struct lane *lane);
/* The cursor goes back, so that a row due at `next_ms` is met. */
void queue_rewind(struct queue *queue, int64_t next_ms);
/* When the first lane opens, of those that wait for a limit, or of those that rest; INT64_MAX when
 * there is none. */
int64_t queue_opens_ms(const struct queue *queue, bool rests);

#endif
