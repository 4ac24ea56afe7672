/* Connections: opened gradually, closed when idle, replaced after failures, later each time. */
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memory.h"
#include "check.h"
#include "send/send_state.h"

enum { CONNECTIONS = 16, NOW = 1000000, WIRE = 4096, DRAWS = 2000 };

/* ---- A relay that does what it is told, in the place of wire/relay.c ---- */

struct relay {
    bool used, heard;
    enum relay_state state;
    void *owner;
    int socket;
    struct relay_failure failure;
    char said[WIRE], told[WIRE]; /* by the server, not yet read; to it */
    size_t said_length, told_length;
    bool broken;
};

static struct relay relays[64];
static unsigned relays_opened;

struct relay *relay_open(struct relay_hub *hub, const struct relay_target *target, void *owner)
{
    struct relay *relay = relays;
    (void)hub, (void)target;
    while (relay->used)
        relay++;
    *relay = (struct relay){.used = true, .owner = owner, .socket = eventfd(0, EFD_CLOEXEC)};
    relays_opened++;
    return relay;
}

void relay_close(struct relay *relay)
{
    if (relay == NULL)
        return;
    close(relay->socket);
    relay->used = false;
}

struct relay *relay_hub_ready(struct relay_hub *hub)
{
    (void)hub;
    for (size_t i = 0; i < COUNT_OF(relays); i++)
        if (relays[i].used && !relays[i].heard && relays[i].state != RELAY_CONNECTING) {
            relays[i].heard = true;
            return &relays[i];
        }
    return NULL;
}

enum relay_io relay_read(struct relay *relay, char *at, size_t size, size_t *ret_got)
{
    must(size >= relay->said_length);
    memcpy(at, relay->said, relay->said_length);
    *ret_got = relay->said_length;
    relay->said_length = 0;
    return *ret_got > 0 ? RELAY_MOVED : relay->broken ? RELAY_ENDED : RELAY_AGAIN;
}

enum relay_io relay_write(struct relay *relay, const struct text *pieces, size_t count,
                          size_t *ret_taken, size_t *ret_reached)
{
    *ret_taken = 0;
    for (size_t i = 0; i < count; i++) {
        must(relay->told_length + pieces[i].length <= WIRE);
        memcpy(relay->told + relay->told_length, pieces[i].at, pieces[i].length);
        relay->told_length += pieces[i].length;
        *ret_taken += pieces[i].length;
    }
    *ret_reached = *ret_taken;
    return RELAY_MOVED;
}

const struct smtp_capabilities *relay_capabilities(const struct relay *relay)
{
    static const struct smtp_capabilities none;
    (void)relay;
    return &none;
}

void *relay_owner(const struct relay *relay)
{
    return relay->owner;
}

enum relay_state relay_state(const struct relay *relay)
{
    return relay->state;
}

const struct relay_failure *relay_failure(const struct relay *relay)
{
    return &relay->failure;
}

int relay_socket(const struct relay *relay)
{
    return relay->socket;
}

bool relay_buffers(const struct relay *relay)
{
    (void)relay;
    return false;
}

/* Only send_run() asks for these. */
struct relay_hub *relay_hub_open(const struct clock *clock, struct error *err)
{
    (void)clock, (void)err;
    return NULL;
}

void relay_hub_close(struct relay_hub *hub)
{
    (void)hub;
}

int relay_hub_socket(const struct relay_hub *hub)
{
    (void)hub;
    return -1;
}

int64_t relay_hub_deadline(const struct relay_hub *hub)
{
    (void)hub;
    return INT64_MAX;
}

void relay_hub_turn(struct relay_hub *hub)
{
    (void)hub;
}

bool relay_target_check(const struct relay_target *target, struct error *err)
{
    (void)target, (void)err;
    return true;
}

/* ---- A loop without its loop: time stands where it is put ---- */

struct world {
    struct send send;
    struct send_options options;
    struct send_report report;
    struct clock clock;
    struct random random;
    struct pace pace;
    struct log log;
    char log_path[32];
};

static const struct send_work no_work; /* messages are put in by hand */

static int64_t steady_ms(void *self)
{
    return ((struct world *)self)->send.now_ms;
}

