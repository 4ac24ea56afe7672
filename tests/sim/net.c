/* Net: what wire/relay.c promises, kept by connections that lie in memory. */
#include "net.h"

#include <string.h>
#include <sys/epoll.h>

#include "oracle.h"

struct relay_hub {
    struct relay *relays; /* a list */
    unsigned serials;
    int64_t down_until_ms[SIM_RELAYS];
    void *clerk; /* what the loop knows its clerk by */
};

/* The one of this life. */
static struct relay_hub net;

/* ---- Pipes ---- */

void pipe_put(struct pipe *pipe, struct text bytes, int64_t at_ms)
{
    if (bytes.length == 0)
        return;
    buffer_add(&pipe->bytes, bytes);
    pipe->newest_ms = at_ms > pipe->newest_ms ? at_ms : pipe->newest_ms;
    if (pipe->count < PIPE_PARTS)
        pipe->count++;
    pipe->parts[pipe->count - 1].at_ms = pipe->newest_ms;
    pipe->parts[pipe->count - 1].end = pipe->bytes.length;
}

void pipe_arrive(struct pipe *pipe, int64_t now_ms)
{
    unsigned due = 0;
    while (due < pipe->count && pipe->parts[due].at_ms <= now_ms)
        pipe->arrived = pipe->parts[due++].end;
    pipe->count -= due;
    memmove(pipe->parts, pipe->parts + due, pipe->count * sizeof(pipe->parts[0]));
}

void pipe_consume(struct pipe *pipe, size_t count)
{
    buffer_consume(&pipe->bytes, count);
    pipe->arrived -= count;
    for (unsigned i = 0; i < pipe->count; i++)
        pipe->parts[i].end -= count;
}

static int64_t pipe_next_ms(const struct pipe *pipe)
{
    return pipe->count > 0 ? pipe->parts[0].at_ms : INT64_MAX;
}

/* ---- What crosses into the wire ---- */

static void note_command(struct relay *relay, struct text line)
{
    if (text_starts(line, TEXT("MAIL FROM:<")))
        oracle_envelope(sim_person(text_after(line, 11)), relay->serial);
    if (text_starts(line, TEXT("RCPT TO:<")))
        relay->person = sim_person(text_after(line, 9));
    relay->data_asked = text_equal(line, TEXT("DATA"));
}

static void note_content(struct relay *relay, struct text content)
{
    bool nobody = content.length == 0; /* a lone dot */
    unsigned attempt = nobody ? NO_ATTEMPT : oracle_completed(relay->person);
    must(relay->attempt_count < NET_ATTEMPTS);
    relay->attempts[(relay->attempt_first + relay->attempt_count++) % NET_ATTEMPTS] = attempt;
}

/* Every byte that may reach the server, at the moment when that becomes so. */
static void watch_bytes(struct relay *relay, struct text bytes)
{
    for (size_t i = 0; i < bytes.length; i++) {
        if (relay->data_asked && relay->server.content_open)
            relay->watch.mode = READ_DATA;
        relay->data_asked = false;
        enum heard heard = reading_take(&relay->watch, bytes.at[i]);
        if (heard == HEARD_LINE)
            note_command(relay, buffer_text(&relay->watch.bytes));
        else if (heard == HEARD_CONTENT)
            note_content(relay, buffer_text(&relay->watch.bytes));
    }
}

/* ---- The world's side ---- */

void net_begin(void)
{
    net = (struct relay_hub){0};
}

void net_open(void)
{
    net.relays = NULL;
}

static void free_relay(struct relay *relay)
{
    buffer_free(&relay->up.bytes);
    buffer_free(&relay->down.bytes);
    buffer_free(&relay->record);
    reading_free(&relay->watch);
    reading_free(&relay->server.reading);
    memory_free(relay);
}

void net_close(void)
{
    must(net.relays == NULL);
}

void net_turn(void)
{
    for (struct relay *relay = net.relays; relay != NULL; relay = relay->next) {
        pipe_arrive(&relay->up, sim.steady_ms);
        if (relay->state == RELAY_READY && !sim.ghost)
            server_serve(relay);
        pipe_arrive(&relay->down, sim.steady_ms);
    }
}

