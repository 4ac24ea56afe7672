/* Link: connections that are opened when there is work for them, and replaced when they break. */
#include <sys/epoll.h>

#include "base/banned.h"
#include "base/memory.h"
#include "send/send_state.h"

void links_open(struct send *send)
{
    send->link_count = send->options->connections;
    send->allowed = send->link_count;
    send->links = memory_take(send->link_count * sizeof(*send->links));
}

static void watch(struct send *send, struct link *link, bool blocked)
{
    struct epoll_event event = {.events = EPOLLIN | (blocked ? EPOLLOUT : 0u), .data.ptr = link};
    int how = link->state == LINK_CONNECTING ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    must(epoll_ctl(send->epoll, how, relay_socket(link->relay), &event) == 0);
    link->blocked = blocked;
}

static void close_link(struct send *send, struct link *link)
{
    send->open -= link->state == LINK_OPEN;
    send->connecting -= link->state == LINK_CONNECTING;
    if (link->state == LINK_OPEN)
        epoll_ctl(send->epoll, EPOLL_CTL_DEL, relay_socket(link->relay), NULL);
    smtp_close(link->smtp);
    relay_close(link->relay);
    *link = (struct link){.state = LINK_NONE};
}

void links_close(struct send *send)
{
    for (unsigned i = 0; i < send->link_count; i++)
        if (send->links[i].state != LINK_NONE)
            close_link(send, &send->links[i]);
    memory_free(send->links);
    send->link_count = 0;
}

/* Connections */

static int64_t backoff_ms(struct send *send)
{
    unsigned doublings = send->failed_tries < 10 ? send->failed_tries : 10;
    int64_t delay_ms = (int64_t)SEND_BACKOFF_MS << (doublings > 0 ? doublings - 1 : 0);
    delay_ms = delay_ms < SEND_BACKOFF_MAX_MS ? delay_ms : SEND_BACKOFF_MAX_MS;
    return delay_ms / 2 + (int64_t)random_below(send->options->random, (uint64_t)delay_ms);
}

/* Without those whose end is known already. */
static unsigned living(const struct send *send)
{
    unsigned count = 0;
    for (unsigned i = 0; i < send->link_count; i++)
        count += send->links[i].state == LINK_OPEN && !send->links[i].ended;
    return count;
}

static void say_try(struct send *send, enum log_level level, const struct error *err)
{
    unsigned others = living(send);
    if (others > 0)
        log_line(send->options->log, level, "%s; %u other connection%s", err->message, others,
                 others > 1 ? "s go on" : " goes on");
    else
        log_line(send->options->log, level, "%s (try %u of %d)", err->message, send->failed_tries,
                 SEND_TRIES);
}

static void give_up(struct send *send, const struct error *err)
{
    struct error end = *err;
    error_within(&end, "after %u tries in %.1f s", send->failed_tries,
                 (double)(send->now_ms - send->failing_ms) / 1000);
    send_relay_failed(send, &end);
}

/* Those that were under way when the first of them failed are the same try. */
static void count_try(struct send *send)
{
    if (send->now_ms < send->not_before_ms)
        return;
    if (send->failed_tries++ == 0)
        send->failing_ms = send->now_ms;
    send->not_before_ms = send->now_ms + backoff_ms(send);
}

/* While other connections live, one more that fails only means: no more than these. The first time
 * is said at `level`; what comes of the tries behind it is said at their end. */
static void try_later(struct send *send, enum log_level level, const struct error *err)
{
    level = send->failed_tries > 0 ? LOG_INFO : level;
    count_try(send);
    say_try(send, level, err);
    unsigned others = living(send);
    if (others > 0) {
        send->allowed = others;
        send->recover_ms = send->now_ms + SEND_RECOVER_MS;
    } else if (send->failed_tries >= SEND_TRIES) {
        give_up(send, err);
    }
}

static void connect_failed(struct send *send, struct link *link)
{
    const struct relay_failure *failure = relay_failure(link->relay);
    struct error err = failure->error;
    bool is_final = failure->reach == RELAY_MISCONFIGURED && send->open == 0;
    close_link(send, link);
    if (is_final)
        send_relay_failed(send, &err);
    else
        try_later(send, LOG_WARNING, &err);
}

