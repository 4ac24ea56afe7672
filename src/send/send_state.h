/*
 * What the files of the event loop share; nobody else includes this.
 *
 * A flight is one message in memory, a link one connection with its dialogue. A flight goes
 *     taken ─► merged, ready ─► offered to a link ─► asked ─► intended ─► a result ─► free again
 * Under a limit it goes so far before its place is free: it asks a little earlier (not_before_ms),
 * so that its INTENT is durable, and waits (cleared) for the moment itself (completes_ms).
 * and whatever happens it ends in exactly one of: a result, put_back(), or a veto of the work's.
 */
#ifndef SEND_SEND_STATE_H
#define SEND_SEND_STATE_H

#include "send/send.h"
#include "send/send_clerk.h"

enum {
    SEND_READ = 64 * 1024,
    SEND_PIECES = 64,
    SEND_KEEP = 256 * 1024,        /* of a message buffer for the next one */
    SEND_TRIES = 5,                /* failed connections in a row before the relay counts as down */
    SEND_BACKOFF_MS = 200,         /* before the second try; doubles */
    SEND_BACKOFF_MAX_MS = 60000,   /* … up to so much */
    SEND_RECOVER_MS = 30000,       /* before one more connection is tried again */
    SEND_PROBE_MS = 5000,          /* before a relay that failed is tried again; doubles */
    SEND_PROBE_MAX_MS = 5 * 60000, /* … up to so much */
    SEND_LEAVE_MS = 5000,   /* for outstanding replies, before the mail moves to a better relay */
    SEND_IDLE_MS = 20000,   /* an unused connection is closed after so long */
    SEND_LOOK_MS = 500,     /* how often an idle loop looks for new work */
    SEND_PROGRESS_MS = 100, /* at most so often */
    SEND_LOST_MS = 1000,    /* a message whose connection broke inside its body rests */
    SEND_COOL_MS = 5000,    /* after the first throttling reply; doubles */
    SEND_COOL_MAX_MS = 5 * 60000, /* … up to so much */
    SEND_RATE_SLOTS = 16,         /* of SEND_RATE_MS each, for the rate of the progress bar */
    SEND_RATE_MS = 500,
};

enum flight_state {
    FLIGHT_FREE,
    FLIGHT_TAKEN,     /* to be merged; merged; or to be put back */
    FLIGHT_OFFERED,   /* a reservation of the pace is held */
    FLIGHT_ASKED,     /* and the dialogue waits for a grant */
    FLIGHT_DECIDING,  /* its INTENT is with the clerk */
    FLIGHT_ABANDONED, /* and its connection ended meanwhile */
    FLIGHT_CLEARED,   /* INTENT is durable; its place opens in a moment */
    FLIGHT_INTENDED,  /* INTENT is durable, the completing bytes are on their way */
    FLIGHT_ENDED,     /* its result waits for the commit */
    FLIGHT_VETOED,    /* the work has it back; only the dialogue still knows it */
    FLIGHT_LOST,      /* to be put back; it stands in `asked` */
};

struct link;

struct flight {
    struct send_item item; /* the first member: the work knows nothing else */
    enum flight_state state;
    struct link *link;
    struct flight *next; /* in the list of the free or of the ready */
    char words[REPLY_TEXT];
};

enum link_state { LINK_NONE, LINK_CONNECTING, LINK_OPEN };

struct link {
    enum link_state state;
    struct relay *relay;
    struct smtp *smtp;
    bool blocked;      /* the socket took less than we had: EPOLLOUT is on */
    bool ended;        /* the dialogue is over: close after one last write */
    int64_t used_ms;   /* steady; when a message last came to it or left it */
    uint64_t answered; /* messages on this connection */
};

struct send_probe {
    struct relay *relay; /* NULL: none is under way */
    struct send_absent *absent;
    int64_t leave_by_ms; /* steady; 0: the mail stays where it is */
};

struct send {
    const struct send_options *options;
    const struct send_work *work;
    struct send_report *report;
    int epoll;
    struct relay_hub *hub;

