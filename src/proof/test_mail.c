/* Test mail: each reader's message to one address. */
#include "proof/test_mail.h"

#include "base/banned.h"
#include "desk/desk.h"
#include "desk/stopping.h"
#include "flow/trial.h"
#include "proof/readers.h"

static void say_json(const struct test_mail *test, struct text to, const struct errand *errand)
{
    BUFFER(out, 4096);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    json_put_text(&writer, "campaign", test->plan->campaign->id);
    json_put_text(&writer, "test_to", to);
    if (test->dry_run)
        json_put_bool(&writer, "dry_run", true);
    json_put_number(&writer, "messages", (long long)errand->count);
    json_put_number(&writer, "sent", (long long)errand->sent);
    json_put_string(&writer, "failure",
                    errand->end.fault != FAULT_NONE ? errand->end.message : NULL);
    json_end_object(&writer);
    session_say_line(&out);
}

static void say(const struct test_mail *test, struct text to, const struct errand *errand)
{
    if (test->session->json)
        say_json(test, to, errand);
    else if (test->dry_run)
        session_sayf("%zu test messages would be sent to %.*s; nothing was sent\n", errand->count,
                     TEXT_ARGS(to));
    else
        session_sayf("%zu of %zu test messages were sent to %.*s\n", errand->sent, errand->count,
                     TEXT_ARGS(to));
}

int test_mail_send(const struct test_mail *test, struct error *err)
{
    struct readers readers = {.session = test->session};
    struct trial trial = {.composed = test->plan->composed, .key = &test->workspace->key};
    struct random random = random_from_system();
    struct send_options how = {.clock = test->session->clock,
                               .random = &random,
                               .log = &test->session->log,
                               .stop = stopping_asked(),
                               .wake = stopping_wake()};
    if (!desk_address(test->session, test->to, &trial.to, err) ||
        !readers_choose(&readers, test->workspace, &test->plan->selection, test->as, err))
        return (int)err->fault;
    trial.readers = readers.at;
    struct errand errand = trial_errand(&trial, readers.count);
    if (!test->dry_run &&
        !errand_run(&errand, &test->workspace->config.relay, test->workspace->root, &how, err))
        return (int)err->fault;
    say(test, trial.to, &errand);
    *err = errand.end;
    return (int)err->fault;
}
