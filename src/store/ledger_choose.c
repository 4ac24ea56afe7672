/*
 * Ledger, choosing: which due rows the gate lets through now.
 *
 * Editions come by priority; of one edition first the lanes that were closed and are open now, each
 * a row in turn, then what was not read yet. A closed domain's rows go to its lane. So nothing
 * waits for anything but its own limits.
 *
 * When that is not enough, rows follow whose place opens soon, in two more passes: first those for
 * whom only a limit that all share is in the way, then the lanes that open next.
 */
#include "store/statement.h"
#include "store/turn.h"

#include "base/banned.h"

enum { REREAD_MS = 60000, LANES_AHEAD = 64 };

struct choosing {
    struct ledger *ledger;
    int64_t now_ms, steady_ms;
    struct choice *choices;
    size_t count, limit;
    enum gate_when when;
    bool closed; /* the gate said GATE_ALL */
};

static enum gate_answer ask(struct choosing *choosing, struct queue *queue, int64_t domain_id,
                            int64_t *ret_opens_ms)
{
    const struct gate *gate = choosing->ledger->turn.gate;
    if (gate == NULL)
        return GATE_OPEN;
    *ret_opens_ms = INT64_MAX;
    enum gate_answer answer =
        gate->ask(gate->self, queue->edition_id, domain_id, choosing->when, ret_opens_ms);
    if (answer == GATE_OPEN)
        return answer;
    /* What depends on messages on their way is asked for each time. */
    if (*ret_opens_ms == INT64_MAX)
        *ret_opens_ms = INT64_MIN;
    if (answer == GATE_EDITION || answer == GATE_ALL) {
        queue->closed = true;
        queue->opens_ms = *ret_opens_ms;
    }
    choosing->closed = answer == GATE_ALL;
    if (answer == GATE_ALL)
        choosing->ledger->reopens_ms = *ret_opens_ms;
    return answer;
}

static void close_lane(struct lane *lane, int64_t opens_ms, enum gate_answer answer)
{
    lane->opens_ms = opens_ms;
    lane->rests = answer == GATE_RESTS;
}

/* For less than this nobody is asked once more. */
enum { SOON_MS = 1000 };

static void forget_lanes(struct queue *queue, int64_t soon_ms)
{
    for (size_t i = 0; i < queue->lane_count; i++) {
        struct lane *lane = &queue->lanes[i];
        if (!lane->rests && lane->opens_ms > soon_ms)
            lane->opens_ms = INT64_MIN;
    }
}

/* A place that was given back may be the one for which somebody was told to wait until tomorrow. */
static void forget_answers(struct ledger *ledger)
{
    if (!ledger->given_back)
        return;
    ledger->given_back = false;
    if (ledger->reopens_ms != INT64_MAX)
        ledger->reopens_ms = INT64_MIN;
    int64_t soon_ms = clock_steady_ms(ledger->turn.gate->clock) + SOON_MS;
    for (size_t i = 0; i < ledger->backlog.count; i++) {
        ledger->backlog.queues[i]->opens_ms = INT64_MIN;
        forget_lanes(ledger->backlog.queues[i], soon_ms);
    }
}

void ledger_forget_gate(struct ledger *ledger)
{
    ledger->given_back = false;
    ledger->reopens_ms = INT64_MAX;
    for (size_t i = 0; i < ledger->backlog.count; i++) {
        struct queue *queue = ledger->backlog.queues[i];
        queue->closed = false;
        for (size_t lane = 0; lane < queue->lane_count; lane++)
            close_lane(&queue->lanes[lane], INT64_MIN, GATE_OPEN);
    }
}

static void choose(struct choosing *choosing, const struct queue *queue, int64_t id,
                   int64_t domain_id, int64_t not_before_ms)
{
    choosing->choices[choosing->count++] = (struct choice){
        .id = id,
        .edition_id = queue->edition_id,
        .domain_id = domain_id,
        .not_before_ms = not_before_ms,
    };
}

