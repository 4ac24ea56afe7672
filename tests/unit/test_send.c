/* Send: the pace is exact, and an outcome on the wire becomes the right fate. */
#include "check.h"
#include "send/send_state.h"

/* Pace */

static const struct {
    const char *promise;
    struct rate rate;
    unsigned tries_per_ms; /* in a hundred */
} rates[] = {
    {"14 a second", {14, 1000}, 5},
    {"1 a second", {1, 1000}, 50},
    {"a small limit, greedily", {30, 60000}, 10000},
    {"a limit kept in buckets", {5000, 1000}, 2000},
    {"another one, greedily", {20000, 1000}, 10000},
};

enum { SPENT = 400000 };

/* In no window are there more than granted: the n-th behind a message is at least a window later.
 */
static bool is_exact(const int64_t *spent, size_t count, struct rate rate)
{
    for (size_t i = rate.count; i < count; i++)
        if (spent[i] - spent[i - rate.count] < rate.window_ms)
            return false;
    return true;
}

static size_t spend_greedily(struct pace *pace, unsigned tries, int64_t span_ms, int64_t *spent)
{
    struct random random = random_seeded(7);
    size_t count = 0;
    for (int64_t now_ms = 1000000; now_ms < 1000000 + span_ms; now_ms++)
        for (unsigned i = 0; i < 1 + tries / 100; i++) {
            bool wanted = tries >= 100 || random_below(&random, 100) < tries;
            if (!wanted || pace_room(pace, now_ms) == 0 || count == SPENT)
                continue;
            pace_reserve(pace);
            if (random_below(&random, 10) == 0) {
                pace_release(pace);
                continue;
            }
            pace_spend(pace, now_ms);
            spent[count++] = now_ms;
        }
    return count;
}

static void the_pace_is_exact(void)
{
    static int64_t spent[SPENT];
    for (size_t i = 0; i < COUNT_OF(rates); i++) {
        struct pace pace;
        pace_open(&pace, &rates[i].rate, 1);
        int64_t span_ms = rates[i].rate.window_ms * 4;
        size_t count = spend_greedily(&pace, rates[i].tries_per_ms, span_ms, spent);
        check(rates[i].promise, is_exact(spent, count, rates[i].rate));
        if (rates[i].tries_per_ms >= 100)
            check("and nearly all is used", count > rates[i].rate.count * 39ull / 10);
        pace_close(&pace);
    }
}

static void several_limits_hold_at_once(void)
{
    struct pace pace;
    struct rate limits[2] = {{2, 1000}, {3, 60000}};
    pace_open(&pace, limits, 2);
    check_number("the smaller one", (long long)pace_room(&pace, 0), 2);
    pace_reserve(&pace);
    check_number("what is reserved is not given twice", (long long)pace_room(&pace, 0), 1);
    pace_spend(&pace, 0);
    pace_reserve(&pace);
    pace_spend(&pace, 10);
    check_number("none is left", (long long)pace_room(&pace, 999), 0);
    check_number("until the second is over", pace_next_ms(&pace), 1000);
    check_number("the minute leaves one", (long long)pace_room(&pace, 1010), 1);
    pace_reserve(&pace);
    pace_spend(&pace, 1010);
    check_number("then the minute holds", pace_next_ms(&pace), 60000);
    pace_close(&pace);
    pace_open(&pace, NULL, 0);
    check("without a limit there is room", pace_room(&pace, 0) == UINT64_MAX);
    pace_close(&pace);
}

/* Settle */

enum { MINUTES = 60 * 1000, NOW = 1000 * MINUTES };

static const struct {
    const char *promise;
    enum smtp_outcome outcome;
    enum facts_stage stage;
    const char *reply;
    uint32_t attempts;
    enum send_fate fate;
    enum verdict_action action;
    bool charged;
    int64_t least_minutes, most_minutes; /* until it is tried again */
} settles[] = {
    {"2yz is sent", SMTP_ANSWERED, STAGE_COMPLETION, "250 ok", 0, SEND_SENT, VERDICT_IGNORE, true,
     0, 0},
    {"an unknown user is suppressed", SMTP_ANSWERED, STAGE_RCPT, "550 5.1.1 no such user", 0,
     SEND_FAILED, VERDICT_SUPPRESS, true, 0, 0},
    {"a policy block fails without it", SMTP_ANSWERED, STAGE_COMPLETION, "554 5.7.1 blocked", 0,
     SEND_FAILED, VERDICT_ALERT, true, 0, 0},
    {"greylisting waits a minute", SMTP_ANSWERED, STAGE_RCPT, "451 4.7.1 greylisted", 0, SEND_READY,
     VERDICT_IGNORE, true, 1, 2},
    {"then five", SMTP_ANSWERED, STAGE_RCPT, "451 4.3.0 later", 1, SEND_READY, VERDICT_RETRY, true,
     5, 7},
    {"then three hours", SMTP_ANSWERED, STAGE_RCPT, "451 4.3.0 later", 4, SEND_READY, VERDICT_RETRY,
     true, 180, 226},
    {"too many recipients: again at once", SMTP_ANSWERED, STAGE_RCPT, "452 4.5.3 too many", 0,
     SEND_READY, VERDICT_AGAIN_AT_ONCE, false, 0, 0},
    {"421 is not charged", SMTP_ANSWERED, STAGE_COMPLETION, "421 4.7.0 slow down", 0, SEND_READY,
     VERDICT_SLOW_DOWN, false, 1, 2},
    {"our content pauses the edition", SMTP_ANSWERED, STAGE_COMPLETION, "552 5.3.4 too big", 0,
     SEND_FAILED, VERDICT_PAUSE_EDITION, true, 0, 0},
    {"a refused sender pauses all", SMTP_ANSWERED, STAGE_MAIL, "550 5.7.1 not you", 0, SEND_READY,
     VERDICT_PAUSE, false, 0, 2},
    {"nothing happened: not charged, soon again", SMTP_UNTOUCHED, STAGE_MAIL, "", 0, SEND_READY,
     VERDICT_IGNORE, false, 0, 1},
    {"unknown is called so", SMTP_UNKNOWN, STAGE_COMPLETION, "", 0, SEND_UNKNOWN, VERDICT_IGNORE,
     true, 0, 0},
    {"too large for the relay pauses the edition", SMTP_UNFIT, STAGE_MAIL, "552 5.3.4 too large", 0,
     SEND_READY, VERDICT_PAUSE_EDITION, false, 0, 2},
    {"no SMTPUTF8 concerns one reader", SMTP_UNFIT, STAGE_MAIL, "553 5.6.7 not ASCII", 0,
     SEND_FAILED, VERDICT_IGNORE, false, 0, 0},
};

