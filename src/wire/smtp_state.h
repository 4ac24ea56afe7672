/*
 * What the files of the SMTP machine share; nobody else includes this.
 *
 * Messages live in slots of a ring, in the order they were offered: `head` is the oldest that still
 * awaits a reply, `cursor` the one whose commands are being issued, `tail` where the next offer
 * goes. Bytes to write are a stream with positions: `queued` ≥ `taken`, and an expectation knows
 * the position behind its command. A reply that arrives before that position was taken answers
 * nothing we asked.
 */
#ifndef WIRE_SMTP_STATE_H
#define WIRE_SMTP_STATE_H

#include "base/buffer.h"
#include "wire/smtp.h"

enum smtp_step {
    STEP_RSET,
    STEP_MAIL,
    STEP_RCPT,
    STEP_DATA,
    STEP_COMPLETION,
    STEP_LONE_DOT, /* 354 although nobody is to get it: an empty message to no one */
    STEP_ISSUED,   /* nothing more to issue for now */
};

enum { SMTP_STEPS = STEP_LONE_DOT + 1 };

enum slot_state {
    SLOT_WAITING,    /* offered; nothing issued */
    SLOT_ENVELOPE,   /* commands issued, some perhaps answered */
    SLOT_ASKED,      /* the caller decides */
    SLOT_COMPLETING, /* granted: the completing bytes are queued */
    SLOT_SPENT,      /* its outcome is told; replies may still be due */
};

enum { SMTP_ADDRESS = 320, SMTP_LINES = 1024 };

struct slot {
    struct smtp_message message;
    enum slot_state state;
    enum smtp_step next;   /* to issue */
    unsigned pending;      /* replies still due */
    uint64_t completes_at; /* stream position behind its last completing byte; 0: not queued */
    bool mail_accepted;    /* a transaction is open at the server */
    bool answered;         /* `answer` was said to its `stage`: that settles it */
    enum facts_stage stage;
    struct reply answer; /* text in `said` */
    char said[REPLY_TEXT];
    size_t lines_length;
    char lines[SMTP_LINES]; /* its commands, as written */
    struct buffer stuffed;  /* the body, if a line of it began with a dot */
};

struct expectation {
    uint64_t end; /* stream position behind the command */
    enum smtp_step step;
    struct slot *slot;
};

/* Room for every slot's own life: RSET, MAIL, RCPT, DATA, dot, and as many pieces. */
enum { SMTP_PER_SLOT = 8 };

struct smtp {
    struct smtp_settings settings;
    bool bdat, speculative; /* BDAT; whole transactions before any answer */
    bool dirty;             /* a transaction may be open that no message owns: RSET first */
    bool finishing, over;

    struct slot *slots;
    unsigned capacity, head, cursor, tail; /* head ≤ cursor ≤ tail; index modulo capacity */

    struct text *pieces; /* not taken yet; the first from `piece_offset` on */
    unsigned piece_first, piece_count;
    size_t piece_offset;
    uint64_t queued, taken, reached;

    struct expectation *expected;
    unsigned expected_first, expected_count;

    struct smtp_event *events;
    unsigned event_first, event_count;

    struct reply_reader reader;
    char last_words[REPLY_TEXT]; /* of SMTP_END_CLOSING */
    int64_t awaiting_ms;         /* since when the first expectation is waited for */
    int64_t moved_ms;            /* when output last moved, or was queued into emptiness */
};

static inline unsigned smtp_room(const struct smtp *smtp)
{
    return smtp->capacity * SMTP_PER_SLOT;
}

static inline struct slot *smtp_slot(const struct smtp *smtp, unsigned index)
{
    return &smtp->slots[index % smtp->capacity];
}

/* smtp_issue.c: commands out. */
void smtp_advance(struct smtp *smtp, int64_t now_ms);
void smtp_complete(struct smtp *smtp, struct slot *slot, int64_t now_ms);
void smtp_issue_lone_dot(struct smtp *smtp, struct slot *slot, int64_t now_ms);
void smtp_issue_quit(struct smtp *smtp);

/* smtp_answer.c: replies in. */
void smtp_answer(struct smtp *smtp, const struct reply *reply, int64_t now_ms);

/* smtp.c: events, ends. */
void smtp_tell(struct smtp *smtp, struct smtp_event event);
void smtp_ask(struct smtp *smtp, struct slot *slot);
void smtp_settle(struct smtp *smtp, struct slot *slot, enum smtp_outcome outcome);
/* Remembers what settles `slot`; smtp_settle(…, SMTP_ANSWERED) tells it. */
void smtp_note(struct slot *slot, enum facts_stage stage, const struct reply *reply);
void smtp_end(struct smtp *smtp, enum smtp_end end, const char *why, const struct reply *reply);
/* In smtp_finish(): ends when nothing is outstanding any more. */
void smtp_finish_if_done(struct smtp *smtp);

#endif
