/* SMTP: offers, grants, time and ends. Commands are in smtp_issue.c, replies in smtp_answer.c. */
#include "wire/smtp.h"

#include <string.h>

#include "base/banned.h"
#include "wire/smtp_state.h"

/* RFC 5321 4.5.3.2, in milliseconds. */
enum { MINUTE = 60 * 1000, BLOCK_LIMIT = 3 * MINUTE };

static const int64_t limit_of[SMTP_STEPS] = {
    [STEP_RSET] = 5 * MINUTE, [STEP_MAIL] = 5 * MINUTE,        [STEP_RCPT] = 5 * MINUTE,
    [STEP_DATA] = 2 * MINUTE, [STEP_COMPLETION] = 10 * MINUTE, [STEP_LONE_DOT] = 10 * MINUTE,
};

static unsigned depth_of(const struct smtp_settings *settings)
{
    const struct smtp_capabilities *can = &settings->capabilities;
    bool deep = can->pipelining && can->chunking && !settings->plain_data;
    must(settings->depth >= 1 && settings->depth <= SMTP_DEPTH_MAX);
    return deep ? settings->depth : 1;
}

struct smtp *smtp_open(const struct smtp_settings *settings, int64_t now_ms)
{
    struct smtp *smtp = memory_take(sizeof(*smtp));
    smtp->settings = *settings;
    smtp->settings.depth = depth_of(settings);
    smtp->bdat = settings->capabilities.chunking && !settings->plain_data;
    smtp->speculative = smtp->settings.depth > 1;
    smtp->capacity = smtp->settings.depth + 3;
    smtp->slots = memory_take(smtp->capacity * sizeof(*smtp->slots));
    smtp->pieces = memory_take(smtp_room(smtp) * sizeof(*smtp->pieces));
    smtp->expected = memory_take(smtp_room(smtp) * sizeof(*smtp->expected));
    smtp->events = memory_take(smtp_room(smtp) * sizeof(*smtp->events));
    smtp->awaiting_ms = smtp->moved_ms = now_ms;
    reply_reader_begin(&smtp->reader);
    return smtp;
}

void smtp_close(struct smtp *smtp)
{
    if (smtp == NULL)
        return;
    for (unsigned i = 0; i < smtp->capacity; i++)
        buffer_free(&smtp->slots[i].stuffed);
    reply_reader_free(&smtp->reader);
    memory_free(smtp->slots);
    memory_free(smtp->pieces);
    memory_free(smtp->expected);
    memory_free(smtp->events);
    memory_free(smtp);
}

/* Events */

void smtp_tell(struct smtp *smtp, struct smtp_event event)
{
    must(smtp->event_count < smtp_room(smtp));
    smtp->events[(smtp->event_first + smtp->event_count++) % smtp_room(smtp)] = event;
}

struct smtp_event smtp_next(struct smtp *smtp)
{
    if (smtp->event_count == 0)
        return (struct smtp_event){.kind = SMTP_NOTHING};
    struct smtp_event event = smtp->events[smtp->event_first];
    smtp->event_first = (smtp->event_first + 1) % smtp_room(smtp);
    smtp->event_count--;
    return event;
}

void smtp_note(struct slot *slot, enum facts_stage stage, const struct reply *reply)
{
    slot->answered = true;
    slot->stage = stage;
    slot->answer = *reply;
    size_t length = reply->text.length < REPLY_TEXT ? reply->text.length : REPLY_TEXT;
    if (length > 0)
        memcpy(slot->said, reply->text.at, length);
    slot->answer.text = text_from(slot->said, length);
}

void smtp_ask(struct smtp *smtp, struct slot *slot)
{
    slot->state = SLOT_ASKED;
    smtp_tell(smtp, (struct smtp_event){.kind = SMTP_ASK, .key = slot->message.key});
}