static void begin(struct world *world, unsigned connections, uint64_t seed)
{
    struct error err;
    *world = (struct world){.random = random_seeded(seed), .log_path = "/tmp/connections.XXXXXX"};
    world->clock = (struct clock){steady_ms, steady_ms, world};
    world->log = log_to_stderr(&world->clock, LOG_ERROR + 1);
    close(mkstemp(world->log_path));
    must(log_open(&world->log, world->log_path, &err));
    world->options = (struct send_options){.clock = &world->clock,
                                           .random = &world->random,
                                           .log = &world->log,
                                           .relay = {.url = "smtp://relay.example"},
                                           .pace = &world->pace,
                                           .connections = connections,
                                           .depth = 1};
    world->send.options = &world->options;
    world->send.work = &no_work;
    world->send.report = &world->report;
    world->send.now_ms = NOW;
    world->send.lines = BUFFER_INIT(LOG_LINES);
    world->send.epoll = epoll_create1(EPOLL_CLOEXEC);
    links_open(&world->send);
    relays_opened = 0;
}

/* What nobody will hear of any more is given back, as the clerk would. */
static void end(struct world *world)
{
    struct send *send = &world->send;
    send->stopping = true;
    send->grace_until_ms = send->now_ms;
    links_finish(send);
    while (send->ready_count > 0)
        flight_free(send, flight_take_ready(send));
    for (size_t i = 0; i < send->back_count; i++)
        flight_free(send, send->backs[i]);
    for (size_t i = 0; i < send->asked_count; i++)
        flight_free(send, send->asked[i]);
    for (size_t i = 0; i < send->result_count; i++)
        flight_free(send, (struct flight *)send->results[i].item);
    links_close(send);
    flights_close(send);
    close(send->epoll);
    buffer_free(&send->lines);
    log_close(&world->log);
    unlink(world->log_path);
}

static void add_work(struct world *world, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct flight *flight = flight_new(&world->send);
        snprintf(flight->item.from, SEND_ADDRESS, "us@relay.example");
        snprintf(flight->item.to, SEND_ADDRESS, "you@there.example");
        buffer_add_string(&flight->item.bytes, "Subject: x\r\n\r\n");
        flight_ready(&world->send, flight);
    }
}

/* As the loop does it: offered to whoever is free, a connection opened for what is left. */
static void turn(struct world *world)
{
    turn_offer(&world->send);
    links_grow(&world->send);
    links_write(&world->send);
}

static void connect_all(struct world *world, enum relay_state state)
{
    for (size_t i = 0; i < COUNT_OF(relays); i++)
        if (relays[i].used && relays[i].state == RELAY_CONNECTING) {
            relays[i].state = state;
            relays[i].failure.reach = RELAY_TRY_LATER;
            error_set(&relays[i].failure.error, FAULT_UNREACHABLE, "no connection today");
        }
    links_connected(&world->send);
    turn(world);
}

static void hear(struct world *world, struct relay *relay, const char *said)
{
    relay->said_length = (size_t)snprintf(relay->said, WIRE, "%s", said);
    link_read(&world->send, relay->owner);
    links_write(&world->send);
}

/* A message is refused: the relay is there, and answers. */
static void answer(struct world *world, struct relay *relay)
{
    hear(world, relay, "250 ok\r\n");
    hear(world, relay, "550 5.1.1 nobody\r\n");
}

static void break_off(struct world *world, struct relay *relay)
{
    relay->broken = true;
    hear(world, relay, "");
    turn(world);
}

static void wait_until(struct world *world, int64_t now_ms)
{
    world->send.now_ms = now_ms;
    links_tick(&world->send);
    turn(world);
}

/* `count` connections, each with a message. */
static void open_some(struct world *world, unsigned count)
{
    add_work(world, count);
    turn(world);
    while (world->send.open < count && world->send.connecting > 0)
        connect_all(world, RELAY_READY);
    must(world->send.open == count);
}

static unsigned told(const struct relay *relay, const char *words)
{
    return text_find(text_from(relay->told, relay->told_length), text_of(words)) != TEXT_NONE;
}

/* ---- Opening ---- */

static void they_are_opened_gradually(void)
{
    struct world world;
    begin(&world, CONNECTIONS, 1);
    turn(&world);
    check_number("without work none is opened", relays_opened, 0);
    add_work(&world, 100);
    turn(&world);
    turn(&world);
    check_number("the first stands alone", relays_opened, 1);
    connect_all(&world, RELAY_READY);
    check_number("when it stands three follow", relays_opened, 4);
    turn(&world);
    check_number("and no more", relays_opened, 4);
    connect_all(&world, RELAY_READY);
    check_number("then all that are allowed", relays_opened, CONNECTIONS);
    connect_all(&world, RELAY_READY);
    check_number("which is that", relays_opened, CONNECTIONS);
    check_number("and all of them stand", world.send.open, CONNECTIONS);
    end(&world);
}