static void begin_dialogue(struct send *send, struct link *link)
{
    struct smtp_settings settings = {.capabilities = *relay_capabilities(link->relay),
                                     .depth = send->options->depth,
                                     .plain_data = send->options->plain_data};
    link->smtp = smtp_open(&settings, send->now_ms);
    watch(send, link, false);
    link->state = LINK_OPEN;
    link->used_ms = send->now_ms;
    send->connecting--;
    send->open++;
    send->report->connections_opened++;
}

void links_connected(struct send *send)
{
    relay_hub_turn(send->hub);
    for (struct relay *relay; (relay = relay_hub_ready(send->hub)) != NULL;) {
        struct link *link = relay_owner(relay);
        if (send_probe_heard(send, relay))
            continue;
        if (relay_state(relay) == RELAY_FAILED)
            connect_failed(send, link);
        else
            begin_dialogue(send, link);
    }
}

static bool all_busy(const struct send *send)
{
    for (unsigned i = 0; i < send->link_count; i++) {
        const struct link *link = &send->links[i];
        if (link->state == LINK_OPEN && !link->ended && smtp_wants(link->smtp) > 0)
            return false;
    }
    return true;
}

static bool may_grow(struct send *send)
{
    unsigned at_once = send->open > 0 ? send->open * 3 : 1; /* gradually: one, four, all */
    if (send->allowed < send->link_count && send->now_ms >= send->recover_ms &&
        send->now_ms >= send->cool_until_ms) {
        send->allowed++;
        send->recover_ms = send->now_ms + SEND_RECOVER_MS;
    }
    bool work = send->more_due || send->ready_count > send->connecting;
    return !send->stopping && work && send->now_ms >= send->not_before_ms &&
           send->now_ms >= send->cool_until_ms && send->connecting < at_once &&
           send->open + send->connecting < send->allowed && all_busy(send) &&
           pace_room(send->options->pace, send->now_ms) > 0;
}

void links_grow(struct send *send)
{
    for (unsigned i = 0; i < send->link_count && may_grow(send); i++) {
        struct link *link = &send->links[i];
        if (link->state != LINK_NONE)
            continue;
        link->relay = relay_open(send->hub, &send->options->relay, link);
        link->state = LINK_CONNECTING;
        send->connecting++;
    }
}

/* The dialogue's word */

static const char *const end_names[] = {
    [SMTP_END_QUIT] = "closed",       [SMTP_END_PEER] = "broke off",
    [SMTP_END_CLOSING] = "closes",    [SMTP_END_DESYNC] = "does not speak SMTP any more",
    [SMTP_END_TIMEOUT] = "is silent", [SMTP_END_VETO] = "closed after a veto",
};

/* A connection that carried nothing counts as a failed try; one that did is simply replaced. */
static void dialogue_ended(struct send *send, struct link *link, const struct smtp_event *event)
{
    link->ended = true;
    if (event->end == SMTP_END_QUIT || event->end == SMTP_END_VETO)
        return;
    struct error err;
    enum log_level level = event->end == SMTP_END_CLOSING ? LOG_INFO : LOG_WARNING;
    error_set(&err, FAULT_UNREACHABLE, "the relay %s %s (%s%s%.*s)", send->options->relay.url,
              end_names[event->end], event->why, event->reply.text.length > 0 ? ": " : "",
              TEXT_ARGS(event->reply.text));
    if (link->answered > 0 || send->stopping)
        log_line(send->options->log, level, "%s", err.message);
    else
        try_later(send, level, &err);
}

/* 421 to the MAIL of a connection that carried messages: so many a connection and no more. The next
 * connection takes this one; nobody asked us to slow down. */
static bool is_session_limit(const struct link *link, const struct smtp_event *event)
{
    return event->outcome == SMTP_ANSWERED && event->stage == STAGE_MAIL &&
           event->reply.code == 421 && link->answered > 0;
}

