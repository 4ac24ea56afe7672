/*
 * Turn: how messages come in and how their fates are committed.
 *
 * The order within a turn is the whole point. Results and intents of all connections go into one
 * durable transaction; only behind it are completing bytes written. So the next completing bytes of
 * a connection never leave before the result of the message in front of them is safe.
 */
#include "base/banned.h"
#include "base/memory.h"
#include "flow/send_state.h"

enum { TAKE = 64 };

static unsigned wants_of(const struct link *link)
{
    return link->state == LINK_OPEN && !link->ended ? smtp_wants(link->smtp) : 0;
}

static size_t total_wants(const struct send *send)
{
    size_t wants = 0;
    for (unsigned i = 0; i < send->link_count; i++)
        wants += wants_of(&send->links[i]);
    return wants;
}

/* Round and round, so that few messages do not all wait for one connection. */
static struct link *next_wanting(struct send *send)
{
    for (unsigned i = 0; i < send->link_count; i++) {
        struct link *link = &send->links[send->next_link++ % send->link_count];
        if (wants_of(link) > 0)
            return link;
    }
    return NULL;
}

static void offer(struct send *send, struct flight *flight, struct link *link)
{
    struct send_item *item = &flight->item;
    struct smtp_message message = {.key = (uint64_t)(uintptr_t)flight,
                                   .from = text_of(item->from),
                                   .to = text_of(item->to),
                                   .body = buffer_text(&item->bytes),
                                   .smtputf8 = item->smtputf8};
    flight->state = FLIGHT_OFFERED;
    flight->link = link;
    link->used_ms = send->now_ms;
    pace_reserve(&send->pace);
    smtp_offer(link->smtp, &message, send->now_ms);
    link_events(send, link);
}

static void merge(struct send *send, struct flight *flight)
{
    struct error err;
    struct link *link = next_wanting(send);
    if (link == NULL) { /* it ended while we were filling it */
        send->work->put_back(send->work->self, &flight->item);
        flight_free(send, flight);
    } else if (!send->work->merge(send->work->self, &flight->item, send->wall_ms, &err)) {
        flight_unmade(send, flight, &err);
    } else {
        offer(send, flight, link);
    }
}

/* False when the work failed. `*ret_count` of `room` were due. */
static bool take(struct send *send, size_t room, size_t *ret_count)
{
    struct send_item *items[TAKE];
    struct error err;
    size_t count = 0;
    for (size_t i = 0; i < room; i++)
        items[i] = &flight_new(send)->item;
    bool good = send->work->take(send->work->self, items, room, send->wall_ms, &count,
                                 &send->next_due_ms, &err);
    must(!good || count <= room);
    count = good ? count : 0;
    for (size_t i = room; i > count; i--)
        flight_free(send, (struct flight *)items[i - 1]);
    for (size_t i = 0; i < count; i++)
        merge(send, (struct flight *)items[i]);
    if (!good)
        send_fail(send, &err);
    *ret_count = count;
    return good;
}

static size_t room_now(struct send *send)
{
    uint64_t paced = pace_room(&send->pace, send->now_ms);
    size_t wants = total_wants(send), room = wants < TAKE ? wants : TAKE;
    return paced < room ? (size_t)paced : room;
}

/* Whether anything is due may have changed: time went by, or another process planned. */
static bool may_be_due(const struct send *send)
{
    return send->more_due || send->wall_ms >= send->next_due_ms || send->now_ms >= send->look_ms;
}

/* Without a connection only the question: is there work for one? */
void turn_look(struct send *send)
{
    struct error err;
    size_t count = 0;
    if (!send->work->take(send->work->self, NULL, 0, send->wall_ms, &count, &send->next_due_ms,
                          &err))
        send_fail(send, &err);
    send->more_due = send->next_due_ms <= send->wall_ms;
    send->look_ms = send->now_ms + SEND_LOOK_MS;
}

void turn_refill(struct send *send)
{
    if (send->stopping || send->now_ms < send->cool_until_ms || !may_be_due(send))
        return;
    if (send->open == 0) {
        if (!send->more_due)
            turn_look(send);
        return;
    }
    for (size_t room = room_now(send), count; room > 0; room = room_now(send)) {
        if (!take(send, room, &count))
            return;
        send->more_due = count == room;
        send->look_ms = send->now_ms + SEND_LOOK_MS;
        if (!send->more_due)
            return;
    }
    if (pace_room(&send->pace, send->now_ms) == 0 && send->work->rethink != NULL)
        send->work->rethink(send->work->self);
}

/* Those that still ask; a connection may have ended since. */
static size_t collect_intents(struct send *send)
{
    size_t count = 0;
    for (size_t i = 0; i < send->asked_count; i++) {
        struct flight *flight = send->asked[i];
        if (flight->state == FLIGHT_ASKED)
            send->intents[count++] = (struct send_intent){.item = &flight->item};
        else
            flight_free(send, flight);
    }
    send->asked_count = 0;
    return count;
}

static void decide(struct send *send, struct flight *flight, bool granted)
{
    struct smtp *smtp = flight->link->smtp;
    uint64_t key = (uint64_t)(uintptr_t)flight;
    must(flight->state == FLIGHT_ASKED);
    if (granted) {
        flight->state = FLIGHT_INTENDED;
        pace_spend(&send->pace, send->now_ms);
        smtp_grant(smtp, key, send->now_ms);
    } else {
        flight->state = FLIGHT_VETOED;
        pace_release(&send->pace);
        send->report->vetoed++;
        smtp_veto(smtp, key, send->now_ms);
        link_events(send, flight->link);
    }
}

static bool commit(struct send *send, size_t intent_count)
{
    struct error err;
    send->report->commits++;
    bool good = send->work->commit(send->work->self, send->results, send->result_count,
                                   send->intents, intent_count, send->wall_ms, &err);
    if (!good) {
        send->refused = true;
        send_fail(send, &err);
    }
    return good && !send->refused;
}

void turn_commit(struct send *send)
{
    size_t intent_count = collect_intents(send), result_count = send->result_count;
    if (result_count == 0 && intent_count == 0)
        return;
    bool good = commit(send, intent_count);
    send->result_count = 0;
    for (size_t i = 0; i < result_count; i++)
        flight_free(send, (struct flight *)send->results[i].item);
    for (size_t i = 0; i < intent_count; i++) {
        struct flight *flight = (struct flight *)send->intents[i].item;
        if (flight->state == FLIGHT_ASKED) /* a veto behind 354 ends its whole connection */
            decide(send, flight, good && send->intents[i].granted);
    }
}