static void little_work_opens_few(void)
{
    struct world world;
    begin(&world, CONNECTIONS, 1);
    add_work(&world, 1);
    turn(&world);
    connect_all(&world, RELAY_READY);
    check_number("for one message there is one", relays_opened, 1);
    answer(&world, &relays[0]);
    add_work(&world, 1);
    turn(&world);
    check_number("which takes the next as well", relays_opened, 1);
    add_work(&world, 1);
    turn(&world);
    turn(&world);
    check_number("one that would have to wait opens one more", relays_opened, 2);
    end(&world);
}

/* ---- Closing ---- */

static void an_idle_one_is_closed(void)
{
    struct world world;
    begin(&world, CONNECTIONS, 1);
    open_some(&world, 1);
    wait_until(&world, NOW + 1000);
    answer(&world, &relays[0]);
    check_number("it is watched", links_deadline(&world.send), NOW + 1000 + SEND_IDLE_MS);
    wait_until(&world, NOW + 1000 + SEND_IDLE_MS - 1);
    check_number("so long it stays", world.send.open, 1);
    wait_until(&world, NOW + 1000 + SEND_IDLE_MS);
    check_number("then it is closed", world.send.open, 0);
    check("with a farewell", told(&relays[0], "QUIT\r\n"));
    check_number("and nothing waits for it", links_deadline(&world.send), INT64_MAX);
    check_number("that is no failure", world.send.failed_tries, 0);
    add_work(&world, 1);
    turn(&world);
    check_number("for new work there is another at once", relays_opened, 2);
    end(&world);
}

static void a_busy_one_is_not(void)
{
    struct world world;
    begin(&world, CONNECTIONS, 1);
    open_some(&world, 1);
    wait_until(&world, NOW + 2 * SEND_IDLE_MS);
    check("one that waits for a reply stays", world.send.open == 1 && !told(&relays[0], "QUIT"));
    answer(&world, &relays[0]);
    wait_until(&world, NOW + 3 * SEND_IDLE_MS - 1);
    check_number("also when the reply took long", world.send.open, 1);
    end(&world);
}

/* ---- Failing ---- */

static int64_t base_of(unsigned tries)
{
    int64_t base_ms = (int64_t)SEND_BACKOFF_MS << (tries - 1);
    return base_ms < SEND_BACKOFF_MAX_MS ? base_ms : SEND_BACKOFF_MAX_MS;
}

/* What the n-th failure in a row makes us wait, drawn many times: the least and the most. */
static void draw(unsigned tries, int64_t *ret_least_ms, int64_t *ret_most_ms)
{
    *ret_least_ms = INT64_MAX;
    *ret_most_ms = 0;
    for (uint64_t seed = 0; seed < DRAWS; seed++) {
        struct world world;
        begin(&world, 2, seed);
        open_some(&world, 1);
        world.send.failed_tries = tries - 1;
        add_work(&world, 1);
        turn(&world);
        connect_all(&world, RELAY_FAILED);
        int64_t waits_ms = world.send.not_before_ms - NOW;
        *ret_least_ms = waits_ms < *ret_least_ms ? waits_ms : *ret_least_ms;
        *ret_most_ms = waits_ms > *ret_most_ms ? waits_ms : *ret_most_ms;
        end(&world);
    }
}

/* Half of the base to one and a half of it; and both ends are met, within a twentieth. */
static void check_spread(unsigned tries, int64_t base_ms, int64_t least_ms, int64_t most_ms)
{
    char promise[96];
    snprintf(promise, sizeof(promise), "try %u waits %lld ms, give or take half", tries,
             (long long)base_ms);
    check(promise, least_ms >= base_ms / 2 && most_ms < base_ms / 2 + base_ms);
    check("and by chance", least_ms < base_ms * 11 / 20 && most_ms > base_ms * 29 / 20);
}

