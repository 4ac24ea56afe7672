/*
 * Probe: a relay that is preferred to the one in use, and failed, is tried now and then.
 *
 * A connection that comes to its end (TLS, EHLO, AUTH and all) proves that it is back, and carries
 * nothing. Then no new message is begun here, what is out is waited for, and send_run() returns.
 * A reply that is slow keeps the others from going on for SEND_LEAVE_MS and no longer: then all
 * stays as it was until the next probe.
 */
#include "base/banned.h"
#include "send/send_state.h"

void send_absent_failed(struct send_absent *absent, struct random *random, int64_t now_ms)
{
    int64_t delay_ms = (int64_t)SEND_PROBE_MS << (absent->tries < 10 ? absent->tries : 10);
    delay_ms = delay_ms < SEND_PROBE_MAX_MS ? delay_ms : SEND_PROBE_MAX_MS;
    absent->tries++;
    absent->not_before_ms =
        now_ms + delay_ms / 2 + (int64_t)random_below(random, (uint64_t)delay_ms);
}

static void try_later(struct send *send)
{
    send_absent_failed(send->probe.absent, send->options->random, send->now_ms);
    send->probe.absent = NULL;
}

void send_probe_close(struct send *send)
{
    relay_close(send->probe.relay);
    send->probe.relay = NULL;
}

static void begin(struct send *send)
{
    const struct send_options *options = send->options;
    for (size_t i = 0; i < options->absent_count && send->probe.relay == NULL; i++) {
        struct send_absent *absent = options->absent[i];
        if (send->now_ms < absent->not_before_ms)
            continue;
        send->probe.absent = absent;
        send->probe.relay = relay_open(send->hub, absent->target, &send->probe);
    }
}

static void leave(struct send *send)
{
    send_stop(send);
    send->grace_until_ms = INT64_MAX;
    send->probe.leave_by_ms = send->now_ms + SEND_LEAVE_MS;
    send->report->returned = send->probe.absent;
}

static void stay(struct send *send)
{
    send->probe.leave_by_ms = 0;
    send->report->returned = NULL;
    send->stopping = false;
    send->more_due = true; /* what was put back */
    try_later(send);
}

static void say_goodbye(struct relay *relay)
{
    const struct text quit = TEXT("QUIT\r\n");
    size_t taken, reached;
    relay_write(relay, &quit, 1, &taken, &reached);
}

bool send_probe_heard(struct send *send, struct relay *relay)
{
    if (relay != send->probe.relay)
        return false;
    if (relay_state(relay) == RELAY_READY) {
        say_goodbye(relay);
        if (!send->stopping)
            leave(send);
    } else {
        log_info(send->options->log, "%s", relay_failure(relay)->error.message);
        try_later(send);
    }
    send_probe_close(send);
    return true;
}

void send_probe_tick(struct send *send)
{
    bool leaves = send->probe.leave_by_ms != 0;
    if (leaves && send->now_ms >= send->probe.leave_by_ms)
        stay(send);
    if (send->stopping)
        send_probe_close(send);
    else if (send->probe.relay == NULL)
        begin(send);
}

int64_t send_probe_deadline(const struct send *send)
{
    int64_t deadline_ms = INT64_MAX;
    if (send->probe.leave_by_ms != 0)
        return send->probe.leave_by_ms;
    if (send->stopping || send->probe.relay != NULL)
        return INT64_MAX; /* the hub knows */
    for (size_t i = 0; i < send->options->absent_count; i++)
        if (send->options->absent[i]->not_before_ms < deadline_ms)
            deadline_ms = send->options->absent[i]->not_before_ms;
    return deadline_ms;
}
