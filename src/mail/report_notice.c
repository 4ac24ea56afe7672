/*
 * Report notice: the words of a bounce that are for people, where no machine part speaks.
 *
 * Mail programs never agreed on a form, but on a layout: an opening, then each address at the head
 * of a line or behind a label, then its reason, then the returned message behind a marker. So one
 * reader does for all of them, led by three tables: where the returned message begins, which words
 * before an address make it the recipient, and which make it somebody else.
 */
#include "mail/report_reading.h"

#include <string.h>

#include "mail/report_address.h"
#include "mail/report_decode.h"

#include "base/banned.h"

enum { NOTICE_TEXT = 64 * 1024, CANDIDATES = 256, ENOUGH_TEXT = 40 };

/* --- Gathering --- */

static bool starts_with_one(struct text text, const char *const *names)
{
    for (; *names != NULL; names++)
        if (text_starts_nocase(text, text_of(*names)))
            return true;
    return false;
}

/* The message comes back behind one of these; dashes, bars and blanks around are not looked at. */
static bool is_marker(struct text line)
{
    static const char *const words[] = {"below this line is a copy",
                                        "this is a copy of",
                                        "here is a copy",
                                        "original message",
                                        "unsent message",
                                        "message headers follow",
                                        "message header follows",
                                        "message text follows",
                                        "returned message",
                                        "undelivered message",
                                        "copy of your message",
                                        "copy of the original",
                                        "the following is a copy",
                                        "below is a copy",
                                        "a copy of the original",
                                        "start of returned",
                                        "message contents follow",
                                        "the original message follows",
                                        "your original message",
                                        "the message header",
                                        "headers of the original",
                                        "header of the original",
                                        "the header from the original",
                                        "the headers of the original",
                                        "included message",
                                        "attached message",
                                        "forwarded message",
                                        "text of your message",
                                        "the text of your message",
                                        "your message follows",
                                        "your message reads",
                                        "content-type: message/rfc822",
                                        "content-type: text/rfc822-headers",
                                        "message details follow",
                                        "first lines of the message",
                                        "the body of the message",
                                        "original mail follows",
                                        "--- original",
                                        "ursprüngliche nachricht",
                                        "message d'origine",
                                        "mensaje original",
                                        "mensagem original",
                                        NULL};
    static const char *const fields[] = {"received:",
                                         "return-path:",
                                         "dkim-signature:",
                                         "x-received:",
                                         "message-id:",
                                         "arc-seal:",
                                         "x-originating-ip:",
                                         "mime-version:",
                                         "x-google-dkim-signature:",
                                         NULL};
    if (starts_with_one(line, fields))
        return true;
    while (line.length > 0 && memchr("-=|*_#+> \t", line.at[0], 10) != NULL)
        line = text_after(line, 1);
    return starts_with_one(line, words);
}

static bool is_opened(const struct parts *parts, size_t i)
{
    return text_starts_nocase(parts->part[i].type, TEXT("multipart/")) && i + 1 < parts->count &&
           parts->part[i + 1].depth > parts->part[i].depth;
}

/* A head of the returned message in place of a part's own: some programs forget the latter. */
static bool is_bare_message(struct arena *arena, const struct part *part)
{
    return part_field(arena, part, TEXT("Received")).length > 0 ||
           part_field(arena, part, TEXT("Message-ID")).length > 0;
}

static bool is_readable(const struct part *part)
{
    static const char *const others[] = {"message/", "application/", "image/", "audio/",
                                         "video/",   "font/",        NULL};
    return !part->is_returned && !starts_with_one(part->type, others);
}

static void notice_split(struct reading *reading, struct text all)
{
    struct text line, rest = all;
    reading->notice = all;
    bool has_words = false;
    while (text_take_line(&rest, &line)) {
        if (has_words && is_marker(line)) {
            size_t at = (size_t)(line.at - all.at);
            reading->notice = text_slice(all, 0, at);
            reading->returned = text_after(all, at);
            return;
        }
        has_words |= text_trim(line).length > 0;
    }
}

void notice_read(struct reading *reading)
{
    BUFFER(all, NOTICE_TEXT);
    struct parts *parts = &reading->parts;
    for (size_t i = 0; i < parts->count; i++) {
        struct part *part = &parts->part[i];
        part->is_returned |= i > 0 && !part->is_message && is_bare_message(reading->arena, part);
        bool is_html = part_is(part, TEXT("text/html"));
        if (!is_readable(part) || is_opened(parts, i) || (is_html && all.length > ENOUGH_TEXT))
            continue;
        struct text text = part_text(reading->arena, part);
        buffer_add(&all, text_slice(text, 0, NOTICE_TEXT - all.length - 1));
        buffer_add_byte(&all, '\n');
    }
    notice_split(reading, arena_text(reading->arena, buffer_text(&all)));
}

/* --- Candidates --- */

enum score {
    SCORE_NONE,   /* somebody else */
    SCORE_PROSE,  /* named somewhere */
    SCORE_NAMED,  /* behind words that speak of recipients */
    SCORE_LISTED, /* at the head of a line, or behind a label */
};

