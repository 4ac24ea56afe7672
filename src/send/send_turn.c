/*
 * Turn: how messages come in and how their fates are committed.
 *
 * The order within a turn is the whole point. Results and intents of all connections go into one
 * durable transaction; only behind it are completing bytes written. So the next completing bytes of
 * a connection never leave before the result of the message in front of them is safe.
 */
#include "base/banned.h"
#include "base/memory.h"
#include "send/send_state.h"

/* What is wanted */

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

/* A few are kept ready, so that a connection never waits for the clerk; not so many that something
 * more urgent would have to stand behind them for long. */
static size_t room_wanted(struct send *send)
{
    size_t reserve = (size_t)send->open * send->options->depth;
    size_t wanted = total_wants(send) + (reserve < CLERK_TAKE ? reserve : CLERK_TAKE);
    uint64_t paced = pace_room(send->options->pace, send->now_ms);
    wanted = paced < wanted ? (size_t)paced : wanted;
    wanted = wanted > send->ready_count ? wanted - send->ready_count : 0;
    return wanted < CLERK_TAKE ? wanted : CLERK_TAKE;
}

/* Whether anything is due may have changed: time went by, or another process planned. */
static bool may_be_due(const struct send *send)
{
    return send->more_due || send->wall_ms >= send->next_due_ms || send->now_ms >= send->look_ms;
}

/* Handing over */

int64_t turn_asked_ms(const struct send *send)
{
    int64_t asked_ms = INT64_MAX;
    for (size_t i = 0; i < send->asked_count; i++) {
        const struct flight *flight = send->asked[i];
        int64_t own_ms = flight->state == FLIGHT_LOST ? INT64_MIN : flight->item.not_before_ms;
        asked_ms = own_ms < asked_ms ? own_ms : asked_ms;
    }
    return asked_ms;
}

/* Those that still ask and whose moment has come; of some the connection has ended since. */
static void gather_asked(struct send *send, struct clerk_job *job)
{
    size_t waiting = 0;
    for (size_t i = 0; i < send->asked_count; i++) {
        struct flight *flight = send->asked[i];
        if (flight->state == FLIGHT_ASKED && flight->item.not_before_ms > send->now_ms) {
            send->asked[waiting++] = flight;
            continue;
        }
        if (flight->state != FLIGHT_ASKED) {
            must(flight->state == FLIGHT_LOST);
            clerk_add_back(job, &flight->item);
            continue;
        }
        flight->state = FLIGHT_DECIDING;
        clerk_add_intent(job, &flight->item);
    }
    send->asked_count = waiting;
}

static void gather_results(struct send *send, struct clerk_job *job)
{
    for (size_t i = 0; i < send->result_count; i++)
        *clerk_add_result(job) = send->results[i];
    send->result_count = 0;
}

static void gather_backs(struct send *send, struct clerk_job *job)
{
    for (size_t i = 0; i < send->back_count; i++)
        clerk_add_back(job, &send->backs[i]->item);
    send->back_count = 0;
}

static void ask_for_more(struct send *send, struct clerk_job *job)
{
    bool news = job->result_count + job->back_count > 0; /* places under limits may be free */
    if (send->stopping || send->now_ms < send->cool_until_ms || !(news || may_be_due(send)))
        return;
    job->room = send->open > 0 ? room_wanted(send) : 0;
    /* Without room only the question, is there work? Unasked, the time to look again would stay
     * past, and the loop would never sleep. */
    job->look = job->room == 0 && !send->more_due;
    for (size_t i = 0; i < job->room; i++)
        job->items[i] = &flight_new(send)->item;
}

static void gather_pause(struct send *send, struct clerk_job *job)
{
    job->pause = send->pause;
    job->pause_why = send->pause_why;
    send->pause = 0;
}

static bool is_empty(const struct clerk_job *job)
{
    return job->back_count + job->result_count + job->intent_count + job->room == 0 &&
           job->pause == 0 && !job->look && !job->last;
}

void turn_hand_over(struct send *send)
{
    struct clerk_job *job = clerk_free(send->clerk);
    if (job == NULL)
        return;
    gather_asked(send, job);
    gather_results(send, job);
    gather_backs(send, job);
    gather_pause(send, job);
    ask_for_more(send, job);
    /* Results that a failing ledger could not take are offered once more, at the very end. */
    job->last = send->save_again && send->stopping && send->open == 0;
    send->save_again &= !job->last;
    job->wall_ms = send->wall_ms;
    if (is_empty(job))
        return;
    send->report->commits += job->result_count + job->intent_count > 0;
    clerk_hand_over(send->clerk);
}

/* Taking back */

static void complete(struct send *send, struct flight *flight)
{
    flight->state = FLIGHT_INTENDED;
    pace_spend(send->options->pace, send->now_ms);
    smtp_grant(flight->link->smtp, (uint64_t)(uintptr_t)flight, send->now_ms);
}

static void grant(struct send *send, struct flight *flight)
{
    if (flight->item.completes_ms <= send->now_ms)
        complete(send, flight);
    else
        flight_clear(send, flight);
}