static bool is_closed(const struct relay *relay)
{
    return sim.ghost || (relay->closes_ms <= sim.steady_ms && relay->down.count == 0);
}

static bool is_readable(const struct relay *relay)
{
    return relay->down.arrived > 0 || is_closed(relay);
}

/* Bytes that the socket still takes. */
static size_t room_of(const struct relay *relay)
{
    if (relay->blocked_until_ms > sim.steady_ms)
        return 0;
    size_t used = relay->up.bytes.length;
    return used < sim.socket_room ? sim.socket_room - used : 0;
}

static bool hub_is_due(void)
{
    for (const struct relay *relay = net.relays; relay != NULL; relay = relay->next)
        if (relay->state == RELAY_CONNECTING && relay->ready_ms <= sim.steady_ms)
            return true;
    return false;
}

int64_t net_next_ms(void)
{
    int64_t clerk_ms = clerk_next_ms();
    int64_t next_ms = clerk_ms > sim.steady_ms ? clerk_ms : INT64_MAX;
    for (const struct relay *relay = net.relays; relay != NULL; relay = relay->next) {
        int64_t up_ms = pipe_next_ms(&relay->up), down_ms = pipe_next_ms(&relay->down);
        int64_t closes_ms = relay->closes_ms > sim.steady_ms ? relay->closes_ms : INT64_MAX;
        next_ms = up_ms < next_ms ? up_ms : next_ms;
        next_ms = down_ms < next_ms ? down_ms : next_ms;
        if (relay->blocked_until_ms > sim.steady_ms && relay->blocked_until_ms < next_ms)
            next_ms = relay->blocked_until_ms;
        next_ms = relay->watched && closes_ms < next_ms ? closes_ms : next_ms;
        if (relay->state == RELAY_CONNECTING && relay->ready_ms < next_ms)
            next_ms = relay->ready_ms;
    }
    return next_ms;
}

static uint32_t ready_for(const struct relay *relay)
{
    uint32_t ready = is_readable(relay) ? EPOLLIN : 0;
    if (is_closed(relay) || room_of(relay) > 0)
        ready |= EPOLLOUT;
    return ready & relay->interest;
}

int net_collect(struct epoll_event *events, int room)
{
    int count = 0;
    for (struct relay *relay = net.relays; relay != NULL && count < room; relay = relay->next)
        if (relay->watched && ready_for(relay) != 0)
            events[count++] =
                (struct epoll_event){.events = ready_for(relay), .data.ptr = relay->data};
    if (count < room && hub_is_due())
        events[count++] =
            (struct epoll_event){.events = EPOLLIN, /* the loop's own */ .data.ptr = &net};
    if (count < room && clerk_next_ms() <= sim.steady_ms)
        events[count++] = (struct epoll_event){.events = EPOLLIN, .data.ptr = net.clerk};
    for (int i = count - 1; i > 0; i--) { /* in any order */
        int other = (int)sim_below((uint64_t)i + 1);
        struct epoll_event event = events[i];
        events[i] = events[other];
        events[other] = event;
    }
    return count;
}

void net_watch(int how, int socket, const struct epoll_event *event)
{
    if (socket == SIM_CLERK)
        net.clerk = event->data.ptr;
    for (struct relay *relay = net.relays; relay != NULL; relay = relay->next) {
        if (socket != SIM_SOCKET + (int)relay->serial)
            continue;
        must(relay->watched == (how != EPOLL_CTL_ADD));
        relay->watched = how != EPOLL_CTL_DEL;
        relay->interest = event != NULL ? event->events : 0;
        relay->data = event != NULL ? event->data.ptr : NULL;
    }
}

/* Bytes that left the process and did not arrive yet: all of them will, or some. */
static void let_arrive(struct relay *relay, bool some)
{
    if (relay->record.length > 0 && sim_below(2) == 0)
        buffer_add(&relay->up.bytes, buffer_text(&relay->record));
    buffer_clear(&relay->record);
    size_t under_way = relay->up.bytes.length - relay->up.arrived;
    size_t lost = some && under_way > 0 ? sim_below(under_way + 1) : 0;
    buffer_cut(&relay->up.bytes, relay->up.bytes.length - lost);
    relay->up.arrived = relay->up.bytes.length;
    relay->up.count = 0;
    if (relay->state == RELAY_READY)
        server_finish(relay);
}