static struct reply reply_of(const char *said, struct reply_reader *reader)
{
    char line[256];
    struct reply reply = {0};
    snprintf(line, sizeof(line), "%s\r\n", said);
    struct text bytes = text_of(line);
    if (said[0] != '\0')
        check("the reply is one", reply_reader_take(reader, &bytes, &reply) == REPLY_WHOLE);
    return reply;
}

static void outcomes_become_fates(void)
{
    struct random random = random_seeded(1);
    for (size_t i = 0; i < COUNT_OF(settles); i++) {
        struct reply_reader reader;
        struct send_result result;
        reply_reader_begin(&reader);
        struct send_item item = {.attempts = settles[i].attempts, .first_attempt_ms = NOW};
        struct smtp_event event = {.kind = SMTP_OUTCOME,
                                   .outcome = settles[i].outcome,
                                   .stage = settles[i].stage,
                                   .reply = reply_of(settles[i].reply, &reader)};
        send_settle(&item, &event, true, NOW, &random, &result);
        check_number(settles[i].promise, result.fate, settles[i].fate);
        if (settles[i].action != VERDICT_IGNORE)
            check_text(settles[i].promise, text_of(verdict_action_name(result.action)),
                       text_of(verdict_action_name(settles[i].action)));
        check(settles[i].promise, result.charged == settles[i].charged);
        int64_t waits_ms = result.fate == SEND_READY ? result.next_at_ms - NOW : 0;
        check(settles[i].promise, waits_ms >= settles[i].least_minutes * MINUTES &&
                                      waits_ms <= settles[i].most_minutes * MINUTES);
        reply_reader_free(&reader);
    }
}

/* A minute, five, fifteen, an hour, three, three …; what is drawn on top is a tenth at most. */
static void retries_follow_the_schedule(void)
{
    static const int64_t steps_ms[] = {1 * MINUTES,  5 * MINUTES,   15 * MINUTES,
                                       60 * MINUTES, 180 * MINUTES, 180 * MINUTES};
    struct random random = random_seeded(1);
    struct reply_reader reader;
    unsigned outside = 0;
    reply_reader_begin(&reader);
    struct smtp_event event = {.outcome = SMTP_ANSWERED,
                               .stage = STAGE_RCPT,
                               .reply = reply_of("451 4.3.0 later", &reader)};
    for (unsigned i = 0; i < 1000 * COUNT_OF(steps_ms); i++) {
        int64_t step_ms = steps_ms[i % COUNT_OF(steps_ms)];
        struct send_result result;
        struct send_item item = {.attempts = i % (unsigned)COUNT_OF(steps_ms),
                                 .first_attempt_ms = NOW};
        send_settle(&item, &event, true, NOW, &random, &result);
        int64_t waits_ms = result.next_at_ms - NOW;
        outside += result.fate != SEND_READY || waits_ms < step_ms || waits_ms * 10 > step_ms * 11;
    }
    check_number("six thousand retries are within a tenth of the schedule", outside, 0);
    reply_reader_free(&reader);
}

static void waiting_has_an_end(void)
{
    struct random random = random_seeded(1);
    struct reply_reader reader;
    struct send_result result;
    reply_reader_begin(&reader);
    struct send_item item = {
        .attempts = 3, .first_attempt_ms = NOW - 30 * MINUTES, .retry_for_ms = 60 * MINUTES};
    struct smtp_event event = {.outcome = SMTP_ANSWERED,
                               .stage = STAGE_RCPT,
                               .reply = reply_of("451 4.3.0 later", &reader)};
    send_settle(&item, &event, true, NOW, &random, &result);
    check("an hour more would be too late", result.fate == SEND_FAILED);
    check_text("and it says why", text_of(result.reason), TEXT("expired"));
    item.retry_for_ms = 240 * MINUTES;
    send_settle(&item, &event, true, NOW, &random, &result);
    check("with more patience it waits", result.fate == SEND_READY);
    reply_reader_free(&reader);
}

int main(void)
{
    the_pace_is_exact();
    several_limits_hold_at_once();
    outcomes_become_fates();
    retries_follow_the_schedule();
    waiting_has_an_end();
    return check_done();
}
