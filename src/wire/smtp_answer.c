/* SMTP, the reading half: what each reply means to the message whose command it answers. */
#include "base/banned.h"
#include "wire/smtp_state.h"

static const enum facts_stage stage_of[SMTP_STEPS] = {
    [STEP_RSET] = STAGE_MAIL,
    [STEP_MAIL] = STAGE_MAIL,
    [STEP_RCPT] = STAGE_RCPT,
    [STEP_DATA] = STAGE_DATA,
    [STEP_COMPLETION] = STAGE_COMPLETION,
    [STEP_LONE_DOT] = STAGE_COMPLETION,
};

/* The first digit that means yes. 4 and 5 mean no everywhere but behind RSET, which cannot fail. */
static const unsigned yes_of[SMTP_STEPS] = {
    [STEP_RSET] = 2, [STEP_MAIL] = 2,       [STEP_RCPT] = 2,
    [STEP_DATA] = 3, [STEP_COMPLETION] = 2, [STEP_LONE_DOT] = 2,
};

static bool desync(struct smtp *smtp, const char *why)
{
    smtp_end(smtp, SMTP_END_DESYNC, why, NULL);
    return false;
}

/* Each returns false when the connection has ended. `yes`: the reply accepts. */
static bool answer_rset(struct smtp *smtp, struct slot *slot, const struct reply *reply, bool yes)
{
    (void)slot, (void)reply;
    return yes || desync(smtp, "RSET was refused");
}

static bool answer_mail(struct smtp *smtp, struct slot *slot, const struct reply *reply, bool yes)
{
    (void)smtp;
    slot->mail_accepted = yes;
    if (!yes)
        smtp_note(slot, STAGE_MAIL, reply);
    return true;
}

static bool answer_rcpt(struct smtp *smtp, struct slot *slot, const struct reply *reply, bool yes)
{
    if (yes && !slot->mail_accepted) {
        slot->answered = false; /* who knows what this server will do with it */
        return desync(smtp, "RCPT was accepted although MAIL was refused");
    }
    if (!yes && slot->mail_accepted)
        smtp_note(slot, STAGE_RCPT, reply);
    if (!yes && slot->mail_accepted && !smtp->speculative)
        smtp->dirty = true;
    if (yes && smtp->bdat && slot->state == SLOT_ENVELOPE)
        smtp_ask(smtp, slot);
    return true;
}

static bool answer_data(struct smtp *smtp, struct slot *slot, const struct reply *reply, bool yes)
{
    (void)smtp;
    if (yes && !slot->answered && slot->state == SLOT_ENVELOPE)
        smtp_ask(smtp, slot);
    if (!yes && !slot->answered) {
        smtp_note(slot, STAGE_DATA, reply);
        smtp->dirty = true;
    }
    return true;
}

static bool answer_completion(struct smtp *smtp, struct slot *slot, const struct reply *reply,
                              bool yes)
{
    (void)smtp, (void)yes;
    /* Refused before: whatever is said about an envelope without a recipient concerns nobody. */
    if (!slot->answered)
        smtp_note(slot, STAGE_COMPLETION, reply);
    return true;
}

static bool answer_lone_dot(struct smtp *smtp, struct slot *slot, const struct reply *reply,
                            bool yes)
{
    (void)smtp, (void)slot, (void)reply, (void)yes;
    return true;
}

static bool (*const answers[SMTP_STEPS])(struct smtp *, struct slot *, const struct reply *,
                                         bool) = {
    [STEP_RSET] = answer_rset,
    [STEP_MAIL] = answer_mail,
    [STEP_RCPT] = answer_rcpt,
    [STEP_DATA] = answer_data,
    [STEP_COMPLETION] = answer_completion,
    [STEP_LONE_DOT] = answer_lone_dot,
};

static struct expectation take_expectation(struct smtp *smtp, int64_t now_ms)
{
    struct expectation first = smtp->expected[smtp->expected_first];
    smtp->expected_first = (smtp->expected_first + 1) % smtp_room(smtp);
    smtp->expected_count--;
    smtp->awaiting_ms = now_ms;
    first.slot->pending--;
    return first;
}

/* RFC 5321 3.8: 421 may come at any time and is the last thing said. It settles the message whose
 * command it answers, and nothing behind it. */
static void closing(struct smtp *smtp, const struct expectation *asked, const struct reply *reply)
{
    struct slot *slot = asked != NULL ? asked->slot : NULL;
    bool concerns = slot != NULL && slot->state != SLOT_SPENT && asked->step != STEP_RSET &&
                    asked->step != STEP_LONE_DOT;
    if (concerns && !slot->answered)
        smtp_note(slot, stage_of[asked->step], reply);
    smtp_end(smtp, SMTP_END_CLOSING, "the server closes (421)", reply);
}

/* When all is said about a message, its outcome is told; a 354 for nobody gets its lone dot. */
static void conclude(struct smtp *smtp, struct slot *slot, const struct expectation *asked,
                     bool yes, int64_t now_ms)
{
    bool for_nobody = asked->step == STEP_DATA && yes && slot->answered;
    if (slot->state != SLOT_SPENT && slot->answered && slot->pending == 0)
        smtp_settle(smtp, slot, SMTP_ANSWERED);
    if (for_nobody)
        smtp_issue_lone_dot(smtp, slot, now_ms);
}

/* Settles what a reply to `asked` means; `class` is its first digit. */
static void answer_to(struct smtp *smtp, const struct expectation *asked, const struct reply *reply,
                      int64_t now_ms)
{
    unsigned class = reply->code / 100;
    bool yes = class == yes_of[asked->step];
    if (!yes && class != 4 && class != 5) {
        desync(smtp, "a reply that cannot answer what was asked");
        return;
    }
    if (!answers[asked->step](smtp, asked->slot, reply, yes))
        return;
    conclude(smtp, asked->slot, asked, yes, now_ms);
    smtp_finish_if_done(smtp);
    smtp_advance(smtp, now_ms);
}

void smtp_answer(struct smtp *smtp, const struct reply *reply, int64_t now_ms)
{
    bool waited_for =
        smtp->expected_count > 0 && smtp->expected[smtp->expected_first].end <= smtp->taken;
    if (!waited_for && reply->code == 421) {
        closing(smtp, NULL, reply);
    } else if (!waited_for) {
        desync(smtp, "a reply that nobody waits for");
    } else {
        struct expectation asked = take_expectation(smtp, now_ms);
        if (reply->code == 421)
            closing(smtp, &asked, reply);
        else
            answer_to(smtp, &asked, reply, now_ms);
    }
}