void net_cut(void)
{
    bool some = sim.cut == CUT_POWER ? sim_below(4) > 0 : sim_below(4) == 0;
    for (struct relay *relay = net.relays; relay != NULL; relay = relay->next)
        let_arrive(relay, some);
}

/* ---- The hub ---- */

struct relay_hub *relay_hub_open(const struct clock *clock, struct error *err)
{
    (void)clock, (void)err;
    return &net;
}

void relay_hub_close(struct relay_hub *hub)
{
    must(hub == NULL || hub->relays == NULL);
}

int relay_hub_socket(const struct relay_hub *hub)
{
    (void)hub;
    return SIM_HUB;
}

int64_t relay_hub_deadline(const struct relay_hub *hub)
{
    int64_t deadline = INT64_MAX;
    for (const struct relay *relay = hub->relays; relay != NULL; relay = relay->next)
        if (relay->state == RELAY_CONNECTING && relay->ready_ms < deadline)
            deadline = relay->ready_ms;
    return deadline;
}

static void fail(struct relay *relay, enum relay_reach reach, enum fault fault)
{
    relay->state = RELAY_FAILED;
    relay->failure = (struct relay_failure){.reach = reach, .stage = STAGE_GREETING};
    error_set(&relay->failure.error, fault, "no connection today");
}

void relay_hub_turn(struct relay_hub *hub)
{
    for (struct relay *relay = hub->relays; relay != NULL; relay = relay->next) {
        if (relay->state != RELAY_CONNECTING || relay->ready_ms > sim.steady_ms)
            continue;
        bool down = !sim.kind && sim.steady_ms < net.down_until_ms[relay->which];
        if (sim.ghost || down || sim_fault(sim.moods.connect_down))
            fail(relay, RELAY_TRY_LATER, FAULT_UNREACHABLE);
        else if (sim_fault(sim.moods.connect_refused))
            fail(relay, RELAY_MISCONFIGURED, FAULT_CONFIG);
        else
            relay->state = RELAY_READY;
    }
}

struct relay *relay_hub_ready(struct relay_hub *hub)
{
    for (struct relay *relay = hub->relays; relay != NULL; relay = relay->next)
        if (relay->state != RELAY_CONNECTING && !relay->handed_out) {
            relay->handed_out = true;
            return relay;
        }
    return NULL;
}

/* ---- A relay ---- */

struct relay *relay_open(struct relay_hub *hub, const struct relay_target *target, void *owner)
{
    struct relay *relay = memory_take(sizeof(*relay));
    relay->which = sim_relay(target);
    if (sim_fault(sim.moods.outage))
        net.down_until_ms[relay->which] = sim.steady_ms + (int64_t)sim_below(SIM_OUTAGE_MS);
    relay->serial = hub->serials++;
    relay->owner = owner;
    relay->next = hub->relays;
    relay->closes_ms = INT64_MAX;
    relay->up.bytes = relay->down.bytes = relay->record = BUFFER_INIT(8 << 20);
    relay->watch.bytes = relay->server.reading.bytes = BUFFER_INIT(1 << 20);
    relay->ready_ms = sim.steady_ms + 3 * sim.latency_ms + (int64_t)sim_below(3);
    if (sim_fault(sim.moods.slow))
        relay->ready_ms += 40000;
    hub->relays = relay;
    return relay;
}

void relay_close(struct relay *relay)
{
    if (relay == NULL)
        return;
    if (!sim.ghost && relay->state == RELAY_READY)
        let_arrive(relay, sim_below(3) == 0);
    struct relay **at = &net.relays;
    while (*at != relay)
        at = &(*at)->next;
    *at = relay->next;
    free_relay(relay);
}

void *relay_owner(const struct relay *relay)
{
    return relay->owner;
}

