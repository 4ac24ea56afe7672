/* Relay report: which of several relays the mail goes through, and why not the ones before it. */
#include "desk/relay_report.h"

#include "base/banned.h"
#include "base/json.h"
#include "desk/desk.h"

enum { RELAY_LINE = 4 * 1024 };

static void as_json(const struct route *route)
{
    BUFFER(out, RELAY_LINE);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    json_put_text(&writer, "relay", route->url);
    json_put_bool(&writer, "in_use", route->used_ms != 0);
    json_put_time(&writer, "used_since", route->used_ms);
    json_put_time(&writer, "failing_since", route->failing_ms);
    json_put_time(&writer, "last_tried", route->tried_ms);
    json_put_text(&writer, "why", route->why);
    json_end_object(&writer);
    session_say_line(&out);
}

static void as_text(const struct route *route)
{
    char since[DESK_TIME];
    if (route->used_ms != 0)
        session_sayf("mail goes through the relay %.*s since %s UTC\n", TEXT_ARGS(route->url),
                     desk_time(route->used_ms, since));
    if (route->failing_ms != 0)
        session_sayf("the relay %.*s fails since %s UTC\n  because %.*s\n", TEXT_ARGS(route->url),
                     desk_time(route->failing_ms, since), TEXT_ARGS(route->why));
}

bool relay_report(struct session *session, struct store *store, struct error *err)
{
    struct route routes[ROUTES];
    size_t count;
    if (!route_list(store, &session->arena, routes, &count, err))
        return false;
    for (size_t i = 0; i < count && count > 1; i++) {
        if (session->json)
            as_json(&routes[i]);
        else
            as_text(&routes[i]);
    }
    return true;
}
