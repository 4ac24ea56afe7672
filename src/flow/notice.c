/* Notice: a mail to the owner about what a run did. */
#include "flow/notice.h"

#include "base/memory.h"
#include "flow/relays.h"
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

bool notice_compose(struct arena *arena, const struct notify_config *notify,
                    const struct run_events *events, const struct run_edition *editions,
                    size_t edition_count, const struct error *end, struct text *ret_subject,
                    struct text *ret_text)
{
    BUFFER(out, NOTICE_TEXT);
    struct text subject = {0};
    for (size_t i = 0; i < events->count; i++) {
        const struct run_event *event = &events->at[i];
        if (event->repeated || !(notify->events & meanings[event->outcome].event))
            continue;
        head(arena, &subject, event->campaign, event->slot, meanings[event->outcome].word);
        buffer_printf(&out, "%.*s %.*s: %s\n  %.*s\n", TEXT_ARGS(event->campaign),
                      TEXT_ARGS(event->slot), meanings[event->outcome].word,
                      TEXT_ARGS(event->reason));
    }
    for (size_t i = 0; i < edition_count; i++) {
        if (!(notify->events & event_of(&editions[i])))
            continue;
        head(arena, &subject, editions[i].after.campaign, editions[i].after.slot,
             edition_state_name(editions[i].after.state));
        say_edition(&out, &editions[i].after);
    }
    if (end->fault != FAULT_NONE && end->fault != FAULT_REMAINS &&
        (notify->events & NOTIFY_FAILURE)) {
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
    size_t next;
    struct error failure; /* fault 0: none */
};

static bool take(void *self, struct send_item **items, size_t room, int64_t now_ms,
                 size_t *ret_count, int64_t *ret_next_ms, struct error *err)
{
    struct noticing *noticing = self;
    size_t count = noticing->options->workspace->config.notify.to.count;
    (void)err;
    for (*ret_count = 0; *ret_count < room && noticing->next < count; (*ret_count)++) {
        struct send_item *item = items[*ret_count];
        item->key = (int64_t)++noticing->next;
        item->edition = 0;
        item->attempts = 0;
        item->first_attempt_ms = now_ms;
        item->retry_for_ms = 0;
    }
    *ret_next_ms = noticing->next < count ? now_ms : INT64_MAX;
    return true;
}

static bool add_id(struct buffer *out, struct text domain)
{
    unsigned char chance[16];
    random_secret(chance, sizeof(chance));
    buffer_add_string(out, "Message-ID: <");
    encode_base32(text_from((const char *)chance, sizeof(chance)), out);
    buffer_printf(out, "@%.*s>\r\n", TEXT_ARGS(domain));
    return !out->overflowed;
}

static bool merge(void *self, struct send_item *item, int64_t now_ms, struct error *err)
{
    struct noticing *noticing = self;
    const struct config *config = &noticing->options->workspace->config;
    struct text to = config->notify.to.at[item->key - 1], address = config->sender.address;
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

/* Tried once: what did not go now is in the log. */
static void put_back(void *self, struct send_item *item)
{
    struct noticing *noticing = self;
    error_set(&noticing->failure, FAULT_REMAINS, "%s got no notice: the connection ended before it",
              item->to);
}

static bool commit(void *self, const struct send_result *results, size_t result_count,
                   struct send_intent *intents, size_t intent_count, int64_t now_ms,
                   struct error *err)
{
    struct noticing *noticing = self;
    (void)now_ms, (void)err;
    for (size_t i = 0; i < result_count; i++)
        if (results[i].fate != SEND_SENT)
            error_set(&noticing->failure, FAULT_SOME_FAILED, "%s got no notice: %u %.*s",
                      results[i].item->to, results[i].reply.code, TEXT_ARGS(results[i].reply.text));
    for (size_t i = 0; i < intent_count; i++)
        intents[i].granted = true;
    return true;
}

bool notice_send(const struct notice_options *options, struct text subject, struct text text,
                 struct error *err)
{
    const struct workspace *workspace = options->workspace;
    const struct relays_watch nobody = {0};
    struct noticing noticing = {.options = options, .subject = subject, .text = text};
    struct send_options how = {
        .clock = options->clock, .random = options->random, .log = options->log, .wake = -1};
    const struct send_work work = {
        .self = &noticing, .take = take, .merge = merge, .put_back = put_back, .commit = commit};
    struct send_report report;
    struct relays *relays;
    if (!relays_open(&workspace->config.relay, workspace->root, &relays, err))
        return false;
    relays_send(relays, &how, &work, &nobody, &report);
    relays_close(relays);
    if (report.end.fault == FAULT_NONE && noticing.failure.fault == FAULT_NONE)
        return true;
    *err = report.end.fault != FAULT_NONE ? report.end : noticing.failure;
    return false;
}