enum relay_state relay_state(const struct relay *relay)
{
    return relay->state;
}

const struct smtp_capabilities *relay_capabilities(const struct relay *relay)
{
    (void)relay;
    return &sim.capabilities;
}

int relay_socket(const struct relay *relay)
{
    return SIM_SOCKET + (int)relay->serial;
}

const struct relay_failure *relay_failure(const struct relay *relay)
{
    return &relay->failure;
}

bool relay_buffers(const struct relay *relay)
{
    (void)relay;
    return sim.tls;
}

/* ---- Bytes ---- */

static void note_answers_read(struct relay *relay)
{
    unsigned whole = 0;
    while (whole < relay->answer_count && relay->answers[whole].end <= relay->read) {
        oracle_answered(relay->answers[whole].attempt, relay->answers[whole].code);
        whole++;
    }
    relay->answer_count -= whole;
    memmove(relay->answers, relay->answers + whole,
            relay->answer_count * sizeof(relay->answers[0]));
}

enum relay_io relay_read(struct relay *relay, char *at, size_t size, size_t *ret_got)
{
    *ret_got = 0;
    if (sim_step("read"))
        return RELAY_ENDED;
    size_t count = relay->down.arrived < size ? relay->down.arrived : size;
    if (count == 0)
        return is_closed(relay) ? RELAY_ENDED : RELAY_AGAIN;
    if (sim_fault(50000))
        count = 1 + sim_below(count);
    memcpy(at, relay->down.bytes.at, count);
    pipe_consume(&relay->down, count);
    relay->read += count;
    note_answers_read(relay);
    sim.spins = 0;
    *ret_got = count;
    return RELAY_MOVED;
}

static void send_up(struct relay *relay, struct text bytes)
{
    pipe_put(&relay->up, bytes, sim.steady_ms + sim.latency_ms);
}

/* A prefix of all pieces. */
static void join(const struct text *pieces, size_t count, size_t most, struct buffer *out)
{
    for (size_t i = 0; i < count && out->length < most; i++)
        buffer_add(out, text_slice(pieces[i], 0, most - out->length));
}

/* TLS took a record and could not bring it out; the same bytes come again in front. */
static enum relay_io bring_out(struct relay *relay, struct text again, size_t *ret_taken,
                               size_t *ret_reached)
{
    struct text record = buffer_text(&relay->record);
    must(text_equal(text_slice(again, 0, record.length), record));
    *ret_taken = *ret_reached = record.length;
    send_up(relay, record);
    buffer_clear(&relay->record);
    return RELAY_MOVED;
}

static enum relay_io write_now(struct relay *relay, struct text bytes, size_t *ret_taken,
                               size_t *ret_reached)
{
    watch_bytes(relay, bytes);
    *ret_reached = bytes.length;
    if (sim.tls && sim_fault(50000)) {
        buffer_add(&relay->record, bytes);
        relay->blocked_until_ms = sim.steady_ms + (int64_t)sim_below(100);
        return RELAY_AGAIN;
    }
    send_up(relay, bytes);
    *ret_taken = bytes.length;
    return RELAY_MOVED;
}

enum relay_io relay_write(struct relay *relay, const struct text *pieces, size_t count,
                          size_t *ret_taken, size_t *ret_reached)
{
    BUFFER(bytes, 8 << 20);
    *ret_taken = *ret_reached = 0;
    bool closed = relay->closes_ms != INT64_MAX && relay->closes_ms <= sim.steady_ms;
    if (sim_step("write") || (closed && sim_below(2) == 0))
        return RELAY_ENDED;
    size_t room = room_of(relay);
    if (room == 0)
        return RELAY_AGAIN;
    sim.spins = 0;
    if (relay->record.length > 0) {
        join(pieces, count, SIZE_MAX, &bytes);
        return bring_out(relay, buffer_text(&bytes), ret_taken, ret_reached);
    }
    join(pieces, count, sim_fault(50000) ? 1 + sim_below(room) : room, &bytes);
    return write_now(relay, buffer_text(&bytes), ret_taken, ret_reached);
}