    struct link *links;
    unsigned next_link; /* to offer to */
    unsigned link_count, open, connecting;
    struct send_probe probe;
    unsigned allowed;      /* connections; fewer after throttling */
    bool more_due;         /* the last take() gave all that was asked for */
    int64_t next_due_ms;   /* wall; what the last take() said */
    int64_t look_ms;       /* steady; when to take again although nothing was due */
    unsigned failed_tries; /* in a row */
    int64_t failing_ms;    /* steady; the first of them */
    int64_t not_before_ms; /* steady; no new connection until then */
    int64_t recover_ms;    /* steady; when `allowed` may grow again */

    struct flight *free_flights;
    size_t flight_count, in_flight;

    struct flight *ready_first, *ready_last; /* merged, for the next connection that wants one */
    size_t ready_count;
    struct flight *taken[CLERK_TAKE]; /* to be merged */
    size_t taken_count;

    /* for the next job of the clerk */
    struct clerk *clerk;
    struct send_result *results;
    size_t result_count, result_room;
    struct flight **asked;
    size_t asked_count, asked_room;
    struct flight **cleared;
    size_t cleared_count, cleared_room;
    struct flight **backs;
    size_t back_count, back_room;
    int64_t pause; /* an edition; 0: none */
    const char *pause_why;

    int64_t cool_until_ms, cool_ms; /* steady */

    bool stopping;          /* no new message; what is out is waited for */
    bool refused;           /* a commit failed: never again an intent */
    bool save_again;        /* … and results are to be offered once more */
    int64_t grace_until_ms; /* steady */
    int64_t now_ms, wall_ms;
    int64_t began_ms, shown_ms;

    struct buffer lines; /* for the log, of this turn */
    uint32_t rate_counts[SEND_RATE_SLOTS];
    int64_t rate_slot;
    char input[SEND_READ];
};

/* send.c */
void send_stop(struct send *send);
/* Stops, and remembers the first reason. */
void send_fail(struct send *send, const struct error *err);
/* … which another relay may not have. Whoever has the list of them says so. */
void send_relay_failed(struct send *send, const struct error *err);

/* send_flight.c: messages in memory and what becomes of them. */
struct flight *flight_new(struct send *send);
void flight_free(struct send *send, struct flight *flight);
void flights_close(struct send *send);
/* To be put back: as if never taken. */
void flight_back(struct send *send, struct flight *flight);
/* Merged: waits for a connection. */
void flight_ready(struct send *send, struct flight *flight);
struct flight *flight_take_ready(struct send *send);
void flight_ask(struct send *send, struct flight *flight);
/* Its INTENT is durable; it waits for its completes_ms. */
void flight_clear(struct send *send, struct flight *flight);
void flight_outcome(struct send *send, struct flight *flight, const struct smtp_event *event);
/* Fails for a reason of our own, before anything was offered. */
void flight_unmade(struct send *send, struct flight *flight, const struct error *err);

/* send_settle.c: the rule from outcome to result; pure. */
void send_settle(const struct send_item *item, const struct smtp_event *event, bool intended,
                 int64_t wall_ms, struct random *random, struct send_result *ret_result);

/* send_turn.c: between clerk and connections, in this order. */
void turn_take_back(struct send *send);
void turn_hand_over(struct send *send);
void turn_merge(struct send *send);
void turn_offer(struct send *send);
/* Grants those whose place is free now. */
void turn_complete(struct send *send);
/* Steady; when the next of those that ask is to be handed over; INT64_MAX: none asks. */
int64_t turn_asked_ms(const struct send *send);
/* … when the next place is free that is waited for. */
int64_t turn_cleared_ms(const struct send *send);

/* send_link.c: connections. */
void links_open(struct send *send);
void links_close(struct send *send);
void links_connected(struct send *send);
/* Opens another one when there is work for it. */
void links_grow(struct send *send);
void link_read(struct send *send, struct link *link);
void link_events(struct send *send, struct link *link);
void links_write(struct send *send);
void links_tick(struct send *send);
/* All of them, after send_stop(). */
void links_finish(struct send *send);
int64_t links_deadline(const struct send *send);

/* send_probe.c: is a better relay back? */
void send_probe_tick(struct send *send);
/* Its connecting has ended; false: it is no probe's. */
bool send_probe_heard(struct send *send, struct relay *relay);
int64_t send_probe_deadline(const struct send *send);
void send_probe_close(struct send *send);

#endif
