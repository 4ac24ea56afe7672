/*
 * Facts: what a stranger said about one recipient of one message, before anyone judges it.
 *
 * An SMTP reply at sending time and a bounce mail that came home later fill the same struct, so
 * that one function (verdict/verdict.h) gives both their meaning. All texts are borrowed.
 */
#ifndef VERDICT_FACTS_H
#define VERDICT_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "mail/reply.h"

/* Where it was said: in which answer of the SMTP dialogue, or in a mail that came back. */
enum facts_stage {
    STAGE_GREETING,
    STAGE_EHLO,
    STAGE_STARTTLS,
    STAGE_AUTH,
    STAGE_MAIL,
    STAGE_RCPT,
    STAGE_DATA,       /* the answer to DATA itself, before any content */
    STAGE_COMPLETION, /* the answer to the final dot or to BDAT … LAST */
    STAGE_BOUNCE,     /* a mail: everything below the reply is only known here */
};

enum { STAGES = STAGE_BOUNCE + 1 };

/* What kind of mail came home. STAGE_BOUNCE only. */
enum facts_kind {
    KIND_BOUNCE,
    KIND_COMPLAINT,   /* RFC 5965 and its older relatives */
    KIND_AUTOREPLY,   /* RFC 3834, out of office, challenge and response */
    KIND_UNSUBSCRIBE, /* a mail to the mailto: of List-Unsubscribe */
    KIND_OTHER,
};

/* RFC 3464 2.3.3 Action. STAGE_BOUNCE only. */
enum facts_action {
    ACTION_NONE, /* not said */
    ACTION_FAILED,
    ACTION_DELAYED,
    ACTION_DELIVERED,
    ACTION_RELAYED,
    ACTION_EXPANDED,
};

/* Which command a reply quoted in a bounce answered, where the bounce says so. */
enum facts_command {
    COMMAND_UNKNOWN,
    COMMAND_CONNECT, /* the greeting, EHLO, STARTTLS */
    COMMAND_MAIL,
    COMMAND_RCPT,
    COMMAND_DATA,  /* DATA or the content */
    COMMAND_LOCAL, /* none: the program that reports looked the address up itself */
};

struct facts {
    enum facts_stage stage;
    uint16_t code;            /* 200 … 599; 0: none was found */
    struct enhanced enhanced; /* of the reply, or the better one of Status and Diagnostic-Code */
    struct text text; /* the reply's or the Diagnostic-Code's words; any bytes, any length */

    enum facts_kind kind;
    enum facts_action action;
    enum facts_command command;
    struct text feedback_type; /* complaints: "abuse", "fraud", "not-spam" … */
};

/* The facts of an SMTP reply. `reply` is borrowed. */
static inline struct facts facts_of_reply(enum facts_stage stage, const struct reply *reply)
{
    return (struct facts){
        .stage = stage, .code = reply->code, .enhanced = reply->enhanced, .text = reply->text};
}

const char *facts_stage_name(enum facts_stage stage); /* "rcpt" */
const char *facts_kind_name(enum facts_kind kind);    /* "complaint" */
const char *facts_action_name(enum facts_action action);

#endif
