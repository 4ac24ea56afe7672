/* Flight: one message in memory, from take() to its result. */
#include <string.h>

#include "base/banned.h"
#include "base/memory.h"
#include "send/send_state.h"

struct flight *flight_new(struct send *send)
{
    struct flight *flight = send->free_flights;
    if (flight != NULL) {
        send->free_flights = flight->next;
    } else {
        flight = memory_take(sizeof(*flight));
        flight->item.bytes = BUFFER_INIT(SEND_MESSAGE);
        send->flight_count++;
    }
    struct buffer bytes = flight->item.bytes;
    buffer_clear(&bytes);
    flight->item = (struct send_item){.bytes = bytes};
    flight->state = FLIGHT_TAKEN;
    flight->link = NULL;
    send->in_flight++;
    return flight;
}

/* A large message's memory is not kept for the small ones behind it. */
void flight_free(struct send *send, struct flight *flight)
{
    must(flight->state != FLIGHT_FREE);
    if (flight->item.bytes.capacity > SEND_KEEP)
        buffer_free(&flight->item.bytes);
    flight->state = FLIGHT_FREE;
    flight->next = send->free_flights;
    send->free_flights = flight;
    send->in_flight--;
}

void flights_close(struct send *send)
{
    must(send->in_flight == 0);
    for (struct flight *flight = send->free_flights, *next; flight != NULL; flight = next) {
        next = flight->next;
        buffer_free(&flight->item.bytes);
        memory_free(flight);
    }
    memory_free(send->results);
    memory_free(send->asked);
    memory_free(send->cleared);
    memory_free(send->backs);
}

static void *grown(void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    *room = *room * 2 + 16;
    return memory_grow(list, *room * size);
}

void flight_ready(struct send *send, struct flight *flight)
{
    flight->next = NULL;
    if (send->ready_count++ == 0)
        send->ready_first = flight;
    else
        send->ready_last->next = flight;
    send->ready_last = flight;
}

struct flight *flight_take_ready(struct send *send)
{
    struct flight *flight = send->ready_first;
    must(send->ready_count > 0);
    send->ready_first = flight->next;
    send->ready_count--;
    return flight;
}

void flight_back(struct send *send, struct flight *flight)
{
    flight->state = FLIGHT_TAKEN;
    send->backs = grown(send->backs, send->back_count, &send->back_room, sizeof(*send->backs));
    send->backs[send->back_count++] = flight;
}

/* The list only grows; whoever hands it over leaves out what ended before it came to that. */
void flight_ask(struct send *send, struct flight *flight)
{
    must(flight->state == FLIGHT_OFFERED || flight->state == FLIGHT_DECIDING);
    flight->state = FLIGHT_ASKED;
    send->asked = grown(send->asked, send->asked_count, &send->asked_room, sizeof(*send->asked));
    send->asked[send->asked_count++] = flight;
}

void flight_clear(struct send *send, struct flight *flight)
{
    flight->state = FLIGHT_CLEARED;
    send->cleared =
        grown(send->cleared, send->cleared_count, &send->cleared_room, sizeof(*send->cleared));
    send->cleared[send->cleared_count++] = flight;
}

static void unclear(struct send *send, const struct flight *flight)
{
    size_t at = 0;
    while (send->cleared[at] != flight)
        at++;
    send->cleared[at] = send->cleared[--send->cleared_count];
}

static struct send_result *new_result(struct send *send)
{
    send->results =
        grown(send->results, send->result_count, &send->result_room, sizeof(*send->results));
    return &send->results[send->result_count++];
}

static const char *const fate_names[] = {"sent", "deferred", "failed", "unknown"};

static void log_result(struct send *send, const struct send_result *result)
{
    char enhanced[ENHANCED_STRING];
    enum log_level level =
        result->fate == SEND_FAILED || result->fate == SEND_UNKNOWN ? LOG_WARNING : LOG_INFO;
    if (result->reply.code == 0)
        log_later(send->options->log, &send->lines, level, "%s: %s (%s) delivery %lld",
                  result->item->to, fate_names[result->fate], result->reason,
                  (long long)result->item->key);
    else
        log_later(send->options->log, &send->lines, level,
                  "%s: %s (%s) delivery %lld: %s said %u %s %.*s", result->item->to,
                  fate_names[result->fate], result->reason, (long long)result->item->key,
                  facts_stage_name(result->stage), result->reply.code,
                  enhanced_string(result->reply.enhanced, enhanced), TEXT_ARGS(result->reply.text));
}

