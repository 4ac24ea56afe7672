/*
 * Report ARF: complaints (RFC 5965), and the forms that came before it or beside it.
 *
 * A complaint names its reader badly: RFC 5965 3.2 makes Original-Rcpt-To optional and most
 * providers redact it, so the evidence (our return path, our Message-ID) is what matters.
 */
#include "verdict/report_reading.h"

#include "base/banned.h"

/* Fields of the outer mail that hold the complainant: Hotmail's JMRP, and others like it. */
static const char *const complainants[] = {"X-HmXmrOriginalRecipient", "X-Original-Rcpt-To",
                                           "X-MS-Exchange-Original-Recipient", NULL};

static void complainant_add(struct reading *reading, struct text value)
{
    struct text address = reading_address(value);
    size_t sign = text_find_byte(address, '@');
    if (sign == TEXT_NONE || sign + 1 == address.length) /* "redacted@" */
        return;
    struct report_recipient *recipient = reading_recipient(reading, address);
    if (recipient != NULL)
        recipient->source = TEXT("Original-Rcpt-To");
}

/* The second part: fields, among them any number of Original-Rcpt-To. */
static void feedback_read(struct reading *reading, struct text body)
{
    static const char *const names[] = {"Original-Rcpt-To", "Removal-Recipient"};
    struct part report = {0};
    struct text value;
    report.field_count = part_fields(reading->arena, &body, &report.fields);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t at = 0;
        while (part_field_next(reading->arena, &report, text_of(names[i]), &at, &value))
            complainant_add(reading, value);
    }
    reading->report->feedback_type = part_field(reading->arena, &report, TEXT("Feedback-Type"));
}

/* To of the message complained about, when the report itself names nobody. */
static void complainants_returned(struct reading *reading)
{
    for (const char *const *name = complainants; *name != NULL; name++)
        complainant_add(reading, reading_returned_field(reading, text_of(*name)));
    if (reading->report->recipient_count == 0)
        complainant_add(reading, reading_returned_field(reading, TEXT("To")));
}

static bool is_jmrp(struct reading *reading)
{
    bool found = false;
    for (const char *const *name = complainants; *name != NULL; name++) {
        struct text value = part_field(reading->arena, reading->head, text_of(*name));
        found |= value.length > 0;
        complainant_add(reading, value);
    }
    static const char *const subjects[] = {"complaint about message from",
                                           "email feedback report for ip", "[fbl] abuse report",
                                           "abuse report for", "fbl report"};
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]) && !found; i++)
        found = text_starts_nocase(reading->report->subject, text_of(subjects[i]));
    /* Feedback loops of the early kind mark every mail they send. */
    struct text loop = part_field(reading->arena, reading->head, TEXT("X-Loop"));
    return found || text_find_nocase(loop, TEXT("scomp")) != TEXT_NONE ||
           text_find_nocase(loop, TEXT("fbl")) != TEXT_NONE;
}

/* Amazon's notice in JSON. */
static bool is_json(struct reading *reading)
{
    struct text notice = reading->notice;
    if (!text_contains(notice, TEXT("\"notificationType\":\"Complaint\"")))
        return false;
    size_t at = text_find(notice, TEXT("\"complainedRecipients\""));
    if (at != TEXT_NONE)
        complainant_add(reading, text_slice(notice, at, REPORT_ADDRESS));
    return true;
}

bool arf_read(struct reading *reading)
{
    bool found = false;
    for (size_t i = 0; i < reading->parts.count; i++) {
        const struct part *part = &reading->parts.part[i];
        if (part->is_returned || !part_is(part, TEXT("message/feedback-report")))
            continue;
        found = true;
        feedback_read(reading, part_text(reading->arena, part));
    }
    if (!found)
        found = text_equal_nocase(reading->head->report_type, TEXT("feedback-report")) ||
                is_jmrp(reading) || is_json(reading);
    if (!found)
        return false;
    if (reading->report->feedback_type.length == 0)
        reading->report->feedback_type = TEXT("abuse");
    if (reading->report->recipient_count == 0)
        complainants_returned(reading);
    return true;
}
