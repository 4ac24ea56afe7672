/* Notice: a mail to the owner about what a run did. */
#include "flow/notice.h"

#include "base/memory.h"
#include "flow/errand.h"
#include "mail/encode.h"
#include "mail/header.h"

#include "base/banned.h"

static const struct {
    unsigned event;
    const char *word;
} meanings[] = {
    [RUN_PLANNED] = {0, "planned"},
    [RUN_HELD] = {NOTIFY_HELD, "waits for you"},
    [RUN_SKIPPED] = {NOTIFY_SKIPPED, "skipped"},
    [RUN_REFUSED] = {NOTIFY_HELD, "refused"},
    [RUN_FAILED] = {NOTIFY_FAILURE, "not sent"},
};

/* ---- What there is to say ---- */

static unsigned event_of(const struct run_edition *edition)
{
    const struct edition *before = &edition->before, *after = &edition->after;
    unsigned events = after->failed > before->failed ? NOTIFY_FAILURE : 0;
    if (!run_edition_moved(edition) || edition_is_held(after))
        return 0;
    if (after->state == EDITION_PAUSED && before->state != EDITION_PAUSED)
        events |= NOTIFY_BREAKER;
    if (after->state == EDITION_DONE && before->state != EDITION_DONE)
        events |= NOTIFY_FINISH;
    return events;
}

static void say_edition(struct buffer *out, const struct edition *edition)
{
    buffer_printf(out, "%.*s %.*s: %s%s%.*s\n", TEXT_ARGS(edition->campaign),
                  TEXT_ARGS(edition->slot), edition_state_name(edition->state),
                  edition->pause_reason.length > 0 ? ": " : "", TEXT_ARGS(edition->pause_reason));
    buffer_printf(out,
                  "  %lld planned, %lld sent, %lld failed, %lld unknown, %lld skipped, %lld "
                  "waiting\n",
                  (long long)edition->planned, (long long)edition->sent, (long long)edition->failed,
                  (long long)edition->unknown, (long long)edition->skipped,
                  (long long)(edition->ready + edition->intent));
}

/* The subject is the first thing worth telling. */
static void head(struct arena *arena, struct text *subject, struct text campaign, struct text slot,
                 const char *what)
{
    if (subject->length == 0)
        *subject = arena_printf(arena, "%.*s%s%.*s: %s", TEXT_ARGS(campaign),
                                slot.length > 0 ? " " : "", TEXT_ARGS(slot), what);
}

/* A relay that began to fail, while another one carries the mail. */
static void say_relays(struct arena *arena, const struct notice_facts *facts, struct buffer *out,
                       struct text *subject)
{
    const struct route *used = NULL;
    bool failed = false;
    for (size_t i = 0; i < facts->route_count; i++) {
        const struct route *route = &facts->routes[i];
        if (route->used_ms != 0)
            used = route;
        if (route->failing_ms < facts->began_ms)
            continue;
        failed = true;
        head(arena, subject, TEXT("the relay"), route->url, "failed");
        buffer_printf(out, "The relay %.*s failed: %.*s\n", TEXT_ARGS(route->url),
                      TEXT_ARGS(route->why));
    }
    if (failed && used != NULL)
        buffer_printf(out, "Mail goes through %.*s meanwhile.\n", TEXT_ARGS(used->url));
}

bool notice_compose(struct arena *arena, const struct notify_config *notify,
                    const struct notice_facts *facts, struct text *ret_subject,
                    struct text *ret_text)
{
    BUFFER(out, NOTICE_TEXT);
    struct text subject = {0};
    const struct error *end = facts->end;
    for (size_t i = 0; i < facts->events->count; i++) {
        const struct run_event *event = &facts->events->at[i];
        if (event->repeated || !(notify->events & meanings[event->outcome].event))
            continue;
        head(arena, &subject, event->campaign, event->slot, meanings[event->outcome].word);
        buffer_printf(&out, "%.*s %.*s: %s\n  %.*s\n", TEXT_ARGS(event->campaign),
                      TEXT_ARGS(event->slot), meanings[event->outcome].word,
                      TEXT_ARGS(event->reason));
    }
    for (size_t i = 0; i < facts->edition_count; i++) {
        const struct edition *after = &facts->editions[i].after;
        if (!(notify->events & event_of(&facts->editions[i])))
            continue;
        head(arena, &subject, after->campaign, after->slot, edition_state_name(after->state));
        say_edition(&out, after);
    }
    bool stopped = end->fault != FAULT_NONE && end->fault != FAULT_REMAINS;
    if (!stopped && (notify->events & NOTIFY_FAILURE))
        say_relays(arena, facts, &out, &subject);
    if (stopped && (notify->events & NOTIFY_FAILURE)) {
        head(arena, &subject, TEXT("the sending"), TEXT(""), "stopped");
        buffer_printf(&out, "The sending stopped: %s\n", end->message);
    }
    *ret_subject = subject;
    *ret_text = arena_text(arena, buffer_text(&out));
    return notify->to.count > 0 && subject.length > 0;
}

/* ---- Sending it ---- */

struct noticing {
    const struct notice_options *options;
    struct text subject, text;
};

static bool add_id(struct buffer *out, struct text domain)
{
    unsigned char chance[16];
    random_secret(chance, sizeof(chance));
    buffer_add_string(out, "Message-ID: <");
    encode_base32(text_from((const char *)chance, sizeof(chance)), out);
    buffer_printf(out, "@%.*s>\r\n", TEXT_ARGS(domain));
    return !out->overflowed;
}

static bool merge(void *self, size_t index, struct send_item *item, int64_t now_ms,
                  struct error *err)
{
    struct noticing *noticing = self;
    const struct config *config = &noticing->options->workspace->config;
    struct text to = config->notify.to.at[index], address = config->sender.address;
    const struct mailbox from = {TEXT("Broadside"), address}, reader = {{0}, to};
    struct buffer *out = &item->bytes;
    snprintf(item->to, sizeof(item->to), "%.*s", TEXT_ARGS(to));
    snprintf(item->from, sizeof(item->from), "%.*s", TEXT_ARGS(address));
    item->smtputf8 = !text_is_ascii(to) || !text_is_ascii(address);
    if (!header_mailboxes(out, "From", &from, 1, err) ||
        !header_mailboxes(out, "To", &reader, 1, err) ||
        !header_text(out, "Subject", noticing->subject, err))
        return false;
    header_date(out, "Date", now_ms);
    /* RFC 3834: no answering machine answers a machine. */
    buffer_add_string(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                           "Content-Type: text/plain; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: quoted-printable\r\n");
    add_id(out, text_after(address, text_find_last_byte(address, '@') + 1));
    buffer_add_string(out, "\r\n");
    encode_qp(noticing->text, out);
    return !out->overflowed || error_set(err, FAULT_BUG, "the notice is too long");
}

bool notice_send(const struct notice_options *options, struct text subject, struct text text,
                 struct error *err)
{
    const struct config *config = &options->workspace->config;
    struct noticing noticing = {.options = options, .subject = subject, .text = text};
    struct errand errand = {.self = &noticing, .count = config->notify.to.count, .merge = merge};
    struct send_options how = {
        .clock = options->clock, .random = options->random, .log = options->log, .wake = -1};
    if (!errand_run(&errand, &config->relay, options->workspace->root, &how, err))
        return false;
    *err = errand.end;
    return errand.end.fault == FAULT_NONE;
}