void link_events(struct send *send, struct link *link)
{
    for (struct smtp_event event; (event = smtp_next(link->smtp)).kind != SMTP_NOTHING;) {
        struct flight *flight = (struct flight *)(uintptr_t)event.key;
        if (event.kind == SMTP_ASK) {
            flight_ask(send, flight);
        } else if (event.kind == SMTP_OUTCOME) {
            if (is_session_limit(link, &event))
                event.outcome = SMTP_UNTOUCHED;
            link->answered += event.outcome == SMTP_ANSWERED && event.reply.code != 421;
            link->used_ms = send->now_ms;
            flight_outcome(send, flight, &event);
        } else {
            dialogue_ended(send, link, &event);
        }
    }
}

/* Bytes */

void link_read(struct send *send, struct link *link)
{
    enum relay_io io = RELAY_MOVED;
    while (link->state == LINK_OPEN && !link->ended && io == RELAY_MOVED) {
        size_t got = 0;
        io = relay_read(link->relay, send->input, sizeof(send->input), &got);
        if (io == RELAY_MOVED)
            smtp_input(link->smtp, text_from(send->input, got), send->now_ms);
        if (io == RELAY_ENDED)
            smtp_lost(link->smtp, send->now_ms);
        link_events(send, link);
        if (got < sizeof(send->input) && !relay_buffers(link->relay))
            return;
    }
}

/* The peer may have said why before it closed: read that first. */
static void write_failed(struct send *send, struct link *link)
{
    size_t got = 1;
    while (!link->ended && got > 0) {
        got = 0;
        relay_read(link->relay, send->input, sizeof(send->input), &got);
        smtp_input(link->smtp, text_from(send->input, got), send->now_ms);
        link_events(send, link);
    }
    smtp_lost(link->smtp, send->now_ms);
    link_events(send, link);
}

static void write_link(struct send *send, struct link *link)
{
    struct text pieces[SEND_PIECES];
    enum relay_io io = RELAY_MOVED;
    for (size_t count; io == RELAY_MOVED;) {
        size_t taken = 0, reached = 0;
        count = smtp_output(link->smtp, pieces, SEND_PIECES);
        if (count == 0)
            break;
        io = relay_write(link->relay, pieces, count, &taken, &reached);
        smtp_wrote(link->smtp, taken, reached, send->now_ms);
    }
    if (link->ended)
        return;
    if (io == RELAY_ENDED)
        write_failed(send, link);
    else if ((io == RELAY_AGAIN) != link->blocked)
        watch(send, link, io == RELAY_AGAIN);
}

void links_write(struct send *send)
{
    for (unsigned i = 0; i < send->link_count; i++) {
        struct link *link = &send->links[i];
        if (link->state == LINK_OPEN)
            write_link(send, link);
        if (link->ended)
            close_link(send, link);
    }
}

/* Time */

static int64_t deadline_of(const struct link *link)
{
    int64_t idle_ms = smtp_idle(link->smtp) ? link->used_ms + SEND_IDLE_MS : INT64_MAX;
    int64_t wire_ms = smtp_deadline(link->smtp);
    return idle_ms < wire_ms ? idle_ms : wire_ms;
}

void links_tick(struct send *send)
{
    for (unsigned i = 0; i < send->link_count; i++) {
        struct link *link = &send->links[i];
        if (link->state != LINK_OPEN || link->ended || send->now_ms < deadline_of(link))
            continue;
        smtp_tick(link->smtp, send->now_ms);
        if (smtp_idle(link->smtp))
            smtp_finish(link->smtp, send->now_ms);
        link_events(send, link);
    }
}

void links_finish(struct send *send)
{
    bool patient = send->now_ms < send->grace_until_ms;
    for (unsigned i = 0; i < send->link_count; i++) {
        struct link *link = &send->links[i];
        if (link->state == LINK_CONNECTING)
            close_link(send, link);
        if (link->state != LINK_OPEN || link->ended)
            continue;
        if (patient)
            smtp_finish(link->smtp, send->now_ms);
        else
            smtp_abandon(link->smtp, send->now_ms);
        link_events(send, link);
    }
}

int64_t links_deadline(const struct send *send)
{
    int64_t deadline = INT64_MAX;
    for (unsigned i = 0; i < send->link_count; i++) {
        const struct link *link = &send->links[i];
        if (link->state == LINK_OPEN && deadline_of(link) < deadline)
            deadline = deadline_of(link);
    }
    return deadline;
}