/* The one place where a message gets its outcome: exactly once. */
void smtp_settle(struct smtp *smtp, struct slot *slot, enum smtp_outcome outcome)
{
    must(slot->state != SLOT_SPENT);
    slot->state = SLOT_SPENT;
    struct smtp_event event = {
        .kind = SMTP_OUTCOME, .key = slot->message.key, .outcome = outcome, .stage = slot->stage};
    if (outcome == SMTP_ANSWERED || outcome == SMTP_UNFIT)
        event.reply = slot->answer;
    smtp_tell(smtp, event);
}

/* What is left when the connection ends: delivery.md's first table. */
static enum smtp_outcome left_as(const struct smtp *smtp, const struct slot *slot)
{
    if (slot->answered)
        return SMTP_ANSWERED;
    bool completed = slot->completes_at != 0 && slot->completes_at <= smtp->reached;
    return completed ? SMTP_UNKNOWN : SMTP_UNTOUCHED;
}

void smtp_end(struct smtp *smtp, enum smtp_end end, const char *why, const struct reply *reply)
{
    if (smtp->over)
        return;
    for (unsigned i = smtp->head; i != smtp->tail; i++) {
        struct slot *slot = smtp_slot(smtp, i);
        if (slot->state != SLOT_SPENT)
            smtp_settle(smtp, slot, left_as(smtp, slot));
    }
    smtp->over = true;
    smtp->piece_count = 0;
    smtp->piece_offset = 0;
    smtp->queued = smtp->taken;
    struct smtp_event event = {.kind = SMTP_ENDED, .end = end, .why = why};
    if (reply != NULL) {
        event.reply = *reply;
        memcpy(smtp->last_words, reply->text.at, reply->text.length);
        event.reply.text.at = smtp->last_words;
    }
    smtp_tell(smtp, event);
}

/* Offers */

static unsigned unresolved(const struct smtp *smtp)
{
    unsigned count = 0;
    for (unsigned i = smtp->head; i != smtp->tail; i++)
        count += smtp_slot(smtp, i)->state != SLOT_SPENT;
    return count;
}

/* One being completed and, with PIPELINING, the next one's envelope; or the whole depth. */
static unsigned wanted(const struct smtp *smtp)
{
    if (smtp->speculative)
        return smtp->settings.depth;
    return smtp->settings.capabilities.pipelining ? 2 : 1;
}

unsigned smtp_wants(const struct smtp *smtp)
{
    if (smtp->over || smtp->finishing)
        return 0;
    unsigned free_slots = smtp->capacity - (smtp->tail - smtp->head);
    unsigned busy = unresolved(smtp), want = wanted(smtp);
    unsigned more = want > busy ? want - busy : 0;
    return more < free_slots ? more : free_slots;
}

/* The address grammar has done its work before; this is the last lock on the door. */
static bool is_clean(struct text address, bool smtputf8)
{
    bool quoted = false;
    for (size_t i = 0; i < address.length; i++) {
        unsigned char byte = (unsigned char)address.at[i];
        if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !smtputf8))
            return false;
        quoted ^= byte == '"' && (i == 0 || address.at[i - 1] != '\\');
        if (!quoted && (byte == ' ' || byte == '<' || byte == '>'))
            return false;
    }
    return !quoted && address.length <= SMTP_ADDRESS;
}

static void unfit(struct slot *slot, uint16_t code, struct enhanced enhanced, struct text words)
{
    struct reply reply = {.code = code, .enhanced = enhanced, .text = words};
    smtp_note(slot, STAGE_MAIL, &reply);
}

