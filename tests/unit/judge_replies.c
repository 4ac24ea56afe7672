/*
 * Judges replies read from a file of JSON lines {"source","text","reply_code","status"} and prints
 * one class a line, in that order: how labelled collections are scored. A source that ends in
 * "-diag" quotes the Diagnostic-Code of a bounce; anything else is what a server said to RCPT.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "verdict/verdict.h"

static struct text field(const struct value *object, const char *name)
{
    const struct value *value = value_find(object, text_of(name));
    return value == NULL ? TEXT("") : value->text;
}

/* "5.1.1"; anything else is no code. */
static struct enhanced status_of(struct text status)
{
    uint64_t numbers[3] = {0};
    size_t count = 0;
    struct text piece;
    while (count < 3 && text_take_until(&status, '.', &piece))
        if (!text_to_number(piece, &numbers[count++]))
            return (struct enhanced){0};
    if (count < 3)
        return (struct enhanced){0};
    return (struct enhanced){(uint8_t)numbers[0], (uint16_t)numbers[1], (uint16_t)numbers[2]};
}

int main(int count, char **arguments)
{
    ARENA(arena);
    struct error err;
    struct text lines, line;
    bool is_terse = count < 3;
    if (count < 2 || !file_read(&arena, arguments[1], JSON_INPUT, &lines, &err))
        return EXIT_FAILURE;
    while (text_take_line(&lines, &line)) {
        struct value row;
        if (!json_parse(&arena, line, TEXT("replies"), &row, &err))
            return EXIT_FAILURE;
        uint64_t code = 0;
        text_to_number(field(&row, "reply_code"), &code);
        bool is_quoted = text_ends(field(&row, "source"), TEXT("-diag"));
        struct facts facts = {.stage = is_quoted ? STAGE_BOUNCE : STAGE_RCPT,
                              .code = (uint16_t)code,
                              .enhanced = status_of(field(&row, "status")),
                              .text = field(&row, "text")};
        struct verdict verdict = verdict_of(&facts);
        if (is_terse)
            puts(verdict_class_name(verdict.class));
        else
            printf("%s\t%s\t%s\n", verdict_class_name(verdict.class),
                   verdict_action_name(verdict.action), verdict.rule);
    }
    return EXIT_SUCCESS;
}
