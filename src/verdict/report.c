/*
 * Report: what a mail that came home says, and about whom.
 *
 * A machine part is believed first, words last. MIME is cut by a scanner of our own
 * (report_part.h says why), so no library stands between a stranger's bytes and this file.
 */
#include "verdict/report.h"

#include <string.h>

#include "verdict/report_address.h"
#include "verdict/report_decode.h"
#include "verdict/report_form.h"
#include "verdict/report_reading.h"
#include "verdict/verdict_words.h"

#include "base/banned.h"

/* --- Shared with the readers of the forms --- */

/* Most mails are about one, a few about hundreds. */
static void make_room(struct reading *reading)
{
    struct report *report = reading->report;
    if (report->recipient_count < reading->recipient_room)
        return;
    reading->recipient_room = reading->recipient_room == 0 ? 2 : reading->recipient_room * 4;
    struct report_recipient *more =
        arena_array(reading->arena, struct report_recipient, reading->recipient_room);
    if (report->recipient_count > 0)
        memcpy(more, report->recipients, report->recipient_count * sizeof(*more));
    report->recipients = more;
}

struct report_recipient *reading_recipient(struct reading *reading, struct text address)
{
    struct report *report = reading->report;
    for (size_t i = 0; i < report->recipient_count; i++)
        if (text_equal_nocase(report->recipients[i].address, address))
            return &report->recipients[i];
    if (report->recipient_count == REPORT_RECIPIENTS)
        return NULL;
    make_room(reading);
    struct report_recipient *recipient = &report->recipients[report->recipient_count++];
    *recipient = (struct report_recipient){.address = address};
    recipient->facts.stage = STAGE_BOUNCE;
    recipient->facts.kind = KIND_BOUNCE;
    return recipient;
}

struct text reading_address(struct text value)
{
    struct text address;
    size_t at = 0;
    if (address_next(value, &at, &address))
        return address;
    size_t semicolon = text_find_byte(value, ';');
    value = text_trim(semicolon == TEXT_NONE ? value : text_after(value, semicolon + 1));
    while (value.length > 0 && strchr("<\"", value.at[0]) != NULL)
        value = text_after(value, 1);
    while (value.length > 0 && strchr(">\"", value.at[value.length - 1]) != NULL)
        value.length--;
    return text_slice(value, 0, REPORT_ADDRESS);
}

bool reading_is_ours(const struct reading *reading, struct text address)
{
    const struct report_evidence *evidence = &reading->report->evidence;
    for (size_t i = 0; i < evidence->return_path_count; i++)
        if (text_equal_nocase(address, evidence->return_paths[i]))
            return true;
    return false;
}

/* --- Judging --- */

/* The server's own code says more than what its client made of it, unless it says nothing; but
 * only the client knows that it gave up. */
static struct enhanced better_enhanced(struct enhanced status, struct enhanced said)
{
    bool is_vague = said.class == 0 || (said.subject == 0 && said.detail == 0);
    bool is_expired = status.class != 0 && status.subject == 4 && status.detail == 7;
    return status.class != 0 && (is_vague || is_expired) ? status : said;
}

/* "<bounces@example.org> does not exist" is said of us, not of the reader, when that is where our
 * bounces go: the address is called the sender's then, for those who read the words. */
static struct text with_sender_named(struct reading *reading, struct text text,
                                     struct text recipient)
{
    struct text address;
    size_t at = 0, copied = 0;
    BUFFER(out, 2 * REPORT_DIAGNOSTIC);
    if (text.length > REPORT_DIAGNOSTIC)
        return text;
    while (address_next(text, &at, &address)) {
        size_t start = (size_t)(address.at - text.at);
        if (text_equal_nocase(address, recipient) || !reading_is_ours(reading, address))
            continue;
        buffer_add(&out, text_slice(text, copied, start - copied));
        buffer_add_string(&out, "sender ");
        copied = start;
    }
    if (copied == 0 && out.length == 0)
        return text;
    buffer_add(&out, text_after(text, copied));
    return out.overflowed ? text : arena_text(reading->arena, buffer_text(&out));
}

/* A text without a code of its own keeps the code that was found nearer to the recipient. */
static struct verdict judge_by(struct reading *reading, struct report_recipient *recipient,
                               struct enhanced status, struct text text)
{
    struct facts *facts = &recipient->facts;
    uint16_t code = code_find(text);
    facts->text = with_sender_named(reading, text, recipient->address);
    facts->code = code == 0 ? facts->code : code;
    facts->enhanced = better_enhanced(status, code_find_enhanced(text));
    struct verdict verdict = verdict_of(facts);
    facts->text = text;
    return verdict;
}

