/* Pace report: which recipient domains are written to more slowly now, and why. */
#include "desk/pace_report.h"

#include "base/banned.h"
#include "base/json.h"
#include "desk/desk.h"
#include "store/route.h"

enum { PACE_LINE = 4 * 1024 };

struct telling {
    struct session *session;
    bool several; /* relays */
};

/* "user@host:port", or without a user "host:port". */
static struct text shown(struct text relay)
{
    return text_after(relay, text_starts(relay, TEXT("@")) ? 1 : 0);
}

static void as_json(const struct pace_line *line)
{
    BUFFER(out, PACE_LINE);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    json_put_text(&writer, "relay", line->relay);
    json_put_text(&writer, "domain", line->domain);
    json_key(&writer, "rate");
    json_say_real(&writer, line->rate);
    json_key(&writer, "before");
    json_say_real(&writer, line->ceiling);
    json_put_number(&writer, "halved", line->halved);
    json_put_time(&writer, "rests_until", line->rests_until_ms);
    json_put_text(&writer, "why", line->why);
    json_end_object(&writer);
    session_say_line(&out);
}

/* "2.5/s" or, when that is slow, "12/min" */
static void say_rate(double rate)
{
    if (rate >= 1)
        session_sayf("%.3g/s", rate);
    else
        session_sayf("%.3g/min", rate * 60);
}

static bool say(void *self, const struct pace_line *line, int64_t domain_id, struct error *err)
{
    const struct telling *telling = self;
    struct session *session = telling->session;
    struct text relay = shown(line->relay);
    char until[DESK_TIME];
    (void)domain_id, (void)err;
    if (session->json) {
        as_json(line);
        return true;
    }
    if (line->domain.length > 0 && telling->several)
        session_sayf("%.*s is written to through %.*s at ", TEXT_ARGS(line->domain),
                     TEXT_ARGS(relay));
    else if (line->domain.length > 0)
        session_sayf("%.*s is written to at ", TEXT_ARGS(line->domain));
    else
        session_sayf("the relay %.*s is used at ", TEXT_ARGS(relay));
    say_rate(line->rate);
    session_sayf(", before it was ");
    say_rate(line->ceiling);
    if (line->rests_until_ms > clock_wall_ms(session->clock))
        session_sayf("; it rests until %s UTC", desk_time(line->rests_until_ms, until));
    session_sayf("\n  because it said: %.*s\n", TEXT_ARGS(line->why));
    return true;
}

bool pace_report(struct session *session, struct store *store, struct error *err)
{
    struct route routes[ROUTES];
    size_t count;
    if (!route_list(store, &session->arena, routes, &count, err))
        return false;
    struct telling telling = {session, count > 1};
    return pace_list(store, say, &telling, err);
}
