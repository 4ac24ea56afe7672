/*
 * Verdict: what a reply or a bounce means, and who has to pay for it.
 *
 * verdict_of() is the one place where a server's words become a decision, at sending time and when
 * a bounce comes home. It is pure, reads tables only (verdict_codes.c, verdict_phrases*.c,
 * verdict_sayings.c), never fails, and takes a few microseconds. A reader is suppressed only when
 * the address itself was called dead; what is wrong with our content, our DNS or our reputation
 * never costs an address.
 */
#ifndef VERDICT_VERDICT_H
#define VERDICT_VERDICT_H

#include <stdbool.h>

#include "verdict/facts.h"

/* Why. The names (verdict_class_name) are stored and printed; never renumber, only append. */
enum verdict_class {
    CLASS_OTHER,             /* nothing readable, yet it did fail */
    CLASS_BAD_MAILBOX,       /* the address does not exist */
    CLASS_BAD_DOMAIN,        /* the domain does not exist or takes no mail at all */
    CLASS_INACTIVE_MAILBOX,  /* it exists, but is disabled */
    CLASS_MAILBOX_FULL,      /* over quota */
    CLASS_RECIPIENT_REFUSED, /* the recipient's own filter, or a carrier that hides its reasons */
    CLASS_MESSAGE_TOO_BIG,   /* our message is at fault */
    CLASS_POLICY_BLOCK,      /* our IP, our domain, our sender address, our reputation */
    CLASS_CONTENT,           /* this message was refused, not this recipient */
    CLASS_AUTH_FAILURE,      /* SPF, DKIM or DMARC */
    CLASS_RATE_LIMITED,      /* throttling, greylisting */
    CLASS_REMOTE_SYSTEM,     /* the other side is misconfigured */
    CLASS_TEMPORARY_NETWORK, /* connection or routing trouble */
    CLASS_EXPIRED,           /* somebody gave up after hours or days */
    CLASS_COMPLAINT,         /* "this is spam" */
    CLASS_AUTO_REPLY,        /* a machine answered; never a bounce, never engagement */
    CLASS_DELIVERED,         /* it arrived */
};

/* A verdict of this weight rests on clear words or on more. */
enum { VERDICT_CLEAR = 7 };

enum { VERDICT_CLASSES = CLASS_DELIVERED + 1 };

/* What to do about it, beyond the delivery's own state. Stored and printed by name. */
enum verdict_action {
    VERDICT_IGNORE,         /* nothing: delivered, an auto-reply, a delay notice */
    VERDICT_SUPPRESS,       /* never write to this address again */
    VERDICT_COUNT,          /* counts towards the soft threshold of the address */
    VERDICT_COUNT_IF_FINAL, /* counts if the delivery fails for good, nothing before */
    VERDICT_RETRY,          /* again on the ladder of delays */
    VERDICT_SLOW_DOWN,      /* halve the rate of this relay and domain, cool down; not charged */
    VERDICT_AGAIN_AT_ONCE,  /* in a new transaction; not charged */
    VERDICT_ALERT,          /* our reputation: the breaker counts it, the address is innocent */
    VERDICT_PAUSE_EDITION,  /* our content: no further message of this edition would fare better */
    VERDICT_PAUSE,          /* our configuration: nothing of any edition would leave */
};

enum { VERDICT_ACTIONS = VERDICT_PAUSE + 1 };

/* What becomes of the delivery whose reply this was. For a bounce mail: FAILED, or NOTHING. */
enum verdict_fate {
    FATE_NOTHING, /* the state stays (a greeting, a delay notice, an auto-reply) */
    FATE_SENT,
    FATE_READY, /* deferred: try again */
    FATE_FAILED,
};

struct verdict {
    enum verdict_class class;
    enum verdict_action action;
    enum verdict_fate fate;
    bool permanent; /* the other side will not change its mind about this very message */
    bool charged;   /* the attempt counts (false: throttling, our own configuration) */
    int weight; /* how much speaks for the class: 0 nothing … 7 clear words … 15 and up sure */
    const char *rule; /* the table row that chose the class: its words or its code */
    const char *why;  /* the table row that chose action and fate, a sentence; both static */
};

/*
 * The meaning of `facts`. At sending time by the tables of SMTP replies, for a bounce by the
 * reasons a postmaster would see in it: the enhanced code, the basic code and the words are weighed
 * against each other, because one DSN in seven contradicts itself.
 *   code 0 with STAGE_GREETING … COMPLETION: no reply is no verdict; do not ask.
 *   354 to DATA and other 3yz: FATE_NOTHING, VERDICT_IGNORE.
 */
struct verdict verdict_of(const struct facts *facts);

const char *verdict_class_name(enum verdict_class class);    /* "bad-mailbox" */
const char *verdict_action_name(enum verdict_action action); /* "count-if-final" */
/* The action a class of bounce leads to, before stage and finality are looked at. */
enum verdict_action verdict_class_action(enum verdict_class class);
/* False when `name` is none of the classes. */
bool verdict_class_find(struct text name, enum verdict_class *ret_class);

#endif
