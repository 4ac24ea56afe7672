/*
 * SMTP: the dialogue on one connection, from behind EHLO and AUTH to QUIT, as a pure state machine.
 *
 * No socket, no clock, no database: bytes of replies and the time go in; bytes to write and events
 * come out. The event loop, the simulator, the fuzzer and the tests drive this same code.
 *
 *     offer a message ─► its envelope is written ─► SMTP_ASK: may this one be completed?
 *       ─► (the caller makes its INTENT durable) smtp_grant() ─► completing bytes are written
 *       ─► SMTP_OUTCOME
 *
 * One round trip a message: with PIPELINING the envelope of the next message rides in the same
 * write as the body of this one. With CHUNKING and a depth above 1 whole transactions are in
 * flight; there is then nothing to learn before the completing bytes, so a message is asked for as
 * soon as it is offered. Without PIPELINING the same machine writes one command at a time.
 *
 * What holds, whatever the server says:
 *   - Every message offered gets exactly one SMTP_OUTCOME.
 *   - Completing bytes (the final dot, BDAT … LAST) of a message leave only after its smtp_grant().
 *   - An outcome by reply comes from a whole reply to a command of that very message. A reply that
 *     nobody waits for, or that cannot answer what was asked, ends the connection; nothing that
 *     comes behind it is believed.
 *   - At most `depth` messages are completed and unanswered at any time.
 */
#ifndef WIRE_SMTP_H
#define WIRE_SMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mail/reply.h"
#include "verdict/facts.h"

/* What the last EHLO offered. */
struct smtp_capabilities {
    bool pipelining, chunking, eight_bit, smtputf8, enhanced;
    bool size_known; /* SIZE was offered: MAIL may carry it */
    uint64_t size;   /* the largest message in octets; 0: not told */
};

/* One line behind the greeting line of an EHLO reply, without its code: "SIZE 10240000". */
void smtp_capability_read(struct smtp_capabilities *capabilities, struct text line);

enum { SMTP_DEPTH_MAX = 16 };

struct smtp_settings {
    struct smtp_capabilities capabilities;
    unsigned depth; /* whole transactions in flight; 1 … SMTP_DEPTH_MAX, above 1 takes CHUNKING */
    bool plain_data; /* never BDAT, even when offered */
};

/* All texts are borrowed until the message's outcome. */
struct smtp_message {
    uint64_t key;     /* the caller's; comes back in events */
    struct text from; /* return path without < >; may be empty */
    struct text to;   /* without < >; as address_parse() gives it */
    struct text body; /* header and body with CRLF line ends */
    bool smtputf8;    /* an address or a header is beyond ASCII */
    bool eight_bit;   /* the body is: BODY=8BITMIME */
};

enum smtp_event_kind {
    SMTP_NOTHING, /* no more events for now */
    SMTP_ASK,     /* answer with smtp_grant() or smtp_veto() once it is decided */
    SMTP_OUTCOME,
    SMTP_ENDED, /* close the connection; no event follows */
};

enum smtp_outcome {
    SMTP_ANSWERED,  /* by `reply`, in the answer to `stage` */
    SMTP_UNTOUCHED, /* nothing was completed and nobody said no: as if never tried */
    SMTP_UNKNOWN,   /* completed, and no answer: it may have arrived or not */
    SMTP_UNFIT,     /* never tried: this server cannot take it; `reply` says why in our own words */
};

enum smtp_end {
    SMTP_END_QUIT,    /* we wanted it */
    SMTP_END_PEER,    /* the connection broke */
    SMTP_END_CLOSING, /* 421; `reply` has it */
    SMTP_END_DESYNC,  /* something that SMTP does not allow */
    SMTP_END_TIMEOUT,
    SMTP_END_VETO, /* a veto behind 354 leaves no other way out (RFC 5321 4.1.1.4) */
};

struct smtp_event {
    enum smtp_event_kind kind;
    uint64_t key; /* ASK, OUTCOME */
    enum smtp_outcome outcome;
    enum facts_stage stage; /* MAIL, RCPT, DATA or COMPLETION */
    struct reply reply;     /* borrowed until the next call that is not smtp_next() */
    enum smtp_end end;      /* ENDED */
    const char *why;        /* ENDED: for the log; static */
};

struct smtp;

/* `now_ms` is steady time, here and below. */
struct smtp *smtp_open(const struct smtp_settings *settings, int64_t now_ms);
void smtp_close(struct smtp *smtp);

/* How many messages could be offered now. */
unsigned smtp_wants(const struct smtp *smtp);
/* At most smtp_wants() times. A dirty address is our bug. */
void smtp_offer(struct smtp *smtp, const struct smtp_message *message, int64_t now_ms);
/* The answers to SMTP_ASK. */
void smtp_grant(struct smtp *smtp, uint64_t key, int64_t now_ms);
void smtp_veto(struct smtp *smtp, uint64_t key, int64_t now_ms);

/* Events in their order, one a call. */
struct smtp_event smtp_next(struct smtp *smtp);

/*
 * What to write, as at most `room` pieces (borrowed until the next call); their count. Afterwards
 * smtp_wrote() tells how many bytes were taken, and how many may have reached the peer (more than
 * taken when TLS holds a record back).
 */
size_t smtp_output(struct smtp *smtp, struct text *pieces, size_t room);
void smtp_wrote(struct smtp *smtp, size_t taken, size_t reached, int64_t now_ms);

void smtp_input(struct smtp *smtp, struct text bytes, int64_t now_ms);
/* The peer closed, or the connection broke; everything that could be read was read before. */
void smtp_lost(struct smtp *smtp, int64_t now_ms);
/* Steady time of the next smtp_tick(); INT64_MAX: none. RFC 5321 4.5.3.2. */
int64_t smtp_deadline(const struct smtp *smtp);
void smtp_tick(struct smtp *smtp, int64_t now_ms);

/*
 * No further message: what was not granted becomes SMTP_UNTOUCHED, outstanding final replies are
 * waited for, then QUIT is written and SMTP_ENDED comes at once: the answer to QUIT is not awaited.
 */
void smtp_finish(struct smtp *smtp, int64_t now_ms);
/* Now: what was completed becomes SMTP_UNKNOWN. */
void smtp_abandon(struct smtp *smtp, int64_t now_ms);

/* Nothing offered, nothing in flight. */
bool smtp_idle(const struct smtp *smtp);
/* Completed and unanswered. */
unsigned smtp_outstanding(const struct smtp *smtp);

#endif