static enum facts_command command_of(const struct form *form, struct text about)
{
    struct verdict_hits hits;
    enum facts_command command = code_find_command(about);
    if (command != COMMAND_UNKNOWN)
        return command;
    verdict_words_find(about, &hits);
    command = verdict_words_command(hits.signs);
    return command != COMMAND_UNKNOWN ? command : form_command(form, about);
}

/* Text that stands further from the recipient is asked only while what stands nearer is unclear. */
static void recipient_judge(struct reading *reading, struct report_recipient *recipient)
{
    const struct report *report = reading->report;
    struct enhanced status = recipient->facts.enhanced;
    struct text about = notice_about(reading, recipient->address);
    bool is_alone = report->recipient_count == 1;
    const struct text texts[] = {recipient->diagnostic, about,
                                 is_alone ? reading->notice : (struct text){0}, report->subject};
    recipient->facts.command =
        command_of(reading->form, about.length > 0 ? about : reading->notice);
    struct facts best_facts = recipient->facts;
    recipient->verdict = judge_by(reading, recipient, status, recipient->diagnostic);
    best_facts = recipient->facts;
    for (size_t i = 1; i < sizeof(texts) / sizeof(texts[0]); i++) {
        bool is_clear = recipient->verdict.weight >= VERDICT_CLEAR ||
                        recipient->verdict.class == CLASS_DELIVERED;
        if (is_clear || texts[i].length == 0)
            continue;
        struct verdict verdict = judge_by(reading, recipient, status, texts[i]);
        if (verdict.weight > recipient->verdict.weight || best_facts.text.length == 0) {
            recipient->verdict = verdict;
            best_facts = recipient->facts;
        }
    }
    recipient->facts = best_facts;
}

/* Blanks and line ends become one blank each. */
static struct text folded(struct arena *arena, struct text text)
{
    text = text_slice(text_trim(text), 0, REPORT_DIAGNOSTIC);
    char *line = arena_take(arena, text.length);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        bool is_blank = memchr(" \t\n", text.at[i], 3) != NULL;
        if (!is_blank)
            line[length++] = text.at[i];
        else if (length > 0 && line[length - 1] != ' ')
            line[length++] = ' ';
    }
    return text_from(line, length);
}

static void recipient_finish(struct reading *reading, struct report_recipient *recipient)
{
    char status[ENHANCED_STRING];
    const struct facts *facts = &recipient->facts;
    recipient->status =
        arena_text(reading->arena, text_of(enhanced_string(facts->enhanced, status)));
    recipient->reply_code = facts->code;
    recipient->diagnostic = folded(reading->arena, facts->text);
}

static void recipients_judge(struct reading *reading)
{
    struct report *report = reading->report;
    for (size_t i = 0; i < report->recipient_count; i++) {
        recipient_judge(reading, &report->recipients[i]);
        recipient_finish(reading, &report->recipients[i]);
    }
}

/* --- Kinds --- */

static bool all_are(const struct report *report, enum facts_action a, enum facts_action b,
                    enum facts_action c)
{
    for (size_t i = 0; i < report->recipient_count; i++) {
        enum facts_action action = report->recipients[i].facts.action;
        if (action != a && action != b && action != c)
            return false;
    }
    return report->recipient_count > 0;
}

static void bounce_read(struct reading *reading)
{
    struct report *report = reading->report;
    if (report->recipient_count == 0)
        list_recipients(reading);
    if (report->recipient_count == 0)
        reading_recipient(reading, (struct text){0});
    if (all_are(report, ACTION_NONE, ACTION_NONE, ACTION_NONE) && kind_is_delay(reading))
        for (size_t i = 0; i < report->recipient_count; i++)
            report->recipients[i].facts.action = ACTION_DELAYED;
    report->delayed = all_are(report, ACTION_DELAYED, ACTION_DELAYED, ACTION_DELAYED);
    recipients_judge(reading);
}

static void kind_set(struct report *report, enum facts_kind kind, struct text form)
{
    report->kind = kind;
    report->is_bounce = kind == KIND_BOUNCE;
    report->form = form;
    for (size_t i = 0; i < report->recipient_count; i++) {
        report->recipients[i].facts.kind = kind;
        report->recipients[i].facts.feedback_type = report->feedback_type;
        report->recipients[i].verdict = verdict_of(&report->recipients[i].facts);
    }
}

