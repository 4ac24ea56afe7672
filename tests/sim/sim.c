/* Sim: draws a world from a seed, runs it to its end, and says whether everything held. */
#include "sim.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "flow/relays.h"
#include "oracle.h"

struct sim sim;
static uint64_t totals_moved; /* how often the mail went to another relay */
const struct ledger_kind *sim_ledger;

/* ---- Chance ---- */

uint64_t sim_below(uint64_t bound)
{
    return random_below(&sim.random, bound);
}

bool sim_happens(uint32_t in_a_million)
{
    return in_a_million > 0 && sim_below(1000000) < in_a_million;
}

bool sim_fault(uint32_t in_a_million)
{
    return !sim.ghost && !sim.kind && sim_happens(in_a_million);
}

/* ---- Words ---- */

void sim_trace(const char *format, ...)
{
    va_list args;
    if (!sim.trace)
        return;
    printf("%8lld.%03lld %5llu%s ", (long long)sim.steady_ms / 1000,
           (long long)sim.steady_ms % 1000, (unsigned long long)sim.step, sim.ghost ? "~" : " ");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

void sim_violation(const char *format, ...)
{
    va_list args;
    if (sim.ghost || sim.violation[0] != '\0')
        return;
    va_start(args, format);
    vsnprintf(sim.violation, sizeof(sim.violation), format, args);
    va_end(args);
    sim_trace("VIOLATION: %s", sim.violation);
}

/* What stops even the simulator: a broken must(), a loop without end. */
static void last_words(const char *what)
{
    char line[160];
    int length =
        snprintf(line, sizeof(line), "sim: seed %llu%s: %s\n", (unsigned long long)sim.seed,
                 sim.limited ? " --limited"
                 : sim.full  ? " --full"
                             : "",
                 what);
    ssize_t written = write(STDERR_FILENO, line, (size_t)length);
    (void)written;
}

static void on_abort(int signal)
{
    (void)signal;
    last_words("aborted");
}

static _Noreturn void endless(const char *what)
{
    last_words(what);
    printf("0 passed, 1 failed\n");
    fflush(stdout);
    _exit(1);
}

static void digest_add(uint64_t number)
{
    sim.digest = (sim.digest ^ number) * 0x100000001b3;
}

bool sim_step(const char *what)
{
    sim.step++;
    digest_add((uint64_t)(unsigned char)what[0]);
    digest_add((uint64_t)sim.steady_ms);
    digest_add(sim.random.state[0]);
    if (sim.step > SIM_STEPS)
        endless("it does not come to an end");
    if (sim.spins > SIM_SPINS)
        endless("it waits for nothing, in a busy loop");
    if (!sim.ghost && sim.step == sim.stop_at)
        sim.stop = 1 + (int)sim_below(2);
    if (!sim.ghost && sim.step == sim.cut_at && sim.cut != CUT_NONE) {
        sim_trace("%s at %s", sim.cut == CUT_KILL ? "KILL" : "POWER CUT", what);
        oracle_cut();
        sim.ghost = true;
        net_cut();
    }
    return sim.ghost;
}

/* ---- Messages ---- */

void sim_address(unsigned person, char address[SEND_ADDRESS])
{
    snprintf(address, SEND_ADDRESS, "m%u@d%u.example", person, person % 3);
}

unsigned sim_person(struct text address)
{
    uint64_t person = 0;
    size_t at = text_find_byte(address, '@');
    must(at != TEXT_NONE && text_to_number(text_slice(address, 1, at - 1), &person));
    must(person < SIM_PEOPLE);
    return (unsigned)person;
}

/* Some long, some with lines that begin with a dot, some without a last line end. */
void sim_body(unsigned person, int64_t date_ms, struct buffer *out)
{
    buffer_printf(out, "Date: %lld\r\nTo: %u\r\n\r\n", (long long)date_ms, person);
    for (unsigned line = 0; line < 1 + person * person % 23; line++)
        buffer_printf(out, "%sline %u\r\n", (person + line) % 4 == 1 ? "." : "", line);
    if (person % 5 == 2)
        buffer_add_string(out, ".\r\n.\r\nRCPT TO:<m1@d1.example>\r\n");
    buffer_add_string(out, "end.\r\n");
}

/* ---- A world from a seed ---- */

/* Mostly nothing, sometimes now and then, rarely all the time. */
static uint32_t mood(uint32_t usual)
{
    switch (sim_below(4)) {
    case 0:
        return 0;
    case 1:
        return usual / 8;
    case 2:
        return usual;
    default:
        return sim_below(6) == 0 ? usual * 10 : usual * 2;
    }
}

static void draw_moods(struct moods *moods)
{
    *moods = (struct moods){0};
    if (sim_below(12) == 0)
        return;
    moods->reply_4yz = mood(20000);
    moods->reply_5yz = mood(10000);
    moods->reply_421 = mood(8000);
    moods->odd_reply = mood(5000);
    moods->hang = mood(4000);
    moods->drop = mood(8000);
    moods->reset = mood(8000);
    moods->half_reply = mood(6000);
    moods->slow = mood(10000);
    moods->swallow = mood(20000);
    moods->babble = sim_below(8) == 0 ? mood(8000) : 0;
    moods->connect_down = mood(40000);
    moods->connect_refused = mood(3000);
    moods->outage = mood(40000);
    moods->commit_fails = mood(3000);
    moods->bystander = mood(10000);
    moods->clock_jump = mood(500);
    moods->spurious = mood(20000);
}

static void draw_server(void)
{
    static const int64_t latencies_ms[] = {0, 0, 1, 20, 300};
    static const size_t rooms[] = {64, 500, 5000, 1 << 20, 1 << 20};
    uint64_t can = sim_below(64);
    sim.capabilities = (struct smtp_capabilities){.pipelining = can & 1 || can & 8,
                                                  .chunking = can & 2,
                                                  .enhanced = can & 4,
                                                  .size_known = can & 16};
    sim.plain_data = sim_below(6) == 0;
    sim.tls = sim_below(4) == 0;
    sim.latency_ms = latencies_ms[sim_below(5)];
    sim.socket_room = rooms[sim_below(5)];
    sim.session_limit = sim_below(5) == 0 ? 1 + (unsigned)sim_below(4) : 0;
}

static void draw_world(uint64_t seed)
{
    static const struct rate limits[] = {{1, 1000}, {3, 1000}, {5, 60000}};
    const struct sim how = sim;
    sim = (struct sim){.seed = seed,
                       .digest = 0xcbf29ce484222325,
                       .random = random_seeded(seed),
                       .trace = how.trace,
                       .full = how.full,
                       .limited = how.limited};
    draw_moods(&sim.moods);
    draw_server();
    sim.people = 1 + (unsigned)sim_below(sim.limited ? SIM_PEOPLE : SIM_FEW);
    sim.threaded = sim_below(2) == 0;
    sim.connections = 1 + (unsigned)sim_below(SIM_CONNECTIONS);
    sim.depth = sim_below(2) == 0 ? 1 : 1 + (unsigned)sim_below(SIM_DEPTH);
    sim.relays = sim_below(2) == 0 ? 1 : 1 + (unsigned)sim_below(SIM_RELAYS);
    sim.hold = sim_below(3) == 0;
    sim.retry_for_ms = sim_below(4) == 0 ? SIM_HOUR_MS : 30 * 24 * (int64_t)SIM_HOUR_MS;
    sim.limit = sim_below(5) == 0 ? limits[sim_below(3)] : (struct rate){0};
    if (sim.limited)
        limited_draw();
    sim.steady_ms = 1000;
    sim.wall_ms = 1800000000000;
}

/* When this life is cut or told to stop: often early, where everything begins. */
static uint64_t some_step(void)
{
    return sim.step + 1 + sim_below((uint64_t)4 << sim_below(9));
}

static void draw_life(void)
{
    sim.life++;
    sim.ghost = false;
    sim.kind = sim.life > SIM_FAULTY_LIVES;
    sim.stop = 0;
    sim.spins = 0;
    sim.cut = CUT_NONE;
    sim.stop_at = !sim.kind && sim_below(8) == 0 ? some_step() : 0;
    if (!sim.kind && sim_below(3) > 0)
        sim.cut = sim_below(2) == 0 ? CUT_KILL : CUT_POWER;
    sim.cut_at = some_step();
}

void sim_sending_begin(struct sim_sending *sending)
{
    *sending = (struct sim_sending){.log = log_to_stderr(&sim_clock, LOG_ERROR + 1),
                                    .random = random_seeded(sim_below(UINT64_MAX))};
    sending->options = (struct send_options){
        .relay = {.url = "smtp://relay0.example:25", .security = RELAY_CLEAR},
        .connections = sim.connections,
        .depth = sim.depth,
        .plain_data = sim.plain_data,
        .threaded = sim.threaded,
        .clock = &sim_clock,
        .random = &sending->random,
        .log = &sending->log,
        .stop = &sim.stop,
        .wake = -1,
    };
}

/* ---- Several relays ---- */

unsigned sim_relay(const struct relay_target *target)
{
    return (unsigned)(target->url[sizeof("smtp://relay") - 1] - '0') % SIM_RELAYS;
}

static bool note_move(void *self, const struct relay_config *relay, struct error *err)
{
    const struct relay_config *configs = self;
    sim.relay = (unsigned)(relay - configs);
    sim_trace("the mail goes through %.*s", TEXT_ARGS(relay->url));
    totals_moved++;
    return !sim.limited || limited_use(sim.relay, err);
}

void sim_send(struct sim_sending *sending, const struct send_work *work)
{
    static const struct text urls[SIM_RELAYS] = {TEXT_INIT("smtp://relay0.example"),
                                                 TEXT_INIT("smtp://relay1.example"),
                                                 TEXT_INIT("smtp://relay2.example")};
    struct relay_config configs[SIM_RELAYS] = {0};
    struct relays *relays;
    struct send_report report = {0};
    struct error err;
    for (unsigned i = 0; i < sim.relays; i++)
        configs[i] = (struct relay_config){.url = urls[i],
                                           .tls = TLS_NONE,
                                           .connections = sim.connections,
                                           .depth = sim.depth,
                                           .limits = {&sim.limit, sim.limit.count > 0}};
    const struct relays_watch watch = {.self = configs, .use = note_move};
    const struct relay_list list = {configs, sim.relays};
    must(relays_open(&list, ".", &relays, &err));
    relays_send(relays, &sending->options, work, &watch, &report);
    relays_close(relays);
    totals_moved--;
    sim_trace("ended: fault %d %s", report.end.fault,
              report.end.fault != FAULT_NONE ? report.end.message : "");
}

/* ---- A run ---- */

static void live_once(void)
{
    draw_life();
    net_open();
    sim_trace("--- life %u", sim.life);
    bool failed = sim_ledger->live();
    if (!sim.ghost)
        oracle_ended(failed);
    net_close();
    if (sim.ghost)
        sim_ledger->reboot();
    sim.ghost = false;
}

static bool run(uint64_t seed)
{
    draw_world(seed);
    oracle_open();
    net_begin();
    sim_ledger->open();
    sim_trace("%u people, %u connections, depth %u, %s%s%s%s", sim.people, sim.connections,
              sim.depth, sim.hold ? "hold" : "resend",
              sim.capabilities.pipelining ? ", PIPELINING" : "",
              sim.capabilities.chunking ? ", CHUNKING" : "", sim.tls ? ", TLS" : "");
    int64_t next_ms = sim.wall_ms;
    while (next_ms != INT64_MAX && sim.life < SIM_LIVES && sim.violation[0] == '\0') {
        int64_t pause_ms = (int64_t)sim_below(5000);
        sim.steady_ms += pause_ms;
        sim.wall_ms = (next_ms > sim.wall_ms ? next_ms : sim.wall_ms) + pause_ms;
        live_once();
        next_ms = sim_ledger->next_ms();
    }
    if (next_ms != INT64_MAX)
        sim_violation("it does not come to an end");
    sim_ledger->judge();
    oracle_judge();
    sim_ledger->close();
    if (sim.violation[0] != '\0')
        fprintf(stderr, "seed %llu: %s\n", (unsigned long long)seed, sim.violation);
    return sim.violation[0] == '\0';
}

/* ---- Alone and in a series ---- */

/* In a process that has run nothing before. */
static uint64_t digest_alone(uint64_t seed)
{
    int ends[2], status = 0;
    uint64_t alone = 0;
    fflush(stdout);
    must(pipe(ends) == 0);
    pid_t pid = fork();
    must(pid >= 0);
    if (pid == 0) {
        run(seed);
        oracle_close();
        exit(write(ends[1], &sim.digest, sizeof(alone)) != (ssize_t)sizeof(alone));
    }
    close(ends[1]);
    must(read(ends[0], &alone, sizeof(alone)) == (ssize_t)sizeof(alone));
    close(ends[0]);
    must(waitpid(pid, &status, 0) == pid && status == 0);
    return alone;
}

/* A run begins with nothing of the ones before it, or no seed could be replayed. */
static uint64_t run_alone_too(uint64_t from, uint64_t seeds)
{
    uint64_t differ = 0;
    uint64_t *alone = memory_take(seeds * sizeof(*alone));
    for (uint64_t i = 0; i < seeds; i++)
        alone[i] = digest_alone(from + i);
    for (uint64_t i = 0; i < seeds; i++) {
        run(from + i);
        if (sim.digest == alone[i])
            continue;
        differ++;
        fprintf(stderr, "seed %llu: it goes another way alone than behind others\n",
                (unsigned long long)(from + i));
    }
    memory_free(alone);
    return differ;
}

/* ---- The command ---- */

static uint64_t number_of(const char *string)
{
    uint64_t number;
    if (string != NULL && text_to_number(text_of(string), &number))
        return number;
    fprintf(stderr, "usage: sim [--full | --limited] [--seeds N] [--from S] [--seed S] [--trace] "
                    "[--alone]\n");
    exit(64);
}

static void say_totals(uint64_t seeds, double seconds)
{
    const struct oracle_totals *totals = &oracle_totals;
    printf("%s ledger: %llu attempts, %llu taken, %llu copies, %llu cuts, %llu withheld, "
           "%llu suppressed, %llu held, %llu connections out of step\n",
           sim_ledger->name, (unsigned long long)totals->attempts,
           (unsigned long long)totals->accepted, (unsigned long long)totals->copies,
           (unsigned long long)totals->cuts, (unsigned long long)totals->withheld,
           (unsigned long long)totals->suppressed, (unsigned long long)totals->unknown_held,
           (unsigned long long)totals->tainted);
    if (sim.limited)
        printf("%llu windows looked at, %llu of them used to the last place\n",
               (unsigned long long)limited_totals.windows, (unsigned long long)limited_totals.full);
    printf("the mail moved to another relay %llu times\n", (unsigned long long)totals_moved);
    printf("%.0f seeds a minute\n", (double)seeds * 60 / (seconds > 0 ? seconds : 1));
}

int main(int argc, char **argv)
{
    uint64_t seeds = 1000, from = 1, passed = 0, failed = 0;
    bool alone = false;
    for (int i = 1; i < argc; i++) {
        struct text word = text_of(argv[i]);
        if (text_equal(word, TEXT("--full")))
            sim.full = true;
        else if (text_equal(word, TEXT("--limited")))
            sim.full = sim.limited = true;
        else if (text_equal(word, TEXT("--alone")))
            alone = true;
        else if (text_equal(word, TEXT("--trace")))
            sim.trace = true;
        else if (text_equal(word, TEXT("--seeds")))
            seeds = number_of(argv[++i]);
        else if (text_equal(word, TEXT("--from")))
            from = number_of(argv[++i]);
        else if (text_equal(word, TEXT("--seed")))
            from = number_of(argv[++i]), seeds = 1;
        else
            number_of(NULL);
    }
    signal(SIGABRT, on_abort);
    sim_ledger = sim.full ? &ledger_full : &ledger_model;
    struct timespec began, ended;
    if (alone) {
        failed = run_alone_too(from, seeds);
        oracle_close();
        printf("%llu passed, %llu failed\n", (unsigned long long)(seeds - failed),
               (unsigned long long)failed);
        return failed > 0;
    }
    clock_gettime(CLOCK_MONOTONIC, &began);
    for (uint64_t seed = from; seed < from + seeds; seed++)
        run(seed) ? passed++ : failed++;
    clock_gettime(CLOCK_MONOTONIC, &ended);
    oracle_close();
    say_totals(seeds, (double)(ended.tv_sec - began.tv_sec) +
                          (double)(ended.tv_nsec - began.tv_nsec) / 1e9);
    printf("%llu passed, %llu failed\n", (unsigned long long)passed, (unsigned long long)failed);
    return failed > 0;
}