static bool is_open(const struct choosing *choosing, const struct lane *lane)
{
    int64_t ahead_ms = choosing->when == GATE_SOON ? GATE_AHEAD_MS : 0;
    return lane->count > 0 && lane->opens_ms <= choosing->steady_ms + ahead_ms;
}

/* One row of a lane, if it is open. */
static bool serve_lane(struct choosing *choosing, struct queue *queue, struct lane *lane)
{
    int64_t opens_ms = INT64_MIN;
    if (!is_open(choosing, lane))
        return false;
    enum gate_answer answer = ask(choosing, queue, lane->domain_id, &opens_ms);
    if (answer == GATE_OPEN)
        choose(choosing, queue, queue_pop(&choosing->ledger->backlog, queue, lane), lane->domain_id,
               opens_ms);
    if (answer == GATE_DOMAIN || answer == GATE_RESTS)
        close_lane(lane, opens_ms, answer);
    return answer == GATE_OPEN;
}

static void serve_lanes(struct choosing *choosing, struct queue *queue)
{
    bool any = queue->waiting > 0;
    while (any && !queue->closed && choosing->count < choosing->limit) {
        any = false;
        for (size_t i = 0; i < queue->lane_count && !queue->closed; i++) {
            size_t at = queue->next_lane++ % queue->lane_count;
            any |= serve_lane(choosing, queue, &queue->lanes[at]);
            if (choosing->count == choosing->limit)
                return;
        }
    }
}

/* The lanes that open next, at most `room`, the earliest first. */
static size_t next_lanes(const struct choosing *choosing, struct queue *queue, struct lane **lanes,
                         size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < queue->lane_count; i++) {
        struct lane *lane = &queue->lanes[i];
        size_t at = count;
        if (!is_open(choosing, lane))
            continue;
        for (; at > 0 && lanes[at - 1]->opens_ms > lane->opens_ms; at--)
            if (at < room)
                lanes[at] = lanes[at - 1];
        if (at < room)
            lanes[at] = lane;
        count += count < room;
    }
    return count;
}

/* One row of each; who has more comes in the next turn. */
static void serve_next_lanes(struct choosing *choosing, struct queue *queue)
{
    struct lane *lanes[LANES_AHEAD];
    size_t room = choosing->limit - choosing->count;
    room = room < LANES_AHEAD ? room : LANES_AHEAD;
    size_t count = queue->waiting > 0 ? next_lanes(choosing, queue, lanes, room) : 0;
    for (size_t i = 0; i < count && !queue->closed; i++)
        serve_lane(choosing, queue, lanes[i]);
}

/* A row behind the cursor: chosen, or in its lane. False when the cursor must stay before it. */
static bool meet(struct choosing *choosing, struct queue *queue, int64_t id, int64_t domain_id)
{
    struct backlog *backlog = &choosing->ledger->backlog;
    int64_t opens_ms = INT64_MIN;
    struct lane *lane = queue_lane(queue, domain_id);
    bool behind = lane != NULL && lane->count > 0;
    if (queue_waits(queue, id) || held_find(&choosing->ledger->held, id) != NULL)
        return true;
    enum gate_answer answer = behind ? GATE_DOMAIN : ask(choosing, queue, domain_id, &opens_ms);
    if (answer == GATE_OPEN)
        queue_mark(queue, id, true), choose(choosing, queue, id, domain_id, opens_ms);
    if (answer != GATE_DOMAIN && answer != GATE_RESTS)
        return answer == GATE_OPEN;
    if (backlog->waiting >= BACKLOG_ROWS)
        return false;
    queue_push(backlog, queue, domain_id, id, false);
    if (!behind)
        close_lane(queue_lane(queue, domain_id), opens_ms, answer);
    return true;
}

