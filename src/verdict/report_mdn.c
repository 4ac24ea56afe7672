/*
 * Report MDN: receipts (RFC 8098). Nearly all of them say what became of a mail that arrived, and
 * mean nothing here. But Sieve's "reject" (RFC 5429 2.1.2) refuses by a receipt: "deleted", with
 * the reader's own reason in the words.
 */
#include "verdict/report_reading.h"

#include "base/banned.h"

/* "automatic-action/MDN-sent-automatically; deleted/error": the type behind the mode. */
static bool is_deleted(struct text disposition)
{
    size_t semicolon = text_find_byte(disposition, ';');
    return semicolon != TEXT_NONE && text_starts_nocase(disposition, TEXT("automatic-action")) &&
           text_starts_nocase(text_trim(text_after(disposition, semicolon + 1)), TEXT("deleted"));
}

static bool fields_refuse(struct reading *reading, const struct part *receipt)
{
    struct arena *arena = reading->arena;
    struct text to = part_field(arena, receipt, TEXT("Final-Recipient"));
    if (!is_deleted(part_field(arena, receipt, TEXT("Disposition"))) || to.length == 0)
        return false;
    struct report_recipient *recipient = reading_recipient(reading, reading_address(to));
    if (recipient != NULL)
        recipient->source = TEXT("Final-Recipient");
    return recipient != NULL;
}

bool mdn_read_refusal(struct reading *reading)
{
    for (size_t i = 0; i < reading->parts.count; i++) {
        const struct part *part = &reading->parts.part[i];
        if (part->is_returned || !part_is(part, TEXT("message/disposition-notification")))
            continue;
        struct part receipt = {0};
        struct text body = part_text(reading->arena, part);
        receipt.field_count = part_fields(reading->arena, &body, &receipt.fields);
        return kind_is_refusal(reading) && fields_refuse(reading, &receipt);
    }
    return false;
}
