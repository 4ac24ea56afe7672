/*
 * Sim: the sending engine in a world that lives in memory and hangs on one seed.
 *
 * What is real: wire/smtp*, flow/send*, and in the full variant flow/dispatch and the whole store
 * with SQLite. What is not: the clock (it moves when the loop waits), the connections (net.c stands
 * where wire/relay.c would be linked, and epoll is ours), the server (server.c), and below the
 * ledger either a model (model.c) or SQLite's files in memory (disk.c).
 *
 * A run is a chain of lives. Each life is one dispatcher from start to end; at a step that the seed
 * chose it may be cut: killed (what the kernel has stays) or by the loss of power (what was not
 * synced vanishes or tears). The cut process goes on as a ghost that reaches neither wire nor disk
 * until it ends by itself: nothing leaks, and its error paths are walked as well. When nothing
 * moves any more, the oracles (oracle.c) compare what the server took with what the ledger says.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "base/buffer.h"
#include "base/clock.h"
#include "base/random.h"
#include "send/send.h"

enum {
    SIM_PEOPLE = 48,
    SIM_FEW = 12,         /* where no limit makes them queue */
    SIM_LIVES = 80,       /* a run that is not at its end by then never will be */
    SIM_FAULTY_LIVES = 6, /* behind them the world is kind, so that a run ends */
    SIM_STEPS = 400 * 1000,
    SIM_SPINS = 2000, /* waits in a row that neither wait nor find anything: a busy loop */
    SIM_CONNECTIONS = 4,
    SIM_RELAYS = 3,
    SIM_OUTAGE_MS = 60 * 1000,
    SIM_DEPTH = 5,
    SIM_HOUR_MS = 3600 * 1000,
};

enum cut { CUT_NONE, CUT_KILL, CUT_POWER };

/* Chances in a million, drawn once a run: most runs are nearly calm, some are hell. */
struct moods {
    uint32_t reply_4yz, reply_5yz, reply_421, odd_reply; /* per command */
    uint32_t hang, drop, reset, half_reply, slow;        /* per command */
    uint32_t swallow; /* the message is taken, its 250 withheld */
    uint32_t babble;  /* bytes that are no answer; 0 in most runs */
    uint32_t connect_down, connect_refused;
    uint32_t outage;       /* per connection: its relay is down for a while */
    uint32_t commit_fails; /* per commit, or per call of the disk */
    uint32_t bystander;    /* per wait: somebody suppresses, pauses, resumes */
    uint32_t clock_jump;   /* per wait */
    uint32_t spurious;     /* per wait: it returns early, with nothing */
};

struct sim {
    uint64_t seed;
    struct random random;
    bool trace, full; /* full: with the real ledger */
    bool limited;     /* … behind the real limits */
    struct moods moods;
    unsigned people, connections, depth, relays;
    unsigned relay; /* in use */
    bool hold;      /* on_unknown */
    struct smtp_capabilities capabilities;
    bool plain_data, tls, threaded;
    size_t socket_room;
    int64_t latency_ms, retry_for_ms;
    unsigned session_limit; /* messages a connection; 0: none */
    struct rate limit;      /* count 0: none */

    int64_t steady_ms, wall_ms;
    uint64_t step, spins;
    uint64_t digest; /* of all steps of this run, and of chance at each */
    unsigned life;
    bool kind;  /* no more faults */
    bool ghost; /* the process was cut; nothing it does reaches anybody */
    enum cut cut;
    uint64_t cut_at; /* step; 0: never in this life */
    uint64_t stop_at;
    volatile int stop; /* as by a signal */

    char violation[512]; /* the first one; empty: none */
};

extern struct sim sim;

/* Chance. */
bool sim_happens(uint32_t in_a_million);
uint64_t sim_below(uint64_t bound);

/* Before everything that reaches out of the process. True when it is a ghost by now. */
bool sim_step(const char *what);
/* Only while it is real: something to fail by the mood. */
bool sim_fault(uint32_t in_a_million);

void sim_trace(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Notes the first; the run goes on to its end. */
void sim_violation(const char *format, ...) __attribute__((format(printf, 1, 2)));

extern const struct clock sim_clock;

/* time.c: what the loop waits with is wrapped by the linker; see meson.build. */
enum { SIM_EPOLL = 0x51000000, SIM_HUB, SIM_CLERK, SIM_SOCKET = 0x52000000 };

/* net.c: connections, in the place of wire/relay.c. A run begins with nothing of the one before, or
 * it could not be replayed alone; each of its lives opens. */
void net_begin(void);
void net_open(void);
void net_close(void);
/* Lets arrive what is due, and the servers act on it. */
void net_turn(void);
/* When something next happens by itself; INT64_MAX: never. */
int64_t net_next_ms(void);
/* At a cut: what is under way arrives, or a part of it. */
void net_cut(void);
/* An event of the loop's wait: how many were put into `events`. */
struct epoll_event;
int net_collect(struct epoll_event *events, int room);
void net_watch(int how, int socket, const struct epoll_event *event);

/* clerk.c: when the job that is away comes back; INT64_MAX: none is. */
int64_t clerk_next_ms(void);

/* One kind of ledger below the loop, and what others do to it meanwhile. */
struct ledger_kind {
    const char *name;
    void (*open)(void);   /* a fresh edition for sim.people */
    bool (*live)(void);   /* one dispatcher, until it ends; true: its ledger refused to write */
    void (*reboot)(void); /* after a cut: what the disk has now */
    /* Wall time of the next row that moves by itself; INT64_MAX: nothing will. */
    int64_t (*next_ms)(void);
    void (*judge)(void); /* tells oracle_row() of every row, and checks its own sums */
    void (*close)(void);
    bool (*is_intent)(unsigned person); /* durable, at this very moment */
    bool (*suppress)(unsigned person);  /* true: acknowledged */
    bool (*pause)(bool paused);
};

extern const struct ledger_kind ledger_model, ledger_full;
extern const struct ledger_kind *sim_ledger;

/* limited.c: the real limits, as a dispatcher uses them; and what the servers took by then. */
struct ledger;
struct store;
void limited_draw(void);
void limited_open(struct store *store, struct ledger *ledger, const char *folder);
void limited_close(void);
/* From here on the mail goes through this relay. */
bool limited_use(unsigned relay, struct error *err);
/* True when it may be intended now; else intent->again_ms says when. */
bool limited_intend(struct ledger *ledger, struct send_intent *intent);
void limited_learn(const struct send_result *results, size_t count);
/* Wall; when it is worth taking again; `asking`: is it worth a connection? */
int64_t limited_opens_ms(struct ledger *ledger, bool asking);
void limited_taken(unsigned person, unsigned relay);
struct limited_totals {
    uint64_t windows, full; /* looked at; of them used to the last place and moment (2 %) */
};
extern struct limited_totals limited_totals;

/* What a life sends with: the dispatcher's options, for this world. */
struct sim_sending {
    struct log log;
    struct random random;
    struct send_options options; /* point into it: it stays where it is */
};
void sim_sending_begin(struct sim_sending *sending);
/* relays_send() over as many relays as there are in this world, until it ends. */
void sim_send(struct sim_sending *sending, const struct send_work *work);
/* Which of the relays a target is. */
unsigned sim_relay(const struct relay_target *target);

/* The message of a person, the same bytes whenever it is tried. */
void sim_body(unsigned person, int64_t date_ms, struct buffer *out);
void sim_address(unsigned person, char address[SEND_ADDRESS]);
/* Reads "…m7@…". */
unsigned sim_person(struct text address);

#endif