/* The first message within the message, to the end of the mail; empty when there is none. */
static struct text inner_mail(const struct parts *parts, struct text mail)
{
    for (size_t i = 1; i < parts->count; i++)
        if (parts->part[i].is_message && parts->part[i].field_count > 0)
            return text_after(mail, (size_t)(parts->part[i].fields[0].name.at - mail.at));
    return (struct text){0};
}

static bool has_part(const struct reading *reading, struct text type)
{
    for (size_t i = 0; i < reading->parts.count; i++)
        if (!reading->parts.part[i].is_returned && part_is(&reading->parts.part[i], type))
            return true;
    return false;
}

static void forms_read(struct reading *reading)
{
    struct report *report = reading->report;
    if (arf_read(reading)) {
        kind_set(report, KIND_COMPLAINT, TEXT("RFC 5965"));
    } else if (dsn_read(reading)) {
        bool is_success = all_are(report, ACTION_DELIVERED, ACTION_RELAYED, ACTION_EXPANDED);
        bounce_read(reading);
        report->form = TEXT("RFC 3464");
        report->kind = is_success ? KIND_OTHER : KIND_BOUNCE;
    } else if (has_part(reading, TEXT("message/disposition-notification"))) {
        bool is_refusal = mdn_read_refusal(reading);
        kind_set(report, is_refusal ? KIND_BOUNCE : KIND_AUTOREPLY, TEXT("RFC 8098"));
        if (is_refusal)
            bounce_read(reading);
    } else {
        enum facts_kind kind = kind_of(reading);
        if (kind == KIND_UNSUBSCRIBE) /* who asks; the token in To proves for whom */
            reading_recipient(reading, report->from);
        kind_set(report, kind, reading->form != NULL ? text_of(reading->form->name) : TEXT("text"));
        if (kind == KIND_BOUNCE)
            bounce_read(reading);
    }
    report->is_bounce = report->kind == KIND_BOUNCE;
}

static void mail_read(struct arena *arena, struct text mail, struct report *ret_report,
                      struct text *ret_inner)
{
    struct reading reading = {.arena = arena, .report = ret_report};
    *ret_report = (struct report){0};
    part_cut(arena, mail, &reading.parts);
    reading.head = &reading.parts.part[0];
    struct text subject = part_field(arena, reading.head, TEXT("Subject"));
    struct text from = part_field(arena, reading.head, TEXT("From"));
    ret_report->subject = decode_words(arena, text_slice(subject, 0, REPORT_DIAGNOSTIC));
    reading.from = decode_words(arena, text_slice(from, 0, REPORT_DIAGNOSTIC));
    ret_report->from = reading_address(reading.from);
    notice_read(&reading);
    reading.form = form_of(&reading);
    evidence_read(&reading);
    forms_read(&reading);
    *ret_inner = inner_mail(&reading.parts, mail);
}

/* Nothing in the mail itself says whom it is about. */
static bool is_silent(const struct report *report)
{
    if (report->kind == KIND_OTHER || report->kind == KIND_AUTOREPLY)
        return report->recipient_count == 0;
    return report->kind == KIND_BOUNCE && report->recipient_count == 1 &&
           text_equal(report->recipients[0].source, text_of(report_source_returned));
}

/* Somebody sends on a bounce or a complaint that came to them: what they say around it is not
 * asked, what lies in it is. One such envelope is opened, no more. */
static void forwarded_read(struct arena *arena, struct text inner, struct report *report)
{
    struct report forwarded;
    struct text deeper;
    mail_read(arena, inner, &forwarded, &deeper);
    if (forwarded.kind != KIND_BOUNCE && forwarded.kind != KIND_COMPLAINT)
        return;
    *report = forwarded;
    report->form = arena_printf(arena, "%.*s, forwarded", TEXT_ARGS(forwarded.form));
}

void report_read(struct arena *arena, struct text mail, struct report *ret_report)
{
    struct text inner, lines = part_lines(arena, text_slice(mail, 0, REPORT_MAIL));
    mail_read(arena, lines, ret_report, &inner);
    if (inner.length > 0 && is_silent(ret_report))
        forwarded_read(arena, inner, ret_report);
}
