/* Backlog: due rows that may not go yet, by edition and recipient domain. */
#include "store/backlog.h"

#include <string.h>

#include "base/banned.h"
#include "base/memory.h"

enum { FIRST_CAPACITY = 16 };

static void free_queue(struct queue *queue)
{
    for (size_t i = 0; i < queue->lane_count; i++)
        memory_free(queue->lanes[i].ids);
    memory_free(queue->lanes);
    memory_free(queue->lane_of);
    memory_free(queue->waits);
    memory_free(queue);
}

void backlog_free(struct backlog *backlog)
{
    for (size_t i = 0; i < backlog->count; i++)
        free_queue(backlog->queues[i]);
    memory_free(backlog->queues);
    *backlog = (struct backlog){0};
}

struct queue *backlog_find(const struct backlog *backlog, int64_t edition_id)
{
    for (size_t i = 0; i < backlog->count; i++)
        if (backlog->queues[i]->edition_id == edition_id)
            return backlog->queues[i];
    return NULL;
}

struct queue *backlog_add(struct backlog *backlog, int64_t edition_id, int64_t first_id,
                          int64_t last_id)
{
    struct queue *queue = memory_take(sizeof(*queue));
    size_t rows = last_id >= first_id ? (size_t)(last_id - first_id) + 1 : 0;
    *queue = (struct queue){.edition_id = edition_id, .first_id = first_id, .last_id = last_id};
    queue->waits = memory_take(rows / 8 + 1);
    backlog->queues = memory_grow(backlog->queues, (backlog->count + 1) * sizeof(*backlog->queues));
    backlog->queues[backlog->count++] = queue;
    return queue;
}

bool queue_waits(const struct queue *queue, int64_t id)
{
    must(id >= queue->first_id && id <= queue->last_id);
    size_t bit = (size_t)(id - queue->first_id);
    return (queue->waits[bit / 8] >> (bit % 8) & 1) != 0;
}

void queue_mark(struct queue *queue, int64_t id, bool waits)
{
    must(queue_waits(queue, id) != waits);
    size_t bit = (size_t)(id - queue->first_id);
    queue->waits[bit / 8] = (unsigned char)(queue->waits[bit / 8] ^ 1 << (bit % 8));
}

struct lane *queue_lane(const struct queue *queue, int64_t domain_id)
{
    size_t at = (size_t)domain_id;
    if (at >= queue->lane_of_size || queue->lane_of[at] == 0)
        return NULL;
    return &queue->lanes[queue->lane_of[at] - 1];
}

static void widen(struct queue *queue, size_t domain)
{
    size_t size = queue->lane_of_size > 0 ? queue->lane_of_size : FIRST_CAPACITY;
    while (size <= domain)
        size *= 2;
    queue->lane_of = memory_grow(queue->lane_of, size * sizeof(*queue->lane_of));
    memset(queue->lane_of + queue->lane_of_size, 0,
           (size - queue->lane_of_size) * sizeof(*queue->lane_of));
    queue->lane_of_size = size;
}

static struct lane *add_lane(struct queue *queue, int64_t domain_id)
{
    must(domain_id >= 0 && domain_id < UINT32_MAX);
    if ((size_t)domain_id >= queue->lane_of_size)
        widen(queue, (size_t)domain_id);
    if ((queue->lane_count & (queue->lane_count - 1)) == 0) {
        size_t capacity = queue->lane_count > 0 ? queue->lane_count * 2 : 1;
        queue->lanes = memory_grow(queue->lanes, capacity * sizeof(*queue->lanes));
    }
    queue->lanes[queue->lane_count] = (struct lane){.domain_id = domain_id};
    queue->lane_of[domain_id] = (uint32_t)++queue->lane_count;
    return &queue->lanes[queue->lane_count - 1];
}

static void grow(struct lane *lane)
{
    size_t capacity = lane->capacity > 0 ? lane->capacity * 2 : FIRST_CAPACITY;
    int64_t *more = memory_take(capacity * sizeof(*more));
    for (size_t i = 0; i < lane->count; i++)
        more[i] = lane->ids[(lane->first + i) % lane->capacity];
    memory_free(lane->ids);
    lane->ids = more;
    lane->capacity = capacity;
    lane->first = 0;
}

void queue_push(struct backlog *backlog, struct queue *queue, int64_t domain_id, int64_t id,
                bool first)
{
    struct lane *lane = queue_lane(queue, domain_id);
    if (lane == NULL)
        lane = add_lane(queue, domain_id);
    if (lane->count == lane->capacity)
        grow(lane);
    if (first)
        lane->first = (lane->first + lane->capacity - 1) % lane->capacity;
    size_t at = first ? lane->first : (lane->first + lane->count) % lane->capacity;
    lane->ids[at] = id;
    lane->count++;
    queue_mark(queue, id, true);
    queue->waiting++;
    backlog->waiting++;
}

int64_t queue_pop(struct backlog *backlog, struct queue *queue, struct lane *lane)
{
    must(lane->count > 0);
    int64_t id = lane->ids[lane->first];
    lane->first = (lane->first + 1) % lane->capacity;
    lane->count--;
    queue->waiting--;
    backlog->waiting--;
    return id;
}

void queue_rewind(struct queue *queue, int64_t next_ms)
{
    if (next_ms > queue->cursor_ms)
        return;
    queue->cursor_ms = next_ms;
    queue->cursor_id = 0;
}

int64_t queue_opens_ms(const struct queue *queue, bool rests)
{
    int64_t opens_ms = INT64_MAX;
    for (size_t i = 0; queue->waiting > 0 && i < queue->lane_count; i++)
        if (queue->lanes[i].count > 0 && queue->lanes[i].rests == rests &&
            queue->lanes[i].opens_ms < opens_ms)
            opens_ms = queue->lanes[i].opens_ms;
    return opens_ms;
}