static bool read_on(struct choosing *choosing, struct queue *queue, struct error *err)
{
    struct statement *s = statement_of(choosing->ledger->store, QUERY_LEDGER_AFTER);
    statement_int(s, 1, queue->edition_id);
    statement_int(s, 2, choosing->now_ms);
    statement_int(s, 3, queue->cursor_ms);
    statement_int(s, 4, queue->cursor_id);
    while (choosing->count < choosing->limit && statement_row(s)) {
        int64_t id = statement_get_int(s, 0), next_ms = statement_get_int(s, 1);
        if (!meet(choosing, queue, id, statement_get_int(s, 2)))
            break;
        queue->cursor_ms = next_ms;
        queue->cursor_id = id;
    }
    return statement_done(s, err);
}

/* The cursor goes back now and then, whatever other processes did meanwhile (a resend, a clock set
 * back). */
static void reread(struct queue *queue, int64_t now_ms)
{
    if (now_ms >= queue->reread_ms && now_ms < queue->reread_ms + REREAD_MS)
        return;
    queue->cursor_ms = queue->cursor_id = 0;
    queue->reread_ms = now_ms;
}

static bool find_queue(struct ledger *ledger, int64_t edition_id, struct queue **ret_queue,
                       struct error *err)
{
    *ret_queue = backlog_find(&ledger->backlog, edition_id);
    if (*ret_queue != NULL)
        return true;
    struct statement *s = statement_of(ledger->store, QUERY_LEDGER_SPAN);
    statement_int(s, 1, edition_id);
    if (statement_row(s))
        *ret_queue = backlog_add(&ledger->backlog, edition_id, statement_get_int(s, 0),
                                 statement_get_int(s, 1));
    return statement_done(s, err);
}

/* What the pass before has left: a queue that it did not close has only lanes, and of one that it
 * closed although soon is soon enough, nothing can go. */
static bool is_through(const struct choosing *choosing, const struct queue *queue)
{
    if (choosing->when == GATE_SOON)
        return queue->closed;
    return choosing->when == GATE_SOON_SHARED && queue->asked && !queue->closed;
}

static bool choose_of(struct choosing *choosing, int64_t edition_id, struct error *err)
{
    struct queue *queue;
    if (!find_queue(choosing->ledger, edition_id, &queue, err))
        return false;
    if (queue == NULL || is_through(choosing, queue))
        return true;
    queue->closed = false;
    if (choosing->when == GATE_SOON) {
        serve_next_lanes(choosing, queue);
        return true;
    }
    queue->asked = true;
    reread(queue, choosing->now_ms);
    serve_lanes(choosing, queue);
    if (queue->closed || choosing->count == choosing->limit)
        return true;
    size_t before = choosing->count;
    if (!read_on(choosing, queue, err))
        return false;
    if (choosing->count > before || queue->waiting > 0 || queue->closed || queue->cursor_ms == 0)
        return true;
    /* Nothing is left: then looking from the beginning costs nothing. */
    queue->cursor_ms = queue->cursor_id = 0;
    return read_on(choosing, queue, err);
}

static bool choose_all(struct choosing *choosing, const int64_t *editions, size_t count,
                       struct error *err)
{
    bool good = true;
    choosing->closed = false;
    choosing->ledger->reopens_ms = INT64_MAX;
    for (size_t i = 0; good && !choosing->closed && i < count && choosing->count < choosing->limit;
         i++)
        good = choose_of(choosing, editions[i], err);
    return good;
}

bool ledger_choose(struct ledger *ledger, struct arena *arena, int64_t now_ms, size_t limit,
                   struct choice **ret_choices, size_t *ret_count, struct error *err)
{
    const struct gate *gate = ledger->turn.gate;
    forget_answers(ledger);
    struct choosing choosing = {.ledger = ledger,
                                .now_ms = now_ms,
                                .steady_ms = gate != NULL ? clock_steady_ms(gate->clock) : 0,
                                .choices = arena_array(arena, struct choice, limit + 1),
                                .limit = limit};
    int64_t *editions;
    size_t count;
    enum gate_when last = gate != NULL ? GATE_SOON : GATE_NOW;
    for (size_t i = 0; i < ledger->backlog.count; i++)
        ledger->backlog.queues[i]->asked = false;
    bool good = ledger_ids(ledger->store, QUERY_LEDGER_EDITIONS, arena, &editions, &count, err);
    for (; good && choosing.when <= last && choosing.count < limit; choosing.when++) {
        if (choosing.when == GATE_SOON && choosing.closed)
            break;
        good = choose_all(&choosing, editions, count, err);
    }
    *ret_choices = choosing.choices;
    *ret_count = good ? choosing.count : 0;
    while (!good && choosing.count > 0)
        ledger_unchoose(ledger, &choosing.choices[--choosing.count], true);
    return good;
}

