/* Settle: what an outcome on the wire makes of a delivery. delivery.md's second table, with
 * verdict/verdict.h as its judge. */
#include "base/banned.h"
#include "base/memory.h"
#include "send/send_state.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

/* Before attempt n + 1. The last step repeats. */
static const int64_t ladder_ms[] = {1 * MINUTE, 5 * MINUTE, 15 * MINUTE, 1 * HOUR, 3 * HOUR};

/* Up to a tenth more: what was refused together shall not come again together. */
static int64_t jittered(int64_t delay_ms, struct random *random)
{
    return delay_ms + (int64_t)random_below(random, (uint64_t)delay_ms / 10 + 1);
}

static int64_t ladder_step_ms(uint32_t attempts)
{
    size_t last = sizeof(ladder_ms) / sizeof(ladder_ms[0]) - 1;
    return ladder_ms[attempts < last ? attempts : last];
}

static int64_t delay_of(const struct verdict *verdict, const struct send_item *item)
{
    static const int64_t fixed_ms[VERDICT_ACTIONS] = {
        [VERDICT_SLOW_DOWN] = MINUTE,
        [VERDICT_PAUSE_EDITION] = MINUTE,
        [VERDICT_PAUSE] = MINUTE,
    };
    if (verdict->action == VERDICT_AGAIN_AT_ONCE)
        return 0;
    return fixed_ms[verdict->action] > 0 ? fixed_ms[verdict->action]
                                         : ladder_step_ms(item->attempts);
}

/* Waiting has an end, however kind the server's words are. */
static bool is_expired(const struct send_item *item, int64_t next_at_ms)
{
    return item->retry_for_ms > 0 && next_at_ms > item->first_attempt_ms + item->retry_for_ms;
}

static void defer(struct send_result *result, int64_t wall_ms, int64_t delay_ms,
                  struct random *random)
{
    result->fate = SEND_READY;
    result->next_at_ms = wall_ms + (delay_ms > 0 ? jittered(delay_ms, random) : 0);
    if ((result->charged || result->action == VERDICT_SLOW_DOWN) &&
        is_expired(result->item, result->next_at_ms)) {
        result->fate = SEND_FAILED;
        result->reason = "expired";
    }
}

static void by_verdict(struct send_result *result, int64_t wall_ms, struct random *random)
{
    struct facts facts = facts_of_reply(result->stage, &result->reply);
    struct verdict verdict = verdict_of(&facts);
    result->reason = verdict_class_name(verdict.class);
    result->action = verdict.action;
    result->charged = verdict.charged;
    if (verdict.fate == FATE_SENT)
        result->fate = SEND_SENT;
    else if (verdict.fate == FATE_FAILED)
        result->fate = SEND_FAILED;
    else
        defer(result, wall_ms, delay_of(&verdict, result->item), random);
}

/* Our own refusal to try. Too large concerns every reader of the edition; an address that this
 * relay cannot take concerns one. */
static void unfit(struct send_result *result, int64_t wall_ms, struct random *random)
{
    result->reason = "unfit";
    result->fate = SEND_FAILED;
    if (result->reply.enhanced.subject != 3)
        return;
    result->action = VERDICT_PAUSE_EDITION;
    defer(result, wall_ms, MINUTE, random);
}

void send_settle(const struct send_item *item, const struct smtp_event *event, bool intended,
                 int64_t wall_ms, struct random *random, struct send_result *ret_result)
{
    *ret_result = (struct send_result){.item = (struct send_item *)(uintptr_t)item,
                                       .intended = intended,
                                       .stage = event->stage,
                                       .reply = event->reply,
                                       .action = VERDICT_IGNORE};
    switch (event->outcome) {
    case SMTP_ANSWERED:
        by_verdict(ret_result, wall_ms, random);
        break;
    case SMTP_UNTOUCHED:
        ret_result->reason = "lost";
        defer(ret_result, wall_ms, SEND_LOST_MS, random);
        break;
    case SMTP_UNKNOWN:
        ret_result->reason = "lost";
        ret_result->fate = SEND_UNKNOWN;
        ret_result->charged = true;
        break;
    case SMTP_UNFIT:
        unfit(ret_result, wall_ms, random);
        break;
    }
}
