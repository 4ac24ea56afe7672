/* SMTP: what the words behind 250 in an EHLO reply promise. */
#include <string.h>

#include "base/banned.h"
#include "wire/smtp.h"

static const struct capability {
    struct text keyword;
    size_t offset;
} capabilities[] = {
    {TEXT_INIT("PIPELINING"), offsetof(struct smtp_capabilities, pipelining)},
    {TEXT_INIT("CHUNKING"), offsetof(struct smtp_capabilities, chunking)},
    {TEXT_INIT("8BITMIME"), offsetof(struct smtp_capabilities, eight_bit)},
    {TEXT_INIT("SMTPUTF8"), offsetof(struct smtp_capabilities, smtputf8)},
    {TEXT_INIT("ENHANCEDSTATUSCODES"), offsetof(struct smtp_capabilities, enhanced)},
    {TEXT_INIT("SIZE"), offsetof(struct smtp_capabilities, size_known)},
};

void smtp_capability_read(struct smtp_capabilities *offered, struct text line)
{
    struct text keyword, rest = text_trim(line);
    if (!text_take_until(&rest, ' ', &keyword))
        return;
    for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++)
        if (text_equal_nocase(keyword, capabilities[i].keyword))
            *(bool *)((char *)offered + capabilities[i].offset) = true;
    uint64_t size;
    /* RFC 1870 4: no number, or 0, means that no fixed limit is in force. */
    if (text_equal_nocase(keyword, TEXT("SIZE")) && text_to_number(text_trim(rest), &size))
        offered->size = size;
}