static void each_try_waits_twice_as_long(void)
{
    static const unsigned tries[] = {1, 2, 3, 4, 9, 10, 40};
    for (size_t i = 0; i < COUNT_OF(tries); i++) {
        int64_t least_ms, most_ms;
        draw(tries[i], &least_ms, &most_ms);
        check_spread(tries[i], base_of(tries[i]), least_ms, most_ms);
    }
    check_number("from two hundred milliseconds", base_of(1), 200);
    check_number("to a minute", base_of(40), 60000);
}

static void nothing_is_opened_before_its_time(void)
{
    struct world world;
    begin(&world, CONNECTIONS, 1);
    add_work(&world, 100);
    turn(&world);
    for (unsigned tries = 1; tries < SEND_TRIES; tries++) {
        connect_all(&world, RELAY_FAILED);
        check_number("failures in a row are counted", world.send.failed_tries, tries);
        check_number("and waited for", relays_opened, tries);
        wait_until(&world, world.send.not_before_ms - 1);
        check_number("to the last millisecond", relays_opened, tries);
        wait_until(&world, world.send.not_before_ms);
        check_number("then there is one more", relays_opened, tries + 1);
    }
    check("so far the relay may come back", !world.report.relay_failed);
    connect_all(&world, RELAY_READY);
    answer(&world, &relays[0]);
    check_number("it answers: all is forgiven", world.send.failed_tries, 0);
    end(&world);
}

static size_t count_in(const char *path, const char *words)
{
    char log[16 * 1024] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = read(fd, log, sizeof(log) - 1);
    size_t count = 0;
    close(fd);
    must(got >= 0);
    for (const char *at = log; (at = strstr(at, words)) != NULL; at++)
        count++;
    return count;
}

static void a_relay_that_is_down_is_given_up(void)
{
    struct world world;
    begin(&world, CONNECTIONS, 1);
    add_work(&world, 100);
    turn(&world);
    for (unsigned tries = 0; tries < SEND_TRIES; tries++) {
        check("not before the last try", !world.report.relay_failed);
        connect_all(&world, RELAY_FAILED);
        wait_until(&world, world.send.not_before_ms);
    }
    check("then it counts as down", world.report.relay_failed && world.send.stopping);
    check_number("and is left alone", relays_opened, SEND_TRIES);
    check("it is said how often it was tried",
          strstr(world.report.end.message, "after 5 tries in") != NULL &&
              strstr(world.report.end.message, "no connection today") != NULL);
    check_number("once as a warning", count_in(world.log_path, "warning no connection"), 1);
    check_number("and each time in the log", count_in(world.log_path, "no connection today"), 5);
    end(&world);
}

/* ---- Some live, one more fails ---- */

static void no_more_than_these_for_a_while(void)
{
    struct world world;
    begin(&world, 8, 1);
    open_some(&world, 4);
    add_work(&world, 1);
    turn(&world);
    connect_all(&world, RELAY_FAILED);
    add_work(&world, 100);
    check_number("with four that live, four are allowed", world.send.allowed, 4);
    check("and the relay is no worse for it", !world.send.stopping);
    unsigned opened = relays_opened;
    int64_t recover_ms = NOW + SEND_RECOVER_MS;
    wait_until(&world, recover_ms - 1);
    check_number("for half a minute none is tried", relays_opened - opened, 0);
    for (unsigned more = 1; more <= 4; more++, recover_ms += SEND_RECOVER_MS) {
        wait_until(&world, recover_ms);
        connect_all(&world, RELAY_READY);
        wait_until(&world, recover_ms + SEND_RECOVER_MS - 1);
        check_number("then there is one more each half minute", world.send.open, 4 + more);
    }
    wait_until(&world, recover_ms);
    check_number("until all stand", relays_opened - opened, 4);
    end(&world);
}

static void one_that_fails_again_begins_anew(void)
{
    struct world world;
    begin(&world, CONNECTIONS, 1);
    open_some(&world, 4);
    add_work(&world, 1);
    turn(&world);
    connect_all(&world, RELAY_FAILED);
    wait_until(&world, NOW + SEND_RECOVER_MS);
    connect_all(&world, RELAY_FAILED);
    check_number("four, as before", world.send.allowed, 4);
    unsigned opened = relays_opened;
    wait_until(&world, NOW + 2 * SEND_RECOVER_MS - 1);
    check_number("for another half minute", relays_opened - opened, 0);
    wait_until(&world, NOW + 2 * SEND_RECOVER_MS);
    check_number("then another try", relays_opened - opened, 1);
    end(&world);
}