/* RFC 1870 6.1, RFC 6531 3.5, RFC 6152: what the server said it cannot take is not tried. */
static void check_fit(const struct smtp *smtp, struct slot *slot)
{
    const struct smtp_capabilities *can = &smtp->settings.capabilities;
    const struct smtp_message *message = &slot->message;
    char words[128];
    if (can->size != 0 && message->body.length > can->size) {
        snprintf(words, sizeof(words), "the message has %zu bytes, the relay takes %llu",
                 message->body.length, (unsigned long long)can->size);
        unfit(slot, 552, (struct enhanced){5, 3, 4}, text_of(words));
    } else if (message->smtputf8 && !can->smtputf8) {
        unfit(slot, 553, (struct enhanced){5, 6, 7},
              TEXT("the address is not ASCII and the relay does not offer SMTPUTF8"));
    } else if (message->eight_bit && !can->eight_bit) {
        unfit(slot, 554, (struct enhanced){5, 6, 3},
              TEXT("the message is 8 bit and the relay does not offer 8BITMIME"));
    }
}

static struct slot *new_slot(struct smtp *smtp, const struct smtp_message *message)
{
    struct slot *slot = smtp_slot(smtp, smtp->tail++);
    struct buffer stuffed = slot->stuffed;
    *slot = (struct slot){.message = *message, .state = SLOT_WAITING, .stuffed = stuffed};
    return slot;
}

void smtp_offer(struct smtp *smtp, const struct smtp_message *message, int64_t now_ms)
{
    must(smtp_wants(smtp) > 0);
    must(is_clean(message->from, message->smtputf8) && is_clean(message->to, message->smtputf8));
    must(message->to.length > 0);
    struct slot *slot = new_slot(smtp, message);
    check_fit(smtp, slot);
    if (slot->answered)
        smtp_settle(smtp, slot, SMTP_UNFIT);
    else if (smtp->speculative)
        smtp_ask(smtp, slot);
    smtp_advance(smtp, now_ms);
}

/* Grants */

static struct slot *asked_slot(struct smtp *smtp, uint64_t key)
{
    struct slot *found = NULL;
    for (unsigned i = smtp->head; i != smtp->tail; i++)
        if (smtp_slot(smtp, i)->state == SLOT_ASKED && smtp_slot(smtp, i)->message.key == key)
            found = smtp_slot(smtp, i);
    must(found != NULL);
    return found;
}

unsigned smtp_outstanding(const struct smtp *smtp)
{
    unsigned count = 0;
    for (unsigned i = smtp->head; i != smtp->tail; i++)
        count += smtp_slot(smtp, i)->state == SLOT_COMPLETING;
    return count;
}

void smtp_grant(struct smtp *smtp, uint64_t key, int64_t now_ms)
{
    struct slot *slot = asked_slot(smtp, key);
    must(smtp_outstanding(smtp) < smtp->settings.depth);
    smtp_complete(smtp, slot, now_ms);
    smtp_advance(smtp, now_ms);
}

void smtp_veto(struct smtp *smtp, uint64_t key, int64_t now_ms)
{
    struct slot *slot = asked_slot(smtp, key);
    bool inside_data = !smtp->bdat;
    smtp_settle(smtp, slot, SMTP_UNTOUCHED);
    if (inside_data)
        smtp_end(smtp, SMTP_END_VETO, "a veto behind 354", NULL);
    else if (slot->mail_accepted)
        smtp->dirty = true;
    smtp_advance(smtp, now_ms);
}

/* Bytes */

size_t smtp_output(struct smtp *smtp, struct text *pieces, size_t room)
{
    size_t count = smtp->piece_count < room ? smtp->piece_count : room;
    for (size_t i = 0; i < count; i++)
        pieces[i] = smtp->pieces[(smtp->piece_first + i) % smtp_room(smtp)];
    if (count > 0)
        pieces[0] = text_after(pieces[0], smtp->piece_offset);
    return count;
}

static void drop_taken(struct smtp *smtp, size_t taken)
{
    smtp->piece_offset += taken;
    while (smtp->piece_count > 0) {
        size_t length = smtp->pieces[smtp->piece_first].length;
        if (smtp->piece_offset < length)
            return;
        smtp->piece_offset -= length;
        smtp->piece_first = (smtp->piece_first + 1) % smtp_room(smtp);
        smtp->piece_count--;
    }
}

