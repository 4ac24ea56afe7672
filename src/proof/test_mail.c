/* Test mail: each reader's message to one address. */
#include "proof/test_mail.h"

#include "base/banned.h"
#include "desk/desk.h"
#include "desk/stopping.h"
#include "flow/relays.h"
#include "flow/trial.h"
#include "proof/readers.h"

static void say_json(const struct test_mail *test, const struct trial *trial)
{
    BUFFER(out, 4096);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    json_put_text(&writer, "campaign", test->plan->campaign->id);
    json_put_text(&writer, "test_to", trial->to);
    if (test->dry_run)
        json_put_bool(&writer, "dry_run", true);
    json_put_number(&writer, "messages", (long long)trial->count);
    json_put_number(&writer, "sent", (long long)trial->sent);
    json_put_string(&writer, "failure",
                    trial->first_failure.fault != FAULT_NONE ? trial->first_failure.message : NULL);
    json_end_object(&writer);
    session_say_line(&out);
}

static void say(const struct test_mail *test, const struct trial *trial)
{
    if (test->session->json)
        say_json(test, trial);
    else if (test->dry_run)
        session_sayf("%zu test messages would be sent to %.*s; nothing was sent\n", trial->count,
                     TEXT_ARGS(trial->to));
    else
        session_sayf("%llu of %zu test messages were sent to %.*s\n",
                     (unsigned long long)trial->sent, trial->count, TEXT_ARGS(trial->to));
}

/* Through the first relay that can be used; what became of each message stands in `trial`, and in
 * `ret_end` what ended it all before its time. */
static bool send_messages(const struct test_mail *test, struct trial *trial, struct error *ret_end,
                          struct error *err)
{
    struct random random = random_from_system();
    struct send_options how = {.clock = test->session->clock,
                               .random = &random,
                               .log = &test->session->log,
                               .stop = stopping_asked(),
                               .wake = stopping_wake()};
    const struct relays_watch nobody = {0};
    struct relays *relays;
    struct send_report report;
    if (!relays_open(&test->workspace->config.relay, test->workspace->root, &relays, err))
        return false;
    struct send_work work = trial_work(trial);
    relays_send(relays, &how, &work, &nobody, &report);
    relays_close(relays);
    *ret_end = report.end;
    return true;
}

int test_mail_send(const struct test_mail *test, struct error *err)
{
    struct readers readers = {.session = test->session};
    struct trial trial = {.composed = test->plan->composed, .key = &test->workspace->key};
    struct error end = {0};
    if (!desk_address(test->session, test->to, &trial.to, err) ||
        !readers_choose(&readers, test->workspace, &test->plan->selection, test->as, err))
        return (int)err->fault;
    trial.readers = readers.at;
    trial.count = readers.count;
    if (!test->dry_run && !send_messages(test, &trial, &end, err))
        return (int)err->fault;
    say(test, &trial);
    *err = end.fault != FAULT_NONE ? end : trial.first_failure;
    return (int)err->fault;
}
