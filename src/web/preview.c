/* Preview: a campaign as any of its readers will see it, as pages of a local server. */
#include "web/preview.h"

#include "web/asset.h"
#include "web/preview_page.h"

#include "base/banned.h"

/* The page runs its own script and nothing else, and frames nothing but its own mails. */
static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "frame-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

static const char json[] = "application/json; charset=utf-8";

static void say_version(struct answering *answering)
{
    buffer_printf(&answering->out, "{\"version\":%lu}", answering->preview->show.version);
}

/* Waits while the page has what there is. A page that waited long enough asks once more. */
static void say_change(struct answering *answering)
{
    uint64_t since = 0;
    text_to_number(http_query(answering->request, "since"), &since);
    answering->reply->wait =
        since == answering->preview->show.version && !answering->preview->release;
    say_version(answering);
}

static const struct {
    const char *path, *type;
    void (*say)(struct answering *answering);
} routes[] = {
    {"state", json, preview_say_state},
    {"people", json, preview_say_people},
    {"message", json, preview_say_message},
    {"changes", json, say_change},
    {"version", json, say_version},
    {"mail", "text/html; charset=utf-8", preview_say_mail},
    {"raw", "text/plain; charset=utf-8", preview_say_raw},
};

static bool say_asset(struct answering *answering, struct text path)
{
    for (size_t i = 0; i < asset_count; i++) {
        if (!text_equal(path, text_of(assets[i].path)))
            continue;
        answering->reply->type = assets[i].type;
        buffer_add(&answering->out, assets[i].content);
        return true;
    }
    return false;
}

static bool say(struct answering *answering, struct text path)
{
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (!text_equal(path, text_of(routes[i].path)))
            continue;
        answering->reply->type = routes[i].type;
        routes[i].say(answering);
        return true;
    }
    return say_asset(answering, path);
}

void preview_answer(void *self, const struct http_request *request, struct http_reply *reply)
{
    static struct buffer kept; /* what the reply borrows until the next one */
    struct answering answering = {.preview = self, .request = request, .reply = reply};
    answering.out = kept;
    answering.out.limit = PREVIEW_REPLY;
    buffer_clear(&answering.out);
    reply->policy = policy;
    if (!say(&answering, request->path)) {
        reply->status = 404;
        buffer_add_string(&answering.out, "there is no such page\n");
    }
    if (answering.out.overflowed) {
        reply->status = 500;
        buffer_clear(&answering.out);
    }
    reply->body = buffer_text(&answering.out);
    kept = answering.out;
    arena_free(&answering.arena);
}

/* ---- readers ---- */

bool preview_reader(struct answering *answering, struct recipient *ret_reader, struct error *err)
{
    struct preview *preview = answering->preview;
    struct text name = http_query(answering->request, "reader"), rest = text_after(name, 2);
    bool found = false;
    for (size_t i = 0; i < preview->show.persona_count && text_starts(name, TEXT("p:")); i++)
        if (text_equal(preview->show.personas[i].name, rest)) {
            *ret_reader = preview->show.personas[i].reader;
            return true;
        }
    if (text_starts(name, TEXT("m:")) &&
        !preview->people.find(preview->people.self, &answering->arena, rest, ret_reader, &found,
                              err))
        return false;
    return found || error_set(err, FAULT_USAGE, "nobody is called \"%.*s\" any more",
                              TEXT_ARGS(text_slice(name, 0, 80)));
}

struct stamp preview_stamp(const struct preview *preview)
{
    return (struct stamp){.slot = TEXT("preview"),
                          .first_attempt_ms = preview->show.now_ms,
                          .key = preview->show.key};
}
