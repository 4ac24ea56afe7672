/*
 * SMTP: no verdict ever goes to the wrong message, whatever a server says and however bytes are
 * cut.
 *
 * The input plays both sides' moods: when messages are offered and granted, how many bytes the
 * socket takes, and what the server answers. Beside the machine runs a model of the server: it
 * reads what was written and knows which command of which message each of its answers was for: it
 * says so in the answer, since most codes are the same. What the machine reports must agree with
 * it.
 */
#include <stdio.h>

#include "base/buffer.h"
#include "wire/smtp.h"

enum { MESSAGES = 256, STEPS = 4000, BODY = 64, WORDS = 24 };

enum model_at { AT_COMMAND, AT_CONTENT };

struct fate {
    bool offered, asked, granted, ended, complete;
    uint16_t said[STAGES]; /* by the server, in answer to this stage; 0: nothing */
};

struct play {
    struct smtp *smtp;
    const uint8_t *data;
    size_t size, steps;
    int64_t now_ms;
    unsigned offered, depth;
    bool ended,
        babbled; /* babbled: bytes were said that are no answers; then order means nothing */
    struct fate fates[MESSAGES];
    char bodies[MESSAGES][BODY], addresses[MESSAGES][BODY];

    struct buffer written; /* not yet understood by the server */
    enum model_at at;
    unsigned key;      /* of the transaction */
    char words[WORDS]; /* what the answer that is being given is about */
};

static uint8_t next_byte(struct play *play)
{
    if (play->size == 0)
        return 0;
    play->size--;
    return *play->data++;
}

static void name_answer(char words[WORDS], unsigned key, enum facts_stage stage)
{
    snprintf(words, WORDS, "to %u.%d", key, (int)stage);
}

/* Events: exactly one outcome a message, and it agrees with what the server knows it said. */

static void check_answer(const struct fate *fate, const struct smtp_event *event)
{
    char words[WORDS];
    name_answer(words, (unsigned)event->key, event->stage);
    must(fate->said[event->stage] == event->reply.code);
    must(text_ends(event->reply.text, text_of(words)));
}

/* Our own count of what was completed and has no outcome, beside the machine's. */
static unsigned outstanding(const struct play *play)
{
    unsigned count = 0;
    for (unsigned key = 0; key < play->offered; key++)
        count += play->fates[key].granted && !play->fates[key].ended;
    return count;
}

static void check_outcome(const struct play *play, const struct smtp_event *event)
{
    const struct fate *fate = &play->fates[event->key];
    must(event->outcome != SMTP_UNKNOWN || fate->granted);
    if (event->outcome == SMTP_UNTOUCHED)
        must(!fate->complete || play->babbled);
    if (event->outcome == SMTP_ANSWERED && !play->babbled)
        check_answer(fate, event);
    if (event->outcome == SMTP_ANSWERED && event->stage == STAGE_COMPLETION)
        must(fate->granted);
}

static void take_events(struct play *play)
{
    for (struct smtp_event event; (event = smtp_next(play->smtp)).kind != SMTP_NOTHING;) {
        must(!play->ended);
        if (event.kind == SMTP_ENDED) {
            play->ended = true;
            continue;
        }
        struct fate *fate = &play->fates[event.key];
        must(fate->offered && !fate->ended);
        if (event.kind == SMTP_ASK) {
            must(!fate->asked);
            fate->asked = true;
        } else {
            check_outcome(play, &event);
            fate->ended = true;
        }
    }
}

/* The server */

static bool take_line(struct play *play, struct text *ret_line)
{
    struct text all = buffer_text(&play->written);
    size_t end = text_find(all, TEXT("\r\n"));
    if (end == TEXT_NONE)
        return false;
    *ret_line = text_slice(all, 0, end);
    return true;
}

static void forget(struct play *play, size_t count)
{
    buffer_consume(&play->written, count);
}

static void answer(struct play *play, enum facts_stage stage, uint16_t code)
{
    play->fates[play->key].said[stage] = code;
    name_answer(play->words, play->key, stage);
}