void ledger_unchoose(struct ledger *ledger, const struct choice *choice, bool again)
{
    const struct gate *gate = ledger->turn.gate;
    struct queue *queue = backlog_find(&ledger->backlog, choice->edition_id);
    if (gate != NULL)
        gate->drop(gate->self, choice->edition_id, choice->domain_id, choice->begun);
    ledger->given_back = gate != NULL;
    if (!again)
        return;
    if (queue_waits(queue, choice->id))
        queue_mark(queue, choice->id, false);
    queue_push(&ledger->backlog, queue, choice->domain_id, choice->id, true);
    queue_lane(queue, choice->domain_id)->opens_ms = INT64_MIN;
}

/* ---- When it is worth asking again ---- */

int64_t ledger_next_open(struct ledger *ledger, bool rests)
{
    forget_answers(ledger);
    int64_t opens_ms = rests ? INT64_MAX : ledger->reopens_ms;
    for (size_t i = 0; i < ledger->backlog.count; i++) {
        const struct queue *queue = ledger->backlog.queues[i];
        if (!queue->asked)
            continue;
        int64_t own_ms = queue_opens_ms(queue, rests);
        if (queue->closed)
            own_ms = rests ? INT64_MAX : queue->opens_ms;
        opens_ms = own_ms < opens_ms ? own_ms : opens_ms;
    }
    return opens_ms;
}

/* The first row behind the cursor that is not in our hands. Of a closed edition the rows that are
 * due wait for the gate; only later ones come due. */
static bool next_of(struct ledger *ledger, const struct queue *queue, int64_t edition_id,
                    int64_t *due_ms, struct error *err)
{
    struct statement *s = statement_of(ledger->store, QUERY_LEDGER_AFTER);
    statement_int(s, 1, edition_id);
    statement_int(s, 2, *due_ms - 1);
    statement_int(s, 3, queue != NULL ? queue->cursor_ms : 0);
    statement_int(s, 4, queue != NULL ? queue->cursor_id : 0);
    while (statement_row(s)) {
        int64_t id = statement_get_int(s, 0);
        if (held_find(&ledger->held, id) != NULL || (queue != NULL && queue_waits(queue, id)))
            continue;
        *due_ms = statement_get_int(s, 1);
        break;
    }
    return statement_done(s, err);
}

bool ledger_next_due(struct ledger *ledger, int64_t *ret_due_ms, struct error *err)
{
    ARENA(scratch);
    int64_t *editions, due_ms;
    size_t count;
    if (!statement_read_int(statement_of(ledger->store, QUERY_LEDGER_RESTING), 0, &due_ms, err) ||
        !ledger_ids(ledger->store, QUERY_LEDGER_EDITIONS, &scratch, &editions, &count, err))
        return false;
    due_ms = due_ms == 0 ? INT64_MAX : due_ms;
    for (size_t i = 0; i < count; i++) {
        const struct queue *queue = backlog_find(&ledger->backlog, editions[i]);
        bool closed = queue != NULL && queue->closed;
        /* Of an edition that was not looked at because the gate was shut before it there may be no
         * queue yet. */
        if (closed || ledger->reopens_ms != INT64_MAX)
            continue;
        if (!next_of(ledger, queue, editions[i], &due_ms, err))
            return false;
    }
    *ret_due_ms = due_ms;
    return true;
}
