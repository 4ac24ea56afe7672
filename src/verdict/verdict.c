/*
 * Verdict: what a reply or a bounce means.
 *
 * First the class: words, enhanced code and basic code each name the class they speak for, with a
 * weight (verdict_tables.h); the sums decide. Then what to do about it (verdict_reply.c).
 */
#include "verdict/verdict.h"

#include "verdict/verdict_reply.h"
#include "verdict/verdict_tables.h"
#include "verdict/verdict_words.h"

#include "base/banned.h"

struct scale {
    int weight[VERDICT_CLASSES];  /* the sum */
    int largest[VERDICT_CLASSES]; /* what the rule weighs alone */
    const char *rule[VERDICT_CLASSES];
};

static void scale_add(struct scale *scale, enum verdict_class class, int weight, const char *rule)
{
    scale->weight[class] += weight;
    if (weight <= scale->largest[class])
        return;
    scale->largest[class] = weight;
    scale->rule[class] = rule;
}

static void weigh_words(struct scale *scale, const struct verdict_hits *hits)
{
    for (size_t i = 0; i < VERDICT_CLASSES; i++)
        if (hits->best[i] != NULL)
            scale_add(scale, (enum verdict_class)i, (int)hits->best[i]->weight,
                      hits->best[i]->words);
}

/* A door that is closed for now, without a word why: greylisting, or too much at once. */
static bool is_closed_for_now(const struct enhanced *enhanced)
{
    return enhanced->class == 4 && enhanced->subject == 7 && enhanced->detail == 1;
}

static void weigh_enhanced(struct scale *scale, const struct enhanced *enhanced)
{
    if (enhanced->class == 0)
        return;
    if (is_closed_for_now(enhanced)) {
        scale_add(scale, CLASS_RATE_LIMITED, WEIGHT_HINT, "4.7.1 not now");
        return;
    }
    for (size_t i = 0; i < verdict_enhanced_count; i++) {
        const struct verdict_enhanced_row *row = &verdict_enhanced_rows[i];
        if (row->subject != enhanced->subject || enhanced->detail < row->detail ||
            enhanced->detail > row->last)
            continue;
        scale_add(scale, row->class, (int)row->weight, row->rule);
        return;
    }
}

static void weigh_basic(struct scale *scale, const struct facts *facts)
{
    for (size_t i = 0; i < verdict_basic_count; i++) {
        const struct verdict_basic_row *row = &verdict_basic_rows[i];
        if (row->code == facts->code && (row->stages & (1U << facts->stage)) != 0)
            scale_add(scale, row->class, (int)row->weight, row->rule);
    }
}

static enum facts_command command_of(const struct facts *facts, unsigned signs)
{
    static const enum facts_command of_stage[STAGES] = {
        [STAGE_GREETING] = COMMAND_CONNECT, [STAGE_EHLO] = COMMAND_CONNECT,
        [STAGE_STARTTLS] = COMMAND_CONNECT, [STAGE_AUTH] = COMMAND_CONNECT,
        [STAGE_MAIL] = COMMAND_MAIL,        [STAGE_RCPT] = COMMAND_RCPT,
        [STAGE_DATA] = COMMAND_DATA,        [STAGE_COMPLETION] = COMMAND_DATA,
    };
    if (facts->stage != STAGE_BOUNCE)
        return of_stage[facts->stage];
    if (facts->command != COMMAND_UNKNOWN)
        return facts->command;
    return verdict_words_command(signs);
}

/* x.0.0 and x.5.0 say nothing. */
static bool is_vague(const struct enhanced *enhanced)
{
    return enhanced->class == 0 || (enhanced->subject == 0 && enhanced->detail == 0) ||
           (enhanced->subject == 5 && enhanced->detail == 0);
}

/* Hotmail and old Sendmail give x.5.0 with an unknown user. Alone it proves nothing. */
static bool is_x50(const struct enhanced *enhanced)
{
    return enhanced->class != 0 && enhanced->subject == 5 && enhanced->detail == 0;
}

/* What was refused before RCPT was not refused for the recipient. */
static void weigh_command(struct scale *scale, const struct facts *facts,
                          enum facts_command command)
{
    bool is_refusal = facts->code >= 500;
    if (command == COMMAND_CONNECT && is_refusal)
        scale_add(scale, CLASS_POLICY_BLOCK, WEIGHT_CODE, "refused at the door");
    if (command == COMMAND_MAIL && is_refusal)
        scale_add(scale, CLASS_POLICY_BLOCK, WEIGHT_CODE, "refused in answer to MAIL");
    bool is_mailbox_code = facts->code == 550 || facts->code == 551 || facts->code == 553;
    if (command == COMMAND_RCPT && is_mailbox_code && is_vague(&facts->enhanced))
        scale_add(scale, CLASS_BAD_MAILBOX, WEIGHT_TRACE, "550, 551 or 553 in answer to RCPT");
}