/* Which message a line speaks of: its addresses are "N@x.example". */
static unsigned key_in(struct text line)
{
    uint64_t key = 0;
    size_t open = text_find_byte(line, '<'), at = text_find_byte(line, '@');
    must(open != TEXT_NONE && at != TEXT_NONE);
    must(text_to_number(text_slice(line, open + 1, at - open - 1), &key) && key < MESSAGES);
    return (unsigned)key;
}

/* The content of message `key` has arrived whole: its completing bytes had to be granted. */
static void content_arrived(struct play *play, struct text content)
{
    uint64_t key;
    struct text rest = text_after(content, 1);
    if (content.length < 4)
        return; /* a lone dot */
    must(text_to_number(text_slice(rest, 0, 3), &key) && key < MESSAGES);
    must(play->fates[key].granted);
    must(key == play->key);
    play->fates[key].complete = true;
}

/* One command, if it is whole, with its answer. */
static bool serve_command(struct play *play, struct text line, uint16_t code)
{
    struct text size_text;
    uint64_t size;
    if (text_starts(line, TEXT("MAIL FROM:<"))) {
        play->key = key_in(line);
        forget(play, line.length + 2);
        answer(play, STAGE_MAIL, code);
    } else if (text_starts(line, TEXT("RCPT TO:<"))) {
        must(key_in(line) == play->key);
        forget(play, line.length + 2);
        answer(play, STAGE_RCPT, code);
    } else if (text_equal(line, TEXT("DATA"))) {
        forget(play, line.length + 2);
        answer(play, STAGE_DATA, code);
        play->at = code == 354 ? AT_CONTENT : AT_COMMAND;
    } else if (text_starts(line, TEXT("BDAT "))) {
        size_text = text_slice(line, 5, line.length - 5 - 5);
        must(text_ends(line, TEXT(" LAST")) && text_to_number(size_text, &size));
        if (play->written.length < line.length + 2 + size)
            return false;
        content_arrived(play, text_slice(buffer_text(&play->written), line.length + 2, size));
        forget(play, line.length + 2 + size);
        answer(play, STAGE_COMPLETION, code);
    } else {
        must(text_equal(line, TEXT("RSET")) || text_equal(line, TEXT("QUIT")));
        forget(play, line.length + 2);
    }
    return true;
}

static bool serve_content(struct play *play, uint16_t code)
{
    struct text all = buffer_text(&play->written);
    size_t end = text_starts(all, TEXT(".\r\n")) ? 0 : text_find(all, TEXT("\r\n.\r\n"));
    if (end == TEXT_NONE)
        return false;
    content_arrived(play, text_slice(all, 0, end));
    forget(play, end + (end == 0 ? 3 : 5));
    answer(play, STAGE_COMPLETION, code);
    play->at = AT_COMMAND;
    return true;
}

static const uint16_t codes[] = {250, 250, 250, 354, 354, 251, 550,
                                 451, 421, 552, 554, 503, 220, 600};

/* Answers the next command; without one it babbles. */
static void server_says(struct play *play)
{
    char reply[128];
    struct text line;
    snprintf(play->words, WORDS, "to nobody");
    uint8_t chosen = next_byte(play);
    uint16_t code = codes[chosen % (sizeof(codes) / sizeof(codes[0]))];
    bool served = play->at == AT_CONTENT
                      ? serve_content(play, code)
                      : take_line(play, &line) && serve_command(play, line, code);
    play->babbled |= !served;
    int length = chosen & 128
                     ? snprintf(reply, sizeof(reply), "%u-a\r\n%u %s\r\n", code, code, play->words)
                     : snprintf(reply, sizeof(reply), "%u %s\r\n", code, play->words);
    size_t cut = next_byte(play) % (size_t)length;
    smtp_input(play->smtp, text_from(reply, cut), play->now_ms);
    smtp_input(play->smtp, text_from(reply + cut, (size_t)length - cut), play->now_ms);
}