void turn_complete(struct send *send)
{
    size_t waiting = 0;
    for (size_t i = 0; i < send->cleared_count; i++) {
        struct flight *flight = send->cleared[i];
        if (flight->item.completes_ms > send->now_ms)
            send->cleared[waiting++] = flight;
        else
            complete(send, flight);
    }
    send->cleared_count = waiting;
}

int64_t turn_cleared_ms(const struct send *send)
{
    int64_t completes_ms = INT64_MAX;
    for (size_t i = 0; i < send->cleared_count; i++)
        if (send->cleared[i]->item.completes_ms < completes_ms)
            completes_ms = send->cleared[i]->item.completes_ms;
    return completes_ms;
}

static void veto(struct send *send, struct flight *flight)
{
    flight->state = FLIGHT_VETOED;
    pace_release(send->options->pace);
    send->report->vetoed++;
    smtp_veto(flight->link->smtp, (uint64_t)(uintptr_t)flight, send->now_ms);
    link_events(send, flight->link);
}

/* The connection ended while the clerk wrote. An INTENT that is durable now needs its result. */
static void decide_abandoned(struct send *send, struct flight *flight, bool granted)
{
    const struct smtp_event lost = {.kind = SMTP_OUTCOME, .outcome = SMTP_UNTOUCHED};
    if (!granted) {
        pace_release(send->options->pace);
        send->report->vetoed++;
        flight_free(send, flight);
        return;
    }
    pace_spend(send->options->pace, send->now_ms);
    flight->state = FLIGHT_INTENDED;
    flight_outcome(send, flight, &lost);
}

/* Its place is not free yet after all. */
static void ask_again(struct send *send, struct flight *flight, int64_t again_ms)
{
    flight->item.not_before_ms = again_ms;
    if (flight->state == FLIGHT_DECIDING) {
        flight_ask(send, flight);
        return;
    }
    pace_release(send->options->pace);
    flight_back(send, flight);
}

static void decide(struct send *send, struct flight *flight, bool granted)
{
    if (flight->state == FLIGHT_ABANDONED)
        decide_abandoned(send, flight, granted);
    else if (granted)
        grant(send, flight);
    else
        veto(send, flight);
}

static void note_failures(struct send *send, const struct clerk_job *job)
{
    bool asked = job->room > 0 || job->look;
    if (job->committed && (job->took || !asked))
        return;
    if (!job->committed && !send->refused)
        send->refused = send->save_again = true;
    send_fail(send, &job->err);
}

/* What was taken is merged behind the next handing over, while the clerk is at work again. */
static void keep_taken(struct send *send, struct clerk_job *job)
{
    must(send->taken_count == 0);
    for (size_t i = 0; i < job->count; i++)
        send->taken[send->taken_count++] = (struct flight *)job->items[i];
    for (size_t i = job->count; i < job->room; i++)
        flight_free(send, (struct flight *)job->items[i]);
    if (!job->took)
        return;
    send->next_due_ms = job->next_due_ms;
    send->more_due = job->room > 0 ? job->count == job->room : job->next_due_ms <= send->wall_ms;
    send->look_ms = send->now_ms + SEND_LOOK_MS;
}

void turn_take_back(struct send *send)
{
    struct clerk_job *job = clerk_take_back(send->clerk);
    if (job == NULL)
        return;
    note_failures(send, job);
    for (size_t i = 0; i < job->result_count; i++)
        flight_free(send, (struct flight *)job->results[i].item);
    for (size_t i = 0; i < job->back_count; i++)
        flight_free(send, (struct flight *)job->backs[i]);
    for (size_t i = 0; i < job->intent_count; i++) {
        const struct send_intent *intent = &job->intents[i];
        struct flight *flight = (struct flight *)intent->item;
        if (intent->again_ms != 0)
            ask_again(send, flight, intent->again_ms);
        else
            decide(send, flight, job->committed && !send->refused && intent->granted);
    }
    keep_taken(send, job);
    clerk_done(send->clerk);
}

/* Merging and offering */

void turn_merge(struct send *send)
{
    struct error err;
    for (size_t i = 0; i < send->taken_count; i++) {
        struct flight *flight = send->taken[i];
        if (send->stopping)
            flight_back(send, flight);
        else if (!send->work->merge(send->work->self, &flight->item, send->wall_ms, &err))
            flight_unmade(send, flight, &err);
        else
            flight_ready(send, flight);
    }
    send->taken_count = 0;
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
    pace_reserve(send->options->pace);
    smtp_offer(link->smtp, &message, send->now_ms);
    link_events(send, link);
}

void turn_offer(struct send *send)
{
    while (send->stopping && send->ready_count > 0)
        flight_back(send, flight_take_ready(send));
    if (send->now_ms < send->cool_until_ms)
        return;
    while (send->ready_count > 0 && pace_room(send->options->pace, send->now_ms) > 0) {
        struct link *link = next_wanting(send);
        if (link == NULL)
            return;
        offer(send, flight_take_ready(send), link);
    }
}
