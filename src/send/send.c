/* Send: the event loop that moves due messages through a relay and settles each of them. */
#include "send/send.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/banned.h"
#include "base/memory.h"
#include "send/send_state.h"

enum { EVENTS = 256, WAIT_MAX_MS = 60000 };

/* Ends */

void send_stop(struct send *send)
{
    if (send->stopping && send->probe.leave_by_ms == 0)
        return;
    int64_t grace_ms = send->options->grace_ms > 0 ? send->options->grace_ms : SEND_GRACE_MS;
    send->stopping = true;
    send->probe.leave_by_ms = 0; /* what ends everything outweighs a better relay */
    send->report->returned = NULL;
    send->grace_until_ms = send->now_ms + grace_ms;
}

void send_fail(struct send *send, const struct error *err)
{
    if (send->report->end.fault == FAULT_NONE || send->report->relay_failed)
        send->report->end = *err;
    send->report->relay_failed = false;
    send_stop(send);
}

void send_relay_failed(struct send *send, const struct error *err)
{
    if (send->report->end.fault != FAULT_NONE)
        return;
    send_fail(send, err);
    send->report->relay_failed = true;
}

static void heed_signals(struct send *send)
{
    int signals = send->options->stop != NULL ? *send->options->stop : 0;
    if (signals > 0)
        send->report->stopped = true;
    if (signals > 0)
        send_stop(send);
    if (signals > 1) /* asked twice: do not wait for anybody */
        send->grace_until_ms = send->now_ms;
}

/* Everything that is due soon enough is settled. */
static bool is_done(const struct send *send)
{
    return send->in_flight == 0 && !clerk_is_busy(send->clerk) && !send->more_due &&
           send->connecting == 0 && send->next_due_ms > send->wall_ms + send->options->patience_ms;
}

/* Time */

static void look_at_the_clock(struct send *send)
{
    send->now_ms = clock_steady_ms(send->options->clock);
    send->wall_ms = clock_wall_ms(send->options->clock);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When more may be taken or offered, though no socket says anything. */
static int64_t work_deadline(const struct send *send)
{
    bool work = send->more_due || send->ready_count > 0;
    if (send->stopping)
        return send->now_ms < send->grace_until_ms ? send->grace_until_ms : INT64_MAX;
    if (send->now_ms < send->cool_until_ms)
        return send->cool_until_ms;
    if (work && send->now_ms < send->not_before_ms)
        return send->not_before_ms;
    /* A moment that is past was used: it is a connection that is missing, not the pace. */
    int64_t pace_ms = pace_next_ms(send->options->pace);
    int64_t until_ms = work && pace_ms > send->now_ms ? pace_ms : INT64_MAX;
    /* While the clerk is away nobody can be asked what is due; his return wakes us. */
    if (send->more_due || clerk_is_busy(send->clerk))
        return until_ms;
    int64_t due_in_ms = send->next_due_ms > send->wall_ms ? send->next_due_ms - send->wall_ms : 0;
    until_ms = earlier(until_ms, send->look_ms);
    return due_in_ms > WAIT_MAX_MS ? until_ms : earlier(until_ms, send->now_ms + due_in_ms);
}

static int wait_ms(struct send *send)
{
    int64_t until_ms =
        earlier(earlier(links_deadline(send), relay_hub_deadline(send->hub)), work_deadline(send));
    until_ms = earlier(until_ms, send_probe_deadline(send));
    if (send->options->progress != NULL)
        until_ms = earlier(until_ms, send->shown_ms + SEND_PROGRESS_MS);
    bool busy = clerk_is_busy(send->clerk);
    int64_t asked_ms = turn_asked_ms(send);
    until_ms = earlier(until_ms, turn_cleared_ms(send));
    bool gathered = send->result_count + send->back_count > 0 || asked_ms <= send->now_ms;
    bool hands_over = !send->options->threaded && (gathered || busy);
    if (!busy) /* else his return wakes us */
        until_ms = earlier(until_ms, asked_ms);
    if (hands_over || until_ms <= send->now_ms)
        return 0;
    return (int)earlier(until_ms - send->now_ms, WAIT_MAX_MS);
}

static double rate_of(const struct send *send)
{
    uint64_t count = 0;
    int64_t newest = send->now_ms / SEND_RATE_MS;
    for (int64_t slot = newest - SEND_RATE_SLOTS + 1; slot <= newest; slot++)
        if (slot >= 0 && slot <= send->rate_slot)
            count += send->rate_counts[slot % SEND_RATE_SLOTS];
    int64_t span_ms = earlier(send->now_ms - send->began_ms, SEND_RATE_SLOTS * SEND_RATE_MS);
    return span_ms > 0 ? (double)count * 1000 / (double)span_ms : 0;
}

static void show_progress(struct send *send, bool last)
{
    const struct send_report *report = send->report;
    if (send->options->progress == NULL ||
        (!last && send->now_ms < send->shown_ms + SEND_PROGRESS_MS))
        return;
    struct send_progress progress = {.sent = report->sent,
                                     .failed = report->failed,
                                     .deferred = report->deferred,
                                     .unknown = report->unknown,
                                     .connections = send->open,
                                     .rate = rate_of(send)};
    send->shown_ms = send->now_ms;
    send->options->progress(send->options->progress_self, &progress);
}

/* The loop */

/* What woke us is said by `stop`; read, so that it can wake us again. */
static void wake_up(struct send *send)
{
    char bytes[64];
    ssize_t got = read(send->options->wake, bytes, sizeof(bytes));
    (void)got;
}

static void wait_and_read(struct send *send)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(send->epoll, events, EVENTS, wait_ms(send));
    bool hub = false;
    look_at_the_clock(send);
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr == send->hub)
            hub = true;
        else if (events[i].data.ptr == send)
            wake_up(send);
        else if (events[i].data.ptr == send->clerk)
            continue; /* the job is taken back at the head of the turn */
        else if ((events[i].events & ~(unsigned)EPOLLOUT) != 0)
            link_read(send, events[i].data.ptr);
    }
    if (hub || send->connecting > 0 || send->probe.relay != NULL)
        links_connected(send);
}