struct candidate {
    struct text address;
    enum score score;
};

struct candidates {
    struct candidate candidate[CANDIDATES];
    size_t count;
};

/* With whole words: "userid" does not end with "id". */
static bool ends_with_one(struct text text, const char *const *names)
{
    for (; *names != NULL; names++) {
        struct text name = text_of(*names);
        if (!text_ends_nocase(text, name))
            continue;
        size_t before = text.length - name.length;
        char byte = before == 0 ? ' ' : text_lower_byte(text.at[before - 1]);
        if (!((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9')))
            return true;
    }
    return false;
}

/* Without the brackets and quotes an address stands in. */
static struct text without_opening(struct text before)
{
    while (before.length > 0 && memchr(" \t<\"'([{:=*", before.at[before.length - 1], 11) != NULL)
        before.length--;
    return before;
}

static bool is_someone_else(struct text before)
{
    static const char *const words[] = {"source",       "from",          "sender",
                                        "reply-to",     "return-path",   "contact",
                                        "contacting",   "assistance",    "errors-to",
                                        "message-id",   "message id",    "mailto",
                                        "e-mail us at", "email us at",   "write to",
                                        "send mail to", "send email to", "send e-mail to",
                                        "report to",    "reported to",   "envelope-from",
                                        "originator",   "on behalf of",  "by",
                                        "in-reply-to",  "references",    "id",
                                        "please email", "forward to",    "help, please contact",
                                        "questions to", "support",       "help",
                                        "or",           "admin",         NULL};
    return ends_with_one(before, words);
}

static bool is_label(struct text before)
{
    static const char *const words[] = {"recipient",
                                        "recipients",
                                        "emailaddress",
                                        "final-recipient: rfc822;",
                                        "rcpt to",
                                        "rcptto",
                                        "to",
                                        "unknown user",
                                        "user unknown",
                                        "delivered to",
                                        "your mail to",
                                        "your message to",
                                        "undeliverable to",
                                        "attempts",
                                        "following address",
                                        "following addresses",
                                        "recipient address",
                                        "failed recipient",
                                        "address",
                                        "bad address",
                                        "invalid recipient",
                                        "could not be delivered to",
                                        "unknown address",
                                        "user",
                                        "mailbox",
                                        "account",
                                        "for",
                                        "an",
                                        "à",
                                        "para",
                                        "destinataire",
                                        "empfänger",
                                        "destinatario",
                                        NULL};
    return ends_with_one(before, words);
}

/* Addresses that are named in every notice and are hardly ever its subject. */
static bool is_office(struct text address)
{
    static const char *const names[] = {"postmaster@", "mailer-daemon@", "abuse@",     "support@",
                                        "helpdesk@",   "hostmaster@",    "webmaster@", "root@",
                                        "admin@",      "help@",          "noc@",       NULL};
    return starts_with_one(address, names);
}

static struct text without_bullets(struct text before)
{
    while (before.length > 0 && memchr(" \t<>*-|\"'([o.#", before.at[0], 14) != NULL)
        before = text_after(before, 1);
    return before;
}

static bool is_own(const struct reading *reading, struct text address)
{
    const struct report_evidence *evidence = &reading->report->evidence;
    if (text_equal_nocase(address, reading->report->from))
        return true;
    for (size_t i = 0; i < evidence->return_path_count; i++)
        if (text_equal_nocase(address, evidence->return_paths[i]))
            return true;
    return false;
}

static enum score score_of(const struct reading *reading, struct text line, struct text previous,
                           struct text address)
{
    struct text before = text_slice(line, 0, (size_t)(address.at - line.at));
    struct text after = text_after(line, before.length + address.length);
    struct text words = without_opening(before);
    bool is_first = without_bullets(before).length == 0;
    bool is_closed = text_starts(after, TEXT(">:")) || text_starts(after, TEXT(":"));
    if (is_first && is_office(address) && !is_closed)
        return SCORE_NONE;
    if (is_first && is_someone_else(text_trim(previous)))
        return SCORE_NONE;
    if (!is_first && (is_someone_else(words) || is_office(address)))
        return SCORE_NONE;
    if (is_own(reading, address)) /* hardly ever, but a forwarded bounce may name it */
        return (is_first && is_closed) || is_label(words) ? SCORE_PROSE : SCORE_NONE;
    if (is_first)
        return SCORE_LISTED;
    struct text head = without_bullets(before);
    bool is_short = words.length < 40 && head.length > 0;
    if (is_label(words))
        return is_short ? SCORE_LISTED : SCORE_NAMED;
    return SCORE_PROSE;
}

static void candidate_add(struct candidates *candidates, struct text address, enum score score)
{
    if (score == SCORE_NONE)
        return;
    for (size_t i = 0; i < candidates->count; i++) {
        struct candidate *known = &candidates->candidate[i];
        if (!text_equal_nocase(known->address, address))
            continue;
        known->score = known->score > score ? known->score : score;
        return;
    }
    if (candidates->count < CANDIDATES)
        candidates->candidate[candidates->count++] = (struct candidate){address, score};
}

static void candidates_find(const struct reading *reading, struct candidates *ret_candidates)
{
    struct text line, previous = {0}, address, rest = reading->notice;
    ret_candidates->count = 0;
    while (text_take_line(&rest, &line)) {
        size_t at = 0;
        while (address_next(line, &at, &address))
            candidate_add(ret_candidates, address, score_of(reading, line, previous, address));
        if (text_trim(line).length > 0)
            previous = line;
    }
}

static void recipient_add(struct reading *reading, struct text address, struct text source)
{
    struct report_recipient *recipient = reading_recipient(reading, address);
    if (recipient != NULL && recipient->source.length == 0)
        recipient->source = source;
}

/* Exim and Gmail name them in the head. */
static void recipients_marked(struct reading *reading)
{
    struct text value, address;
    size_t field = 0;
    while (part_field_next(reading->arena, reading->head, TEXT("X-Failed-Recipients"), &field,
                           &value)) {
        size_t at = 0;
        value = decode_words(reading->arena, value);
        while (address_next(value, &at, &address))
            recipient_add(reading, address, TEXT("X-Failed-Recipients"));
    }
}

static void recipients_listed(struct reading *reading)
{
    struct candidates candidates;
    enum score best = SCORE_NONE;
    candidates_find(reading, &candidates);
    for (size_t i = 0; i < candidates.count; i++)
        if (candidates.candidate[i].score > best)
            best = candidates.candidate[i].score;
    for (size_t i = 0; i < candidates.count; i++) {
        if (candidates.candidate[i].score != best)
            continue;
        recipient_add(reading, candidates.candidate[i].address, TEXT("text"));
        if (best == SCORE_PROSE)
            return; /* the first one named; the others are guesses */
    }
}

static struct text field_in_lines(struct text text, struct text name)
{
    struct text line;
    while (text_take_line(&text, &line))
        if (text_starts_nocase(line, name) && text_starts(text_after(line, name.length), TEXT(":")))
            return text_trim(text_after(line, name.length + 1));
    return (struct text){0};
}

struct text reading_returned_field(struct reading *reading, struct text name)
{
    for (size_t i = 1; i < reading->parts.count; i++) {
        const struct part *part = &reading->parts.part[i];
        struct text value = part_field(reading->arena, part, name);
        if (!part->is_returned)
            continue;
        if (value.length == 0 && part_is(part, TEXT("text/rfc822-headers")))
            value = field_in_lines(part_text(reading->arena, part), name);
        if (value.length > 0)
            return value;
    }
    return field_in_lines(reading->returned, name);
}

static void recipient_returned(struct reading *reading)
{
    struct text address;
    struct text to = reading_returned_field(reading, TEXT("To"));
    size_t at = 0;
    if (address_next(to, &at, &address))
        recipient_add(reading, address, TEXT("To of the returned message"));
}

void notice_recipients(struct reading *reading)
{
    recipients_marked(reading);
    if (reading->report->recipient_count == 0)
        recipients_listed(reading);
    if (reading->report->recipient_count == 0 && !dsn_read_returned(reading))
        recipient_returned(reading);
}

/* --- What is said about one of them --- */

static bool names_another(const struct reading *reading, struct text line, struct text address)
{
    const struct report *report = reading->report;
    for (size_t i = 0; i < report->recipient_count; i++)
        if (!text_equal_nocase(report->recipients[i].address, address) &&
            text_find_nocase(line, report->recipients[i].address) != TEXT_NONE)
            return true;
    return false;
}

enum { OTHERS_COMPARED = 20, SENTENCE = 100 };

/* A paragraph of one sentence before the address is about it: "The user's account is disabled." */
static bool is_sentence(struct text line, struct text before)
{
    line = text_trim(line);
    return text_trim(before).length == 0 && line.length < SENTENCE && text_ends(line, TEXT("."));
}

struct text notice_about(struct reading *reading, struct text address)
{
    BUFFER(about, REPORT_DIAGNOSTIC);
    struct text line, sentence = {0}, previous = {0}, rest = reading->notice;
    bool is_about = false;
    bool has_others =
        reading->report->recipient_count > 1 && reading->report->recipient_count <= OTHERS_COMPARED;
    while (address.length > 0 && text_take_line(&rest, &line) && !about.overflowed) {
        if (text_find_nocase(line, address) != TEXT_NONE) {
            if (!is_about && about.length == 0 && !has_others) {
                buffer_add(&about, sentence);
                buffer_add_byte(&about, 10);
            }
            is_about = true;
        } else if (is_about && has_others && names_another(reading, line, address)) {
            is_about = false;
        }
        if (is_sentence(line, previous))
            sentence = line;
        else if (text_trim(line).length > 0)
            sentence = (struct text){0};
        previous = line;
        if (!is_about)
            continue;
        buffer_add(&about, line);
        buffer_add_byte(&about, '\n');
    }
    return text_trim(arena_text(reading->arena, buffer_text(&about)));
}
