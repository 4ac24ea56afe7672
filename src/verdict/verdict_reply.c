/*
 * Verdict reply: what to do about an SMTP reply whose class is known.
 *
 * The first row that fits decides, so exceptions stand above what they are exceptions from. The
 * table is the one of the delivery rules: whom a reply concerns (this recipient, this message, this
 * relay) follows from the stage it was given at.
 */
#include "verdict/verdict_reply.h"

#include "base/memory.h"
#include "verdict/verdict_tables.h"

#include "base/banned.h"

#define AT(stage) (1U << (stage))
#define CLASS(class) (1U << (class))

enum { ANY = -1 };

#define DOOR (AT(STAGE_GREETING) | AT(STAGE_EHLO) | AT(STAGE_STARTTLS) | AT(STAGE_AUTH))
#define MESSAGE (AT(STAGE_RCPT) | AT(STAGE_DATA) | AT(STAGE_COMPLETION))
#define CONTENT_STAGES (AT(STAGE_DATA) | AT(STAGE_COMPLETION))
#define EVERYWHERE (DOOR | AT(STAGE_MAIL) | MESSAGE)

struct row {
    const char *why;
    unsigned stages;  /* mask of AT() */
    short low, high;  /* codes */
    short subject;    /* of the enhanced code, or ANY */
    short detail;     /* or ANY */
    unsigned classes; /* mask of CLASS(), or 0 for any */
    unsigned signs;   /* any of these must have been seen; 0: no matter */
    enum verdict_action action;
    enum verdict_fate fate;
    bool charged;
};

/* clang-format off */
static const struct row rows[] = {
    /* Yes */
    {"the server took the message", AT(STAGE_COMPLETION), 200, 299, ANY, ANY, 0, 0,
     VERDICT_IGNORE, FATE_SENT, true},
    {"a positive reply on the way", EVERYWHERE, 200, 399, ANY, ANY, 0, 0,
     VERDICT_IGNORE, FATE_NOTHING, false},

    /* Before any message: nothing a delivery could pay for */
    {"login is not possible for now", AT(STAGE_AUTH), 454, 454, ANY, ANY, 0, 0,
     VERDICT_RETRY, FATE_NOTHING, false},
    {"the relay refuses for now", DOOR, 400, 499, ANY, ANY, 0, 0,
     VERDICT_SLOW_DOWN, FATE_NOTHING, false},
    {"the relay refuses us: configuration", DOOR, 500, 599, ANY, ANY, 0, 0,
     VERDICT_PAUSE, FATE_NOTHING, false},
    {"our message is larger than the relay takes", AT(STAGE_MAIL), 500, 599, ANY, ANY,
     CLASS(CLASS_MESSAGE_TOO_BIG), 0, VERDICT_PAUSE_EDITION, FATE_READY, false},
    {"the relay refuses our sender: configuration", AT(STAGE_MAIL), 500, 599, ANY, ANY, 0, 0,
     VERDICT_PAUSE, FATE_READY, false},

    /* Full transactions and the pace */
    {"too many recipients in this transaction", AT(STAGE_RCPT), 452, 452, 5, 3, 0, 0,
     VERDICT_AGAIN_AT_ONCE, FATE_READY, false},
    {"too many recipients in this transaction", AT(STAGE_RCPT), 552, 552, 5, 3, 0, 0,
     VERDICT_AGAIN_AT_ONCE, FATE_READY, false},
    {"too many recipients in this transaction", AT(STAGE_RCPT), 400, 599, ANY, ANY, 0,
     SIGN_MANY_RECIPIENTS, VERDICT_AGAIN_AT_ONCE, FATE_READY, false},
    {"greylisted: come back later", EVERYWHERE, 422, 499, ANY, ANY, 0, SIGN_GREYLISTED,
     VERDICT_RETRY, FATE_READY, true},
    {"the server closes the connection for now", EVERYWHERE, 421, 421, ANY, ANY, 0, 0,
     VERDICT_SLOW_DOWN, FATE_READY, false},
    {"authentication of our domain fails", EVERYWHERE, 400, 499, ANY, ANY,
     CLASS(CLASS_AUTH_FAILURE), 0, VERDICT_ALERT, FATE_READY, true},
    {"a temporary policy answer: slower", EVERYWHERE, 400, 499, 7, ANY, 0, 0,
     VERDICT_SLOW_DOWN, FATE_READY, false},
    {"temporarily not possible: slower", EVERYWHERE, 454, 454, ANY, ANY, 0, 0,
     VERDICT_SLOW_DOWN, FATE_READY, false},
    {"too fast", EVERYWHERE, 400, 499, ANY, ANY, 0, SIGN_TOO_FAST,
     VERDICT_SLOW_DOWN, FATE_READY, false},
    {"not now: again on the ladder of delays", EVERYWHERE, 400, 499, ANY, ANY, 0, 0,
     VERDICT_RETRY, FATE_READY, true},

    /* Never: the address */
    {"the address does not exist", AT(STAGE_RCPT), 500, 599, ANY, ANY,
     CLASS(CLASS_BAD_MAILBOX) | CLASS(CLASS_BAD_DOMAIN), 0, VERDICT_SUPPRESS, FATE_FAILED, true},
    {"the address was refused only after the content", CONTENT_STAGES, 500, 599, ANY, ANY,
     CLASS(CLASS_BAD_MAILBOX) | CLASS(CLASS_BAD_DOMAIN), 0, VERDICT_COUNT, FATE_FAILED, true},
    {"the mailbox takes nothing for now", MESSAGE, 500, 599, ANY, ANY,
     CLASS(CLASS_INACTIVE_MAILBOX) | CLASS(CLASS_MAILBOX_FULL) | CLASS(CLASS_RECIPIENT_REFUSED), 0,
     VERDICT_COUNT, FATE_FAILED, true},
    {"too long for this mailbox", MESSAGE, 500, 599, 2, 3, 0, 0,
     VERDICT_COUNT, FATE_FAILED, true},

    /* Never: us */
    {"our message is too big", MESSAGE, 500, 599, ANY, ANY, CLASS(CLASS_MESSAGE_TOO_BIG), 0,
     VERDICT_PAUSE_EDITION, FATE_FAILED, true},
    {"our content is malformed", CONTENT_STAGES, 500, 599, 6, ANY, 0, 0,
     VERDICT_PAUSE_EDITION, FATE_FAILED, true},
    {"our protocol is not understood", CONTENT_STAGES, 500, 599, 5, ANY,
     CLASS(CLASS_REMOTE_SYSTEM) | CLASS(CLASS_OTHER), 0,
     VERDICT_PAUSE_EDITION, FATE_FAILED, true},
    {"too fast, although called permanent", MESSAGE, 500, 599, ANY, ANY, CLASS(CLASS_RATE_LIMITED),
     0, VERDICT_SLOW_DOWN, FATE_READY, true},
    {"a policy refuses us, not the reader", MESSAGE, 500, 599, ANY, ANY,
     CLASS(CLASS_POLICY_BLOCK) | CLASS(CLASS_CONTENT) | CLASS(CLASS_AUTH_FAILURE), 0,
     VERDICT_ALERT, FATE_FAILED, true},
    {"a policy refuses us, not the reader", MESSAGE, 500, 599, 7, ANY, 0, 0,
     VERDICT_ALERT, FATE_FAILED, true},
    {"refused for good, the reason unclear", MESSAGE, 500, 599, ANY, ANY, 0, 0,
     VERDICT_COUNT_IF_FINAL, FATE_FAILED, true},
};
/* clang-format on */