/* ---- Breaking ---- */

static void one_that_carried_messages_is_replaced_at_once(void)
{
    struct world world;
    begin(&world, 1, 1);
    open_some(&world, 1);
    answer(&world, &relays[0]);
    add_work(&world, 3);
    turn(&world);
    break_off(&world, &relays[0]);
    turn(&world);
    check_number("there is another", relays_opened, 2);
    check_number("and nothing is held against the relay", world.send.failed_tries, 0);
    end(&world);
}

static void one_that_carried_nothing_was_a_failed_try(void)
{
    struct world world;
    begin(&world, 1, 1);
    open_some(&world, 1);
    add_work(&world, 3);
    break_off(&world, &relays[0]);
    turn(&world);
    check_number("it is counted", world.send.failed_tries, 1);
    check_number("and waited for", relays_opened, 1);
    wait_until(&world, world.send.not_before_ms);
    check_number("before the next", relays_opened, 2);
    end(&world);
}

/* It says hello each time, and never takes anything. */
static void a_relay_that_always_breaks_off_is_given_up(void)
{
    struct world world;
    begin(&world, CONNECTIONS, 1);
    add_work(&world, 100);
    turn(&world);
    for (unsigned tries = 0; tries < SEND_TRIES; tries++) {
        check("not before the last try", !world.report.relay_failed);
        connect_all(&world, RELAY_READY);
        for (size_t i = 0; i < COUNT_OF(relays); i++)
            if (relays[i].used && relays[i].state == RELAY_READY)
                break_off(&world, &relays[i]);
        connect_all(&world, RELAY_FAILED);
        wait_until(&world, world.send.not_before_ms);
    }
    check("as one that is down", world.report.relay_failed && world.send.stopping);
    end(&world);
}

static void many_that_fail_at_once_are_one_try(void)
{
    struct world world;
    begin(&world, CONNECTIONS, 1);
    open_some(&world, 4);
    add_work(&world, 100);
    turn(&world);
    check_number("twelve are on their way", world.send.connecting, 12);
    connect_all(&world, RELAY_FAILED);
    check_number("they fail for one reason", world.send.failed_tries, 1);
    for (unsigned i = 0; i < 4; i++)
        break_off(&world, &relays[i]);
    check("and so do those that live", world.send.failed_tries == 1 && world.send.open == 0);
    check("which is no reason to give up", !world.report.relay_failed);
    wait_until(&world, world.send.not_before_ms);
    check_number("another try follows", world.send.connecting, 1);
    end(&world);
}

/* ---- A better relay is tried now and then ---- */

static void probes_are_further_and_further_apart(void)
{
    for (unsigned tries = 0; tries < 12; tries++) {
        int64_t base_ms = (int64_t)SEND_PROBE_MS << tries, least_ms = INT64_MAX, most_ms = 0;
        base_ms = base_ms < SEND_PROBE_MAX_MS ? base_ms : SEND_PROBE_MAX_MS;
        for (uint64_t seed = 0; seed < DRAWS; seed++) {
            struct random random = random_seeded(seed);
            struct send_absent absent = {.tries = tries};
            send_absent_failed(&absent, &random, NOW);
            int64_t waits_ms = absent.not_before_ms - NOW;
            least_ms = waits_ms < least_ms ? waits_ms : least_ms;
            most_ms = waits_ms > most_ms ? waits_ms : most_ms;
            must(absent.tries == tries + 1);
        }
        check_spread(tries + 1, base_ms, least_ms, most_ms);
    }
}

/* A relay that is preferred and was away; its probe is due at NOW. */
static struct send_absent away;
static struct send_absent *const absent[] = {&away};

static void miss_a_better_one(struct world *world)
{
    static const struct relay_target better = {.url = "smtp://better.example"};
    away = (struct send_absent){.target = &better, .not_before_ms = NOW, .tries = 1};
    world->options.absent = absent;
    world->options.absent_count = 1;
}

/* Its content is out, its reply is not in. */
static void complete(struct world *world, struct relay *relay)
{
    struct send *send = &world->send;
    hear(world, relay, "250 ok\r\n");
    hear(world, relay, "250 ok\r\n");
    hear(world, relay, "354 go on\r\n");
    must(send->asked_count == 1);
    struct flight *flight = send->asked[0];
    send->asked_count = 0;
    flight->state = FLIGHT_DECIDING;
    flight_clear(send, flight);
    turn_complete(send);
    links_write(send);
    must(told(relay, "\r\n.\r\n"));
}

