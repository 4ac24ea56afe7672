/*
 * Report evidence: what may lead from a mail to the delivery it answers.
 *
 * Collected, not believed: a token is checked and a Message-ID looked up by those who can.
 */
#include <string.h>

#include "verdict/report_reading.h"

#include "base/banned.h"

static void evidence_add(struct text *list, size_t *count, struct text value)
{
    value = text_trim(value);
    if (value.length == 0 || value.length > REPORT_ADDRESS || *count == REPORT_EVIDENCE)
        return;
    for (size_t i = 0; i < *count; i++)
        if (text_equal_nocase(list[i], value))
            return;
    list[(*count)++] = value;
}

static bool is_address_byte(char byte)
{
    return byte > ' ' && byte != 127 && strchr("<>,;:()[]\"", byte) == NULL;
}

/* Every "x@y" in a value: address lists, "for <a@b>" in Received. */
static void addresses_add(struct text value, struct text *list, size_t *count)
{
    size_t start = 0;
    for (size_t i = 0; i <= value.length; i++) {
        if (i < value.length && is_address_byte(value.at[i]))
            continue;
        struct text word = text_slice(value, start, i - start);
        if (text_find_byte(word, '@') != TEXT_NONE)
            evidence_add(list, count, word);
        start = i + 1;
    }
}

/* Where the mail was sent to: our return path, if it is a bounce of ours. */
static void return_paths(struct reading *reading)
{
    static const char *const names[] = {"Delivered-To", "X-Original-To", "X-Envelope-To",
                                        "Envelope-To",  "X-RCPT-To",     "To",
                                        "Cc",           "X-Delivered-To"};
    struct report_evidence *evidence = &reading->report->evidence;
    struct text value;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t at = 0;
        while (part_field_next(reading->arena, reading->head, text_of(names[i]), &at, &value))
            addresses_add(value, evidence->return_paths, &evidence->return_path_count);
    }
}

static void ids_add(struct reading *reading, struct text value)
{
    struct report_evidence *evidence = &reading->report->evidence;
    addresses_add(value, evidence->message_ids, &evidence->message_id_count);
}

static void fields_read(struct reading *reading, const struct part *part)
{
    static const char *const ids[] = {"Message-ID", "X-Original-Message-ID", "Original-Message-ID",
                                      "In-Reply-To", "References"};
    struct report_evidence *evidence = &reading->report->evidence;
    struct text value;
    bool is_own_head = part == reading->head;
    for (size_t i = is_own_head ? 1 : 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        size_t at = 0;
        while (part_field_next(reading->arena, part, text_of(ids[i]), &at, &value))
            ids_add(reading, value);
    }
    if (is_own_head)
        return;
    struct text path = part_field(reading->arena, part, TEXT("Return-Path"));
    addresses_add(path, evidence->return_paths, &evidence->return_path_count);
    if (evidence->broadside.length == 0)
        evidence->broadside = part_field(reading->arena, part, TEXT("X-Broadside"));
}

/* Lines of a text that are fields of the message it quotes. */
static void text_read(struct reading *reading, struct text text)
{
    struct text line;
    struct report_evidence *evidence = &reading->report->evidence;
    while (text_take_line(&text, &line)) {
        while (line.length > 0 && memchr("> \t|", line.at[0], 4) != NULL)
            line = text_after(line, 1);
        size_t colon = text_find_byte(text_slice(line, 0, 32), ':');
        if (colon == TEXT_NONE)
            continue;
        struct text name = text_slice(line, 0, colon), value = text_after(line, colon + 1);
        bool is_id = text_ends_nocase(name, TEXT("message-id")) ||
                     text_equal_nocase(name, TEXT("original message id"));
        if (is_id && text_trim(value).length == 0)
            text_take_line(&text, &value); /* folded */
        if (is_id)
            ids_add(reading, value);
        else if (text_equal_nocase(name, TEXT("return-path")))
            addresses_add(value, evidence->return_paths, &evidence->return_path_count);
        else if (text_equal_nocase(name, TEXT("x-broadside")) && evidence->broadside.length == 0)
            evidence->broadside = text_trim(value);
    }
}

void evidence_read(struct reading *reading)
{
    return_paths(reading);
    for (size_t i = 0; i < reading->parts.count; i++)
        fields_read(reading, &reading->parts.part[i]);
    for (size_t i = 1; i < reading->parts.count; i++) {
        const struct part *part = &reading->parts.part[i];
        if (part_is(part, TEXT("text/rfc822-headers")) || part_is(part, TEXT("message/rfc822")))
            text_read(reading, part_text(reading->arena, part));
    }
    text_read(reading, reading->notice);
    text_read(reading, reading->returned);
}