static void count_result(struct send *send, const struct send_result *result)
{
    uint64_t *const counters[] = {
        [SEND_SENT] = &send->report->sent,
        [SEND_READY] = &send->report->deferred,
        [SEND_FAILED] = &send->report->failed,
        [SEND_UNKNOWN] = &send->report->unknown,
    };
    ++*counters[result->fate];
    int64_t slot = send->now_ms / SEND_RATE_MS;
    for (; send->rate_slot < slot; send->rate_slot++)
        send->rate_counts[(send->rate_slot + 1) % SEND_RATE_SLOTS] = 0;
    send->rate_counts[slot % SEND_RATE_SLOTS]++;
}

/* The server wants less of us: fewer connections and a rest that doubles while it goes on. */
static void slow_down(struct send *send)
{
    if (send->now_ms < send->cool_until_ms)
        return;
    send->cool_ms = send->cool_ms == 0 ? SEND_COOL_MS : send->cool_ms * 2;
    if (send->cool_ms > SEND_COOL_MAX_MS)
        send->cool_ms = SEND_COOL_MAX_MS;
    send->cool_until_ms = send->now_ms + send->cool_ms;
    send->allowed = send->allowed > 1 ? send->allowed / 2 : 1;
    log_warning(send->options->log,
                "the relay asks us to slow down: resting %lld s, then %u connections",
                (long long)send->cool_ms / 1000, send->allowed);
}

static void pause_edition(struct send *send, const struct send_result *result)
{
    send->report->paused = true;
    send->pause = result->item->edition;
    send->pause_why = result->reason;
}

/* Our sender or our credentials are refused: no message of any edition would leave. */
static void refuse_all(struct send *send, const struct send_result *result)
{
    struct error err;
    error_set(&err, FAULT_CONFIG,
              "the relay refuses every message (%u %.*s); check sender and relay",
              result->reply.code, TEXT_ARGS(result->reply.text));
    send_fail(send, &err);
}

static void act_on(struct send *send, const struct send_result *result)
{
    bool relay = !send->work->paces_domains || result->stage < STAGE_RCPT;
    if (result->action == VERDICT_SLOW_DOWN && relay)
        slow_down(send);
    else if (result->action == VERDICT_PAUSE_EDITION)
        pause_edition(send, result);
    else if (result->action == VERDICT_PAUSE)
        refuse_all(send, result);
    else if (result->fate == SEND_SENT)
        send->cool_ms = 0;
}

static void take_result(struct send *send, struct flight *flight, const struct send_result *result)
{
    struct send_result *kept = new_result(send);
    *kept = *result;
    size_t length = result->reply.text.length;
    must(length <= sizeof(flight->words));
    if (length > 0)
        memcpy(flight->words, result->reply.text.at, length);
    kept->reply.text = text_from(flight->words, length);
    kept->known_ms = clock_steady_ms(send->options->clock);
    flight->state = FLIGHT_ENDED;
    if (result->reply.code != 0)
        send->failed_tries = 0;
    count_result(send, kept);
    log_result(send, kept);
    act_on(send, kept);
}

/* Nothing was completed and nobody said no, so nothing is counted. */
static void untouched(struct send *send, struct flight *flight)
{
    if (flight->state == FLIGHT_DECIDING) { /* the reservation stays until that is decided */
        flight->state = FLIGHT_ABANDONED;
        return;
    }
    pace_release(send->options->pace);
    if (flight->state == FLIGHT_ASKED)
        flight->state = FLIGHT_LOST;
    else
        flight_back(send, flight);
}

void flight_outcome(struct send *send, struct flight *flight, const struct smtp_event *event)
{
    struct send_result result;
    bool intended = flight->state == FLIGHT_INTENDED || flight->state == FLIGHT_CLEARED;
    if (flight->state == FLIGHT_VETOED) {
        flight_free(send, flight);
        return;
    }
    if (flight->state == FLIGHT_CLEARED) {
        unclear(send, flight);
        pace_spend(send->options->pace, send->now_ms);
    }
    must(intended || flight->state == FLIGHT_OFFERED || flight->state == FLIGHT_ASKED ||
         flight->state == FLIGHT_DECIDING);
    if (event->outcome == SMTP_UNTOUCHED && !intended) {
        untouched(send, flight);
        return;
    }
    must(intended || (flight->state == FLIGHT_OFFERED && event->outcome != SMTP_UNKNOWN));
    if (!intended)
        pace_release(send->options->pace);
    send_settle(&flight->item, event, intended, send->wall_ms, send->options->random, &result);
    take_result(send, flight, &result);
}

void flight_unmade(struct send *send, struct flight *flight, const struct error *err)
{
    struct send_result result = {.item = &flight->item,
                                 .fate = SEND_FAILED,
                                 .reason = "cannot-merge",
                                 .reply = {.text = text_of(err->message)},
                                 .action = VERDICT_IGNORE};
    char line[ERROR_LINE];
    log_error(send->options->log, "delivery %lld cannot be made: %s", (long long)flight->item.key,
              error_line(err, line));
    take_result(send, flight, &result);
}
