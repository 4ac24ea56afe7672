/*
 * Report code: reply codes and enhanced codes in the middle of text.
 *
 * A number counts only where a code may stand: "550" is one, "550 minutes", "5.7.1.2" and "V5.0.3"
 * are none.
 */
#include <string.h>

#include "verdict/report_reading.h"

#include "base/banned.h"

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_alphanumeric(char byte)
{
    byte = text_lower_byte(byte);
    return is_digit(byte) || (byte >= 'a' && byte <= 'z');
}

/* Up to three digits; how many were taken. */
static size_t number_at(struct text text, size_t at, unsigned *ret_number)
{
    size_t length = 0;
    *ret_number = 0;
    while (length < 3 && at + length < text.length && is_digit(text.at[at + length]))
        *ret_number = *ret_number * 10 + (unsigned)(text.at[at + length++] - '0');
    return length;
}

/* Reads "5.1.1" at `at`; how long it is, 0 when there is none. */
static size_t enhanced_at(struct text text, size_t at, struct enhanced *ret_enhanced)
{
    unsigned class, subject, detail;
    size_t i = at + number_at(text, at, &class);
    bool is_class = i == at + 1 && (class == 2 || class == 4 || class == 5);
    if (!is_class || i >= text.length || text.at[i] != '.')
        return 0;
    size_t length = number_at(text, i + 1, &subject);
    i += 1 + length;
    if (length == 0 || i >= text.length || text.at[i] != '.')
        return 0;
    length = number_at(text, i + 1, &detail);
    i += 1 + length;
    bool goes_on =
        i < text.length && (is_alphanumeric(text.at[i]) ||
                            (text.at[i] == '.' && i + 1 < text.length && is_digit(text.at[i + 1])));
    if (length == 0 || goes_on)
        return 0;
    *ret_enhanced = (struct enhanced){(uint8_t) class, (uint16_t)subject, (uint16_t)detail};
    return i - at;
}

struct enhanced code_enhanced_at(struct text text)
{
    struct enhanced enhanced = {0};
    enhanced_at(text_trim(text), 0, &enhanced);
    return enhanced;
}

static bool may_begin(struct text text, size_t at, const char *not_before)
{
    return at == 0 ||
           (!is_alphanumeric(text.at[at - 1]) && strchr(not_before, text.at[at - 1]) == NULL);
}

struct enhanced code_find_enhanced(struct text text)
{
    struct enhanced enhanced = {0};
    for (size_t i = 0; i < text.length; i++)
        if (is_digit(text.at[i]) && may_begin(text, i, "._/@") &&
            enhanced_at(text, i, &enhanced) > 0 && enhanced.class != 2)
            return enhanced;
    return (struct enhanced){0};
}

/* "in 450 minutes", "552 bytes": amounts. */
static bool is_amount(struct text behind)
{
    static const char *const units[] = {"minute", "hour", "second", "day",
                                        "byte",   "kb",   "mb",     "ms"};
    behind = text_trim(text_slice(behind, 0, 16));
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (text_starts_nocase(behind, text_of(units[i])))
            return true;
    return false;
}

uint16_t code_find(struct text text)
{
    for (size_t i = 0; i + 3 <= text.length; i++) {
        unsigned code;
        if (text.at[i] < '4' || text.at[i] > '5' || !may_begin(text, i, "._/@-+="))
            continue;
        if (number_at(text, i, &code) != 3)
            continue;
        struct text behind = text_after(text, i + 3);
        bool ends = behind.length == 0 || strchr(" \t\n-,;:'\")]>#", behind.at[0]) != NULL;
        if (ends && !is_amount(behind))
            return (uint16_t)code;
    }
    return 0;
}

static enum facts_command command_named(struct text name)
{
    static const struct {
        const char *name;
        enum facts_command command;
    } commands[] = {
        {"rcpt", COMMAND_RCPT}, {"mail", COMMAND_MAIL},        {"data", COMMAND_DATA},
        {".", COMMAND_DATA},    {"ehlo", COMMAND_CONNECT},     {"helo", COMMAND_CONNECT},
        {"bdat", COMMAND_DATA}, {"starttls", COMMAND_CONNECT},
    };
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (text_starts_nocase(name, text_of(commands[i].name)))
            return commands[i].command;
    return COMMAND_UNKNOWN;
}

enum facts_command code_find_command(struct text transcript)
{
    enum facts_command command = COMMAND_UNKNOWN;
    struct text line;
    while (text_take_line(&transcript, &line)) {
        line = text_trim(line);
        if (text_starts(line, TEXT(">>> ")))
            command = command_named(text_after(line, 4));
        else if (text_starts(line, TEXT("<<< 4")) || text_starts(line, TEXT("<<< 5")))
            return command;
    }
    return COMMAND_UNKNOWN;
}