/* As the loop does it. */
static void leave_until(struct world *world, int64_t now_ms)
{
    world->send.now_ms = now_ms;
    send_probe_tick(&world->send);
    if (world->send.stopping)
        links_finish(&world->send);
    turn(world);
}

/* The probe stands beside the connections that were opened before it. */
static struct relay *probe(struct world *world)
{
    unsigned opened = relays_opened;
    send_probe_tick(&world->send);
    check_number("the better relay is tried", relays_opened - opened, 1);
    connect_all(world, RELAY_READY);
    return &relays[opened];
}

static void a_better_relay_that_answers_gets_the_mail(void)
{
    struct world world;
    begin(&world, 1, 1);
    open_some(&world, 1);
    miss_a_better_one(&world);
    answer(&world, &relays[0]);
    struct relay *better = probe(&world);
    check("the trial is ended politely", told(better, "QUIT\r\n"));
    leave_until(&world, NOW + 1);
    check("the mail leaves for it", world.send.stopping && world.report.returned == &away);
    check_number("and nothing is left here", world.send.open, 0);
    end(&world);
}

static void a_better_relay_that_is_still_away_is_tried_later(void)
{
    struct world world;
    begin(&world, 1, 1);
    open_some(&world, 1);
    miss_a_better_one(&world);
    send_probe_tick(&world.send);
    connect_all(&world, RELAY_FAILED);
    check("the mail stays", !world.send.stopping && world.report.returned == NULL);
    check("the next trial is later", away.tries == 2 && away.not_before_ms > NOW);
    check_number("and nobody's fault here", world.send.failed_tries, 0);
    check_number("it is waited for", send_probe_deadline(&world.send), away.not_before_ms);
    end(&world);
}

static void a_slow_reply_keeps_the_mail_where_it_is(void)
{
    struct world world;
    begin(&world, 1, 1);
    open_some(&world, 1);
    complete(&world, &relays[0]);
    miss_a_better_one(&world);
    probe(&world);
    leave_until(&world, NOW + 1);
    check("it would leave", world.send.stopping);
    check_number("but waits so long", send_probe_deadline(&world.send), NOW + SEND_LEAVE_MS);
    leave_until(&world, NOW + SEND_LEAVE_MS - 1);
    check("for the reply", world.send.stopping && world.send.open == 1);
    leave_until(&world, NOW + SEND_LEAVE_MS);
    check("then it stays", !world.send.stopping && world.report.returned == NULL);
    check("work goes on", world.send.more_due);
    check("and the better relay is tried again later",
          away.tries == 2 && away.not_before_ms > NOW + SEND_LEAVE_MS);
    hear(&world, &relays[0], "250 taken\r\n");
    check("the slow one is sent, and counts once",
          world.send.result_count == 1 && world.send.results[0].fate == SEND_SENT);
    turn(&world);
    check_number("a fresh connection follows", relays_opened, 3);
    end(&world);
}

static void what_ends_everything_outweighs_a_better_relay(void)
{
    struct world world;
    begin(&world, 1, 1);
    open_some(&world, 1);
    complete(&world, &relays[0]);
    miss_a_better_one(&world);
    probe(&world);
    send_stop(&world.send);
    check("the mail does not move any more", world.report.returned == NULL);
    leave_until(&world, NOW + SEND_LEAVE_MS);
    check("and the end is the end", world.send.stopping);
    end(&world);
}

int main(void)
{
    they_are_opened_gradually();
    little_work_opens_few();
    an_idle_one_is_closed();
    a_busy_one_is_not();
    each_try_waits_twice_as_long();
    nothing_is_opened_before_its_time();
    a_relay_that_is_down_is_given_up();
    no_more_than_these_for_a_while();
    one_that_fails_again_begins_anew();
    one_that_carried_messages_is_replaced_at_once();
    one_that_carried_nothing_was_a_failed_try();
    a_relay_that_always_breaks_off_is_given_up();
    many_that_fail_at_once_are_one_try();
    probes_are_further_and_further_apart();
    a_better_relay_that_answers_gets_the_mail();
    a_better_relay_that_is_still_away_is_tried_later();
    a_slow_reply_keeps_the_mail_where_it_is();
    what_ends_everything_outweighs_a_better_relay();
    return check_done();
}
