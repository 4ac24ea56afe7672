/*
 * Report notice: the words of a bounce that are for people, and the message they bring back.
 *
 * Mail programs never agreed on a form, but on a layout: an opening, then each address at the head
 * of a line or behind a label, then its reason, then the returned message behind a marker. So one
 * reader does for all of them. Here the notice is gathered and cut at the marker; who is meant,
 * report_list.c finds out.
 */
#include "verdict/report_reading.h"

#include <string.h>

#include "base/banned.h"

enum { NOTICE_TEXT = 64 * 1024, ENOUGH_TEXT = 40 };

/* --- Gathering --- */

static const char *const marker_words[] = {"below this line is a copy",
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

/* The message comes back without a word, its head first. */
static const char *const marker_fields[] = {"received:",
                                            "return-path:",
                                            "dkim-signature:",
                                            "x-received:",
                                            "message-id:",
                                            "arc-seal:",
                                            "x-originating-ip:",
                                            "mime-version:",
                                            "x-google-dkim-signature:",
                                            NULL};

/* The message comes back behind one of these; dashes, bars and blanks around are not looked at. */
static bool is_marker(struct text line)
{
    if (text_starts_one_of(line, marker_fields))
        return true;
    while (line.length > 0 && memchr("-=|*_#+> \t", line.at[0], 10) != NULL)
        line = text_after(line, 1);
    return text_starts_one_of(line, marker_words);
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
    return !part->is_returned && !text_starts_one_of(part->type, others);
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

/* A notice that somebody forwarded as quoted text, machine part and all, is one still. */
static struct text unquoted(struct arena *arena, struct text text)
{
    if (text_find_nocase(text, TEXT("\n> Final-Recipient:")) == TEXT_NONE)
        return text;
    char *plain = arena_take(arena, text.length);
    size_t length = 0;
    struct text line;
    while (text_take_line(&text, &line)) {
        size_t quote = text_starts(line, TEXT("> ")) ? 2 : text_starts(line, TEXT(">")) ? 1 : 0;
        line = text_after(line, quote);
        if (line.length > 0)
            memcpy(plain + length, line.at, line.length);
        length += line.length;
        plain[length++] = '\n';
    }
    return text_from(plain, length);
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
    struct text text = arena_text(reading->arena, buffer_text(&all));
    struct text plain = unquoted(reading->arena, text);
    reading->notice = plain;
    if (plain.at == text.at) /* a forwarded one begins with fields of its own */
        notice_split(reading, text);
}

/* --- The returned message --- */

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

/* Sendmail turns to the next server, and so to other recipients. */
static bool turns_away(struct text line)
{
    while (line.length > 0 && memchr(". ", line.at[0], 2) != NULL)
        line = text_after(line, 1);
    return text_starts_nocase(line, TEXT("while talking to"));
}

/* A paragraph of one sentence before the address is about it: "The user's account is disabled." */
static bool is_sentence(struct text line, struct text before)
{
    line = text_trim(line);
    return text_trim(before).length == 0 && line.length < SENTENCE && text_ends(line, TEXT("."));
}

/* In any case only for a few recipients: a list of hundreds is compared as it stands. */
static bool is_named(struct text line, struct text address, bool in_any_case)
{
    return in_any_case ? text_find_nocase(line, address) != TEXT_NONE
                       : text_contains(line, address);
}

struct text notice_about(struct reading *reading, struct text address)
{
    BUFFER(about, REPORT_DIAGNOSTIC);
    struct text line, sentence = {0}, previous = {0}, rest = reading->notice;
    bool is_about = false;
    bool is_few = reading->report->recipient_count <= OTHERS_COMPARED;
    bool has_others = is_few && reading->report->recipient_count > 1;
    while (address.length > 0 && text_take_line(&rest, &line) && !about.overflowed) {
        if (is_named(line, address, is_few)) {
            if (!is_about && about.length == 0 && !has_others) {
                buffer_add(&about, sentence);
                buffer_add_byte(&about, 10);
            }
            is_about = true;
        } else if (is_about && has_others &&
                   (turns_away(line) || names_another(reading, line, address))) {
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