static void server_babbles(struct play *play)
{
    size_t length = next_byte(play);
    length = length < play->size ? length : play->size;
    play->babbled = true;
    smtp_input(play->smtp, text_from((const char *)play->data, length), play->now_ms);
    play->data += length;
    play->size -= length;
}

/* Our side */

static void write_some(struct play *play, size_t most, size_t more)
{
    struct text pieces[64];
    size_t taken = 0, total = 0, count = smtp_output(play->smtp, pieces, 64);
    for (size_t i = 0; i < count; i++) {
        struct text part = text_slice(pieces[i], 0, most - taken);
        buffer_add(&play->written, part);
        taken += part.length;
        total += pieces[i].length;
    }
    size_t reached = taken + more < total ? taken + more : total;
    smtp_wrote(play->smtp, taken, reached, play->now_ms);
}

static void offer(struct play *play)
{
    unsigned key = play->offered;
    if (smtp_wants(play->smtp) == 0 || key == MESSAGES)
        return;
    play->offered++;
    snprintf(play->bodies[key], BODY, "#%03u%s\r\n", key, key % 3 == 0 ? "\r\n.dot" : "");
    snprintf(play->addresses[key], BODY, "%u@x.example", key);
    struct smtp_message message = {.key = key,
                                   .from = text_of(play->addresses[key]),
                                   .to = text_of(play->addresses[key]),
                                   .body = text_of(play->bodies[key])};
    play->fates[key].offered = true;
    smtp_offer(play->smtp, &message, play->now_ms);
}

static void decide(struct play *play, bool granted)
{
    for (unsigned key = 0; key < play->offered; key++) {
        struct fate *fate = &play->fates[key];
        if (!fate->asked || fate->granted || fate->ended)
            continue;
        fate->granted = granted;
        if (granted)
            smtp_grant(play->smtp, key, play->now_ms);
        else
            smtp_veto(play->smtp, key, play->now_ms);
        return;
    }
}

static void step(struct play *play)
{
    switch (next_byte(play) % 12) {
    case 0:
    case 1:
        offer(play);
        break;
    case 2:
    case 3:
        decide(play, true);
        break;
    case 4:
        decide(play, next_byte(play) % 8 != 0);
        break;
    case 5:
        write_some(play, next_byte(play), next_byte(play) % 32);
        break;
    case 6:
        smtp_tick(play->smtp, play->now_ms += next_byte(play) * 3000);
        break;
    case 7:
        if (next_byte(play) % 16 == 0)
            server_babbles(play);
        break;
    case 8:
        if (next_byte(play) % 32 == 0)
            smtp_finish(play->smtp, play->now_ms);
        break;
    case 9:
        write_some(play, SIZE_MAX, 0);
        break;
    default:
        server_says(play);
    }
    take_events(play);
    must(smtp_outstanding(play->smtp) <= play->depth);
    must(outstanding(play) <= play->depth);
}

static void begin(struct play *play)
{
    uint8_t mood = next_byte(play);
    struct smtp_settings settings = {
        .capabilities = {.pipelining = mood & 1, .chunking = mood & 2, .size_known = mood & 4},
        .depth = (mood >> 3) % 5 + 1,
        .plain_data = mood & 128,
    };
    bool deep = (mood & 3) == 3 && !settings.plain_data;
    play->depth = deep ? settings.depth : 1;
    play->written = BUFFER_INIT(1024 * 1024);
    play->smtp = smtp_open(&settings, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct play *play = memory_take(sizeof(*play));
    play->data = data;
    play->size = size;
    begin(play);
    while (play->size > 0 && !play->ended && play->steps++ < STEPS)
        step(play);
    smtp_lost(play->smtp, play->now_ms);
    take_events(play);
    must(play->ended);
    for (unsigned key = 0; key < play->offered; key++)
        must(play->fates[key].ended);
    smtp_close(play->smtp);
    buffer_free(&play->written);
    memory_free(play);
    return 0;
}