static bool row_fits(const struct row *row, const struct facts *facts, unsigned signs,
                     enum verdict_class class)
{
    const struct enhanced *enhanced = &facts->enhanced;
    bool has_enhanced = enhanced->class != 0;
    return (row->stages & AT(facts->stage)) != 0 && facts->code >= row->low &&
           facts->code <= row->high &&
           (row->subject == ANY || (has_enhanced && enhanced->subject == row->subject)) &&
           (row->detail == ANY || (has_enhanced && enhanced->detail == row->detail)) &&
           (row->classes == 0 || (row->classes & CLASS(class)) != 0) &&
           (row->signs == 0 || (row->signs & signs) != 0);
}

void verdict_reply_judge(const struct facts *facts, unsigned signs, struct verdict *verdict)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        if (!row_fits(row, facts, signs, verdict->class))
            continue;
        verdict->action = row->action;
        verdict->fate = row->fate;
        verdict->charged = row->charged;
        verdict->why = row->why;
        return;
    }
    /* A code outside 2–5yz: the dialogue has gone astray, and nothing is known. */
    verdict->action = VERDICT_IGNORE;
    verdict->fate = FATE_NOTHING;
    verdict->why = "not an SMTP reply code";
}

/* --- Bounces --- */

/* Of feedback reports, only these are a reader's complaint (RFC 5965 7.3, RFC 6591, RFC 6430). */
static enum verdict_action feedback_action(struct text type)
{
    if (text_equal_nocase(type, TEXT("not-spam")))
        return VERDICT_IGNORE;
    bool is_about_us = text_equal_nocase(type, TEXT("auth-failure")) ||
                       text_equal_nocase(type, TEXT("dmarc")) ||
                       text_equal_nocase(type, TEXT("dkim"));
    return is_about_us ? VERDICT_ALERT : VERDICT_SUPPRESS;
}

static void judge(struct verdict *verdict, enum verdict_action action, enum verdict_fate fate,
                  const char *why)
{
    verdict->action = action;
    verdict->fate = fate;
    verdict->why = why;
}

static void failure_judge(struct verdict *verdict)
{
    enum verdict_action action = verdict_class_action(verdict->class);
    bool is_dead = action == VERDICT_SUPPRESS;
    if (is_dead && !verdict->permanent)
        judge(verdict, VERDICT_COUNT, FATE_FAILED, "not said to be for ever");
    else if (is_dead)
        judge(verdict, action, FATE_FAILED, "the address does not exist");
    else if (action == VERDICT_ALERT)
        judge(verdict, action, FATE_FAILED, "our fault, not the reader's");
    else
        judge(verdict, action, FATE_FAILED, "the address may come back");
}

void verdict_bounce_judge(const struct facts *facts, struct verdict *verdict)
{
    verdict->charged = false;
    if (facts->kind == KIND_COMPLAINT)
        judge(verdict, feedback_action(facts->feedback_type), FATE_NOTHING, "a feedback report");
    else if (facts->kind != KIND_BOUNCE)
        judge(verdict, VERDICT_IGNORE, FATE_NOTHING, "no bounce");
    else if (facts->action == ACTION_DELAYED)
        judge(verdict, VERDICT_IGNORE, FATE_NOTHING, "a delay notice: it is still being tried");
    else if (verdict->class == CLASS_DELIVERED)
        judge(verdict, VERDICT_IGNORE, FATE_NOTHING, "a notice of success");
    else
        failure_judge(verdict);
}