void smtp_wrote(struct smtp *smtp, size_t taken, size_t reached, int64_t now_ms)
{
    must(taken <= reached && smtp->taken + reached <= smtp->queued);
    uint64_t before = smtp->taken;
    if (smtp->taken + reached > smtp->reached)
        smtp->reached = smtp->taken + reached;
    smtp->taken += taken;
    if (taken > 0)
        smtp->moved_ms = now_ms;
    drop_taken(smtp, taken);
    uint64_t first_end = smtp->expected[smtp->expected_first].end;
    if (smtp->expected_count > 0 && before < first_end && smtp->taken >= first_end)
        smtp->awaiting_ms = now_ms;
}

void smtp_input(struct smtp *smtp, struct text bytes, int64_t now_ms)
{
    struct reply reply;
    while (!smtp->over) {
        enum reply_step step = reply_reader_take(&smtp->reader, &bytes, &reply);
        if (step == REPLY_MORE)
            break;
        if (step == REPLY_BROKEN)
            smtp_end(smtp, SMTP_END_DESYNC, "not a reply of SMTP", NULL);
        else
            smtp_answer(smtp, &reply, now_ms);
    }
}

void smtp_lost(struct smtp *smtp, int64_t now_ms)
{
    (void)now_ms;
    smtp_end(smtp, SMTP_END_PEER, "the connection broke", NULL);
}

/* Time */

int64_t smtp_deadline(const struct smtp *smtp)
{
    int64_t deadline = INT64_MAX;
    if (smtp->over)
        return deadline;
    if (smtp->taken < smtp->queued)
        deadline = smtp->moved_ms + BLOCK_LIMIT;
    const struct expectation *first = &smtp->expected[smtp->expected_first];
    if (smtp->expected_count > 0 && first->end <= smtp->taken &&
        smtp->awaiting_ms + limit_of[first->step] < deadline)
        deadline = smtp->awaiting_ms + limit_of[first->step];
    return deadline;
}

void smtp_tick(struct smtp *smtp, int64_t now_ms)
{
    if (now_ms >= smtp_deadline(smtp))
        smtp_end(smtp, SMTP_END_TIMEOUT, "the server did not answer in time", NULL);
}

/* Ends */

void smtp_finish_if_done(struct smtp *smtp)
{
    if (!smtp->finishing || smtp->over || smtp_outstanding(smtp) > 0)
        return;
    /* With commands under way, DATA perhaps among them, a QUIT might become content. */
    bool polite = smtp->expected_count == 0 && smtp->taken == smtp->queued;
    smtp_end(smtp, SMTP_END_QUIT, "done", NULL);
    if (polite)
        smtp_issue_quit(smtp);
}

void smtp_finish(struct smtp *smtp, int64_t now_ms)
{
    (void)now_ms;
    if (smtp->over || smtp->finishing)
        return;
    smtp->finishing = true;
    bool inside_data = false;
    for (unsigned i = smtp->head; i != smtp->tail; i++) {
        struct slot *slot = smtp_slot(smtp, i);
        inside_data |= slot->state == SLOT_ASKED && !smtp->bdat;
        if (slot->state != SLOT_SPENT && slot->state != SLOT_COMPLETING)
            smtp_settle(smtp, slot, left_as(smtp, slot));
    }
    if (inside_data)
        smtp_end(smtp, SMTP_END_QUIT, "done, behind 354", NULL);
    smtp_finish_if_done(smtp);
}

void smtp_abandon(struct smtp *smtp, int64_t now_ms)
{
    (void)now_ms;
    smtp_end(smtp, SMTP_END_QUIT, "given up", NULL);
}

bool smtp_idle(const struct smtp *smtp)
{
    return unresolved(smtp) == 0 && smtp->expected_count == 0 && smtp->taken == smtp->queued;
}