/* What can be done without waiting. The clerk gets his next job before we merge for the one that
 * was done; completing bytes are written last. */
static void act(struct send *send)
{
    turn_take_back(send);
    if (send->stopping)
        links_finish(send);
    turn_complete(send);
    turn_offer(send);
    turn_hand_over(send);
    turn_merge(send);
    turn_offer(send);
    links_grow(send);
    turn_hand_over(send);
    links_write(send);
    log_write(send->options->log, &send->lines);
    show_progress(send, false);
}

static void watch(struct send *send, int fd, void *whose)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = whose};
    if (fd >= 0)
        epoll_ctl(send->epoll, EPOLL_CTL_ADD, fd, &event);
}

static bool open_loop(struct send *send, struct error *err)
{
    must(send->options->connections > 0 && send->options->depth > 0);
    send->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (send->epoll < 0)
        return error_set(err, FAULT_BUG, "cannot watch connections: %s", strerror(errno));
    send->hub = relay_hub_open(send->options->clock, err);
    if (send->hub == NULL)
        return false;
    watch(send, relay_hub_socket(send->hub), send->hub);
    watch(send, send->options->wake, send);
    watch(send, clerk_socket(send->clerk), send->clerk);
    links_open(send);
    return true;
}

static void close_loop(struct send *send)
{
    send_probe_close(send);
    links_close(send);
    flights_close(send);
    relay_hub_close(send->hub);
    must(send->options->pace->reserved == 0);
    if (send->epoll >= 0)
        close(send->epoll);
}

static bool is_over(const struct send *send)
{
    return send->stopping && send->open + send->connecting == 0 && send->in_flight == 0 &&
           !send->save_again && !clerk_is_busy(send->clerk);
}

static void run(struct send *send)
{
    for (act(send); !is_over(send); act(send)) {
        if (!send->stopping && is_done(send)) {
            send_stop(send);
            continue;
        }
        wait_and_read(send);
        heed_signals(send);
        links_tick(send);
        send_probe_tick(send);
    }
    show_progress(send, true);
}

void send_run(const struct send_options *options, const struct send_work *work,
              struct send_report *report)
{
    struct send *send = memory_take(sizeof(*send));
    *send = (struct send){.options = options,
                          .work = work,
                          .report = report,
                          .epoll = -1,
                          .lines = BUFFER_INIT(LOG_LINES),
                          .clerk = clerk_open(work, options->threaded)};
    look_at_the_clock(send);
    send->began_ms = send->now_ms;
    send->rate_slot = send->now_ms / SEND_RATE_MS;
    if (relay_target_check(&options->relay, &report->end) && open_loop(send, &report->end))
        run(send);
    report->elapsed_ms += send->now_ms - send->began_ms;
    report->next_ms = send->next_due_ms;
    close_loop(send);
    clerk_close(send->clerk);
    log_write(options->log, &send->lines);
    buffer_free(&send->lines);
    memory_free(send);
}
