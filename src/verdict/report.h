/*
 * Report: what a mail that came home says, and about whom.
 *
 * report_read() takes the raw bytes of any mail and finds out whether it is a bounce, a complaint,
 * an automatic reply or something a person wrote; whom it is about, with a verdict for each; and
 * what could prove which of our messages it answers. It never fails and never blocks: whatever it
 * cannot read is KIND_OTHER. Nothing in it is proof by itself, for anybody can write a bounce: the
 * caller matches the evidence with the ledger before anything changes.
 *
 * Work is bounded by the caps below, whatever the mail: parts, depth, headers and recipients beyond
 * them are not looked at.
 */
#ifndef VERDICT_REPORT_H
#define VERDICT_REPORT_H

#include "base/arena.h"
#include "base/json.h"
#include "verdict/verdict.h"

enum {
    REPORT_MAIL = 4 * 1024 * 1024, /* bytes read of a mail; what is behind them is not seen */
    REPORT_RECIPIENTS = 200,
    REPORT_EVIDENCE = 32, /* of each kind */
    REPORT_ADDRESS = 320, /* longer ones are no addresses */
    REPORT_DIAGNOSTIC = 2048,
};

struct report_recipient {
    struct text address;    /* local@domain as it was written, without <>; may be empty */
    struct text alias;      /* another address the report gives for the same one, or empty */
    struct text status;     /* the enhanced code judged by, "5.1.1", or empty */
    uint16_t reply_code;    /* 0: none */
    struct text diagnostic; /* UTF-8, blanks folded */
    struct text source;     /* where the address was found: "Final-Recipient", "text" … */
    struct facts facts;     /* what was judged */
    struct verdict verdict;
};

/* Everything that may lead to one of our deliveries; none of it is proven. In order of trust. */
struct report_evidence {
    /* Addresses the mail was sent to (Delivered-To, X-Original-To, To …): one may be our return
     * path with its token. */
    struct text return_paths[REPORT_EVIDENCE];
    size_t return_path_count;
    /* Without <>, of the message that is answered, from any part. */
    struct text message_ids[REPORT_EVIDENCE];
    size_t message_id_count;
    struct text broadside; /* the value of X-Broadside in the returned message, or empty */
};

struct report {
    enum facts_kind kind;
    bool is_bounce;            /* kind is KIND_BOUNCE */
    bool delayed;              /* every recipient is still being tried */
    struct text form;          /* the form that was recognized: "RFC 3464", "qmail" … */
    struct text subject;       /* decoded */
    struct text from;          /* the address */
    struct text feedback_type; /* complaints */
    struct report_recipient *recipients;
    size_t recipient_count;
    struct report_evidence evidence;
};

/* All texts live in `arena` or in `mail`, which must both outlive `ret_report`. */
void report_read(struct arena *arena, struct text mail, struct report *ret_report);

/* One object of `explain --json`: {"file","is_bounce","kind","recipients":[…]}. */
void report_explain_json(struct json_writer *writer, struct text file, const struct report *report);

/* The same for a person: the evidence step by step, ending in the rule that decided. */
void report_explain_text(struct buffer *out, struct text file, const struct report *report);

#endif
