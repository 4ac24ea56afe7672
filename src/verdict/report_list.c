/*
 * Report list: whom a notice is about, where no machine part says so.
 *
 * Every address in the notice is scored by where it stands: at the head of a line or behind a label
 * it is listed, behind words that speak of recipients it is named, else it is prose; behind words
 * that speak of senders and offices it is somebody else. The best score wins.
 */
#include <string.h>

#include "verdict/report_address.h"
#include "verdict/report_decode.h"
#include "verdict/report_reading.h"

#include "base/banned.h"

enum { CANDIDATES = 256 };

enum score {
    SCORE_NONE,   /* somebody else */
    SCORE_PROSE,  /* named somewhere */
    SCORE_NAMED,  /* behind words that speak of recipients */
    SCORE_LISTED, /* at the head of a line, or behind a label */
};

struct candidate {
    struct text address;
    enum score score;
    size_t indent; /* of a line it is the head of; 0 elsewhere */
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

static const char *const others[] = {"source",       "from",          "sender",
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

static bool is_someone_else(struct text before)
{
    return ends_with_one(before, others);
}

static const char *const labels[] = {"recipient",
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
                                     "smtp",
                                     "deliver to",
                                     "delivery to",
                                     "addressed to",
                                     "undeliverable address",
                                     "sent to",
                                     "the address",
                                     "email to",
                                     "mail to",
                                     "failed for",
                                     "email address",
                                     "message to",
                                     "recipient(s)",
                                     "expanded from",
                                     "email",
                                     "e-mail",
                                     "addressee",
                                     "original address",
                                     "receiver not found",
                                     "destination",
                                     "failed to deliver",
                                     NULL};

static bool is_label(struct text before)
{
    return ends_with_one(before, labels);
}

static const char *const offices[] = {"postmaster@", "mailer-daemon@", "abuse@",     "support@",
                                      "helpdesk@",   "hostmaster@",    "webmaster@", "root@",
                                      "admin@",      "help@",          "noc@",       NULL};

/* Addresses that are named in every notice and are hardly ever its subject. */
static bool is_office(struct text address)
{
    return text_starts_one_of(address, offices);
}

/* What may stand before an address at the head of a line: bullets, and the codes of a reply. */
static struct text without_bullets(struct text before)
{
    struct text all = text_trim(before);
    bool is_reply = code_find(text_slice(all, 0, 3)) != 0;
    while (before.length > 0 && (memchr(" \t<>*-|\"'([o.#:", before.at[0], 15) != NULL ||
                                 (is_reply && before.at[0] >= '0' && before.at[0] <= '9')))
        before = text_after(before, 1);
    return before;
}

static bool is_own(const struct reading *reading, struct text address)
{
    return text_equal_nocase(address, reading->report->from) || reading_is_ours(reading, address);
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
    if (text_ends_nocase(words, TEXT("expanded from"))) /* Sendmail, of aliases */
        return SCORE_LISTED;
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

static void candidate_add(struct candidates *candidates, struct text address, enum score score,
                          size_t indent)
{
    if (score == SCORE_NONE)
        return;
    for (size_t i = 0; i < candidates->count; i++) {
        struct candidate *known = &candidates->candidate[i];
        if (!text_equal_nocase(known->address, address))
            continue;
        known->score = known->score > score ? known->score : score;
        known->indent = known->indent < indent ? known->indent : indent;
        return;
    }
    if (candidates->count < CANDIDATES)
        candidates->candidate[candidates->count++] = (struct candidate){address, score, indent};
}

/* Blanks before an address at the head of its line; 0 for one behind a label. */
static size_t indent_of(struct text line, struct text address)
{
    size_t before = (size_t)(address.at - line.at), blanks = 0;
    while (blanks < before && memchr(" \t", line.at[blanks], 2) != NULL)
        blanks++;
    return without_bullets(text_slice(line, 0, before)).length == 0 ? blanks : 0;
}

static void candidates_find(const struct reading *reading, struct candidates *ret_candidates)
{
    struct text line, previous = {0}, address, rest = reading->notice;
    ret_candidates->count = 0;
    while (text_take_line(&rest, &line)) {
        size_t at = 0;
        while (address_next(line, &at, &address))
            candidate_add(ret_candidates, address, score_of(reading, line, previous, address),
                          indent_of(line, address));
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

/* Reasons are wrapped and set in further than the addresses they are about, so an address that a
 * wrapped line happens to begin with is none of the list. */
static void recipients_listed(struct reading *reading)
{
    struct candidates candidates;
    struct candidate best = {.score = SCORE_NONE, .indent = SIZE_MAX};
    candidates_find(reading, &candidates);
    for (size_t i = 0; i < candidates.count; i++) {
        const struct candidate *one = &candidates.candidate[i];
        if (one->score > best.score || (one->score == best.score && one->indent < best.indent))
            best = *one;
    }
    for (size_t i = 0; i < candidates.count; i++) {
        const struct candidate *one = &candidates.candidate[i];
        if (one->score != best.score || (best.score == SCORE_LISTED && one->indent > best.indent))
            continue;
        recipient_add(reading, one->address, TEXT("text"));
        if (best.score == SCORE_PROSE)
            return; /* the first one named; the others are guesses */
    }
}

const char *const report_source_returned = "To of the returned message";

static void recipient_returned(struct reading *reading)
{
    struct text address;
    struct text to = reading_returned_field(reading, TEXT("To"));
    size_t at = 0;
    if (address_next(to, &at, &address))
        recipient_add(reading, address, text_of(report_source_returned));
}

void list_recipients(struct reading *reading)
{
    recipients_marked(reading);
    if (reading->report->recipient_count == 0)
        recipients_listed(reading);
    if (reading->report->recipient_count == 0 && !dsn_read_returned(reading))
        recipient_returned(reading);
}