/* The heaviest. A tie goes to the class that costs the reader less: the first in this order. */
static enum verdict_class scale_heaviest(const struct scale *scale)
{
    static const enum verdict_class order[] = {
        CLASS_AUTH_FAILURE,     CLASS_CONTENT,           CLASS_POLICY_BLOCK,
        CLASS_MESSAGE_TOO_BIG,  CLASS_RATE_LIMITED,      CLASS_MAILBOX_FULL,
        CLASS_REMOTE_SYSTEM,    CLASS_EXPIRED,           CLASS_TEMPORARY_NETWORK,
        CLASS_INACTIVE_MAILBOX, CLASS_RECIPIENT_REFUSED, CLASS_BAD_DOMAIN,
        CLASS_BAD_MAILBOX,
    };
    enum verdict_class best = CLASS_OTHER;
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        if (scale->weight[order[i]] > scale->weight[best])
            best = order[i];
    return best;
}

/*
 * "User unknown" is proven by a code of x.1, by standing in answer to RCPT, or by coming from the
 * program that looked the address up. Without such proof it is not enough to lose a reader: said
 * after the content was taken, or with a code of a mailbox that exists (x.2), it is a filter that
 * hides its reason, as carriers have; quoted without either, it may be one.
 */
static bool is_hidden_filter(enum facts_command command, const struct verdict_phrase *words,
                             bool code_agrees)
{
    bool is_sure = words != NULL && words->weight >= WEIGHT_MORE;
    if (is_sure || command == COMMAND_RCPT || command == COMMAND_LOCAL)
        return false;
    return !code_agrees;
}

static void classify(const struct facts *facts, struct verdict *verdict, unsigned *ret_signs)
{
    struct scale scale = {.rule[CLASS_OTHER] = "nothing that a table knows"};
    struct verdict_hits hits;
    verdict_words_find(facts->text, &hits);
    weigh_words(&scale, &hits);
    int before = scale.weight[CLASS_BAD_MAILBOX];
    weigh_enhanced(&scale, &facts->enhanced);
    bool code_agrees = scale.weight[CLASS_BAD_MAILBOX] > before || is_x50(&facts->enhanced);
    weigh_basic(&scale, facts);
    enum facts_command command = command_of(facts, hits.signs);
    weigh_command(&scale, facts, command);
    verdict->class = scale_heaviest(&scale);
    verdict->rule = scale.rule[verdict->class];
    verdict->weight = scale.weight[verdict->class];
    *ret_signs = hits.signs;
    /* DNS that fails for now is a matter of networks, whatever it says of the name. */
    if (verdict->class == CLASS_BAD_DOMAIN && verdict->weight < WEIGHT_SURE &&
        facts->enhanced.class == 4 && facts->code < 500 && facts->action == ACTION_FAILED)
        verdict->class = CLASS_TEMPORARY_NETWORK;
    if (verdict->class != CLASS_BAD_MAILBOX ||
        !is_hidden_filter(command, hits.best[CLASS_BAD_MAILBOX], code_agrees))
        return;
    verdict->class = CLASS_RECIPIENT_REFUSED;
    verdict->rule = "unknown, but not proven to be said at RCPT";
    verdict->weight = WEIGHT_HINT;
}

/* The first digit of the better code. Without any, a failure that is reported is a failure. */
static bool is_permanent(const struct facts *facts)
{
    if (facts->action == ACTION_DELAYED)
        return false;
    if (facts->stage != STAGE_BOUNCE)
        return facts->code >= 500 && facts->code < 600;
    if (facts->enhanced.class != 0)
        return facts->enhanced.class == 5;
    return facts->code == 0 || facts->code >= 500;
}

static bool is_success(const struct facts *facts)
{
    if (facts->stage == STAGE_BOUNCE)
        return facts->action == ACTION_DELIVERED || facts->action == ACTION_RELAYED ||
               facts->action == ACTION_EXPANDED;
    return facts->code >= 200 && facts->code < 400;
}

/* What needs no weighing: the kind of the mail, or the first digit, says it. */
static bool is_plain(const struct facts *facts, struct verdict *verdict)
{
    if (facts->stage == STAGE_BOUNCE && facts->kind == KIND_COMPLAINT) {
        verdict->class = CLASS_COMPLAINT;
        verdict->rule = "a feedback report";
    } else if (facts->stage == STAGE_BOUNCE && facts->kind == KIND_AUTOREPLY) {
        verdict->class = CLASS_AUTO_REPLY;
        verdict->rule = "an automatic reply";
    } else if (is_success(facts)) {
        verdict->class = CLASS_DELIVERED;
        verdict->rule = "a positive answer";
    } else {
        return false;
    }
    return true;
}

struct verdict verdict_of(const struct facts *facts)
{
    struct verdict verdict = {.rule = "", .why = ""};
    unsigned signs = 0;
    if (!is_plain(facts, &verdict)) {
        classify(facts, &verdict, &signs);
        verdict.permanent = is_permanent(facts);
    }
    if (facts->stage == STAGE_BOUNCE)
        verdict_bounce_judge(facts, &verdict);
    else
        verdict_reply_judge(facts, signs, &verdict);
    return verdict;
}
