/* Report address: addresses in the middle of text, as mail programs write them. */
#include "verdict/report_address.h"

#include <string.h>

#include "verdict/report_reading.h"

#include "base/banned.h"

static bool is_name_byte(char byte)
{
    char lower = text_lower_byte(byte);
    return (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') || (signed char)byte < 0;
}

static bool is_local_byte(char byte)
{
    return is_name_byte(byte) || (byte != '\0' && strchr(".!#$%&'*+/=?^_`{|}~-", byte) != NULL);
}

static bool is_domain_byte(char byte)
{
    return is_name_byte(byte) || byte == '.' || byte == '-' || byte == '_';
}

/* "：" and its kin: punctuation of U+3000 and U+FF00, which no address has and Chinese notices put
 * right before one. How long it is at `at`, or 0. */
static size_t wide_mark_at(struct text line, size_t at)
{
    if (line.length - at < 3)
        return 0;
    bool is_mark = memcmp(line.at + at, "\xE3\x80", 2) == 0 ||
                   memcmp(line.at + at, "\xEF\xBC", 2) == 0 ||
                   memcmp(line.at + at, "\xEF\xBD", 2) == 0;
    return is_mark ? 3 : 0;
}

static size_t behind_wide_marks(struct text line, size_t start, size_t sign)
{
    for (size_t i = start; i + 3 <= sign; i++)
        if (wide_mark_at(line, i) > 0)
            start = i + 3;
    return start;
}

/* Where the local part that ends at `sign` begins: a dot-atom, or a quoted string. */
static size_t local_start(struct text line, size_t sign)
{
    size_t start = sign;
    if (sign > 1 && line.at[sign - 1] == '"') {
        for (start = sign - 1; start > 0 && line.at[start - 1] != '"'; start--)
            continue;
        return start > 0 ? start - 1 : sign;
    }
    while (start > 0 && is_local_byte(line.at[start - 1]))
        start--;
    start = behind_wide_marks(line, start, sign);
    /* Signs that may begin a local part, but in notices open a quotation or a list. */
    while (start < sign && strchr("'`*|/=.&", line.at[start]) != NULL)
        start++;
    /* X.400 gateways write "SMTP=a@example.org". */
    if (text_starts_nocase(text_slice(line, start, sign - start), TEXT("smtp=")))
        start += 5;
    return start;
}

static size_t domain_end(struct text line, size_t sign)
{
    size_t end = sign + 1;
    if (end < line.length && line.at[end] == '[') {
        size_t bracket = text_find_byte(text_slice(line, end, 64), ']');
        return bracket == TEXT_NONE ? end : end + bracket + 1;
    }
    while (end < line.length && is_domain_byte(line.at[end]))
        end++;
    while (end > sign + 1 && !is_name_byte(line.at[end - 1]))
        end--;
    return end;
}

bool address_next(struct text line, size_t *at, struct text *ret_address)
{
    while (*at < line.length) {
        size_t sign = text_find_byte(text_after(line, *at), '@');
        if (sign == TEXT_NONE)
            break;
        sign += *at;
        size_t window = sign > REPORT_ADDRESS ? sign - REPORT_ADDRESS : 0;
        size_t start = window + local_start(text_slice(line, window, line.length), sign - window);
        size_t end = domain_end(text_slice(line, 0, sign + REPORT_ADDRESS), sign);
        *at = end > sign ? end : sign + 1;
        if (start == sign || end == sign + 1 || end - start > REPORT_ADDRESS)
            continue;
        *ret_address = text_slice(line, start, end - start);
        return true;
    }
    return false;
}
