/* Filter number: 1234567.5 as the reader's language groups it, 1,234,567.5 or 1.234.567,5. */
#include "base/banned.h"
#include "template/filter_kinds.h"

static size_t count_digits(struct text text)
{
    size_t count = 0;
    while (count < text.length && text.at[count] >= '0' && text.at[count] <= '9')
        count++;
    return count;
}

/* "-1234.50" in its parts; anything else, also "1e6", is no number that can be grouped. */
static bool split(struct text text, bool *ret_negative, struct text *ret_whole,
                  struct text *ret_rest)
{
    *ret_negative = text_starts(text, TEXT("-"));
    if (*ret_negative)
        text = text_after(text, 1);
    *ret_whole = text_slice(text, 0, count_digits(text));
    *ret_rest = text_after(text, ret_whole->length);
    if (ret_whole->length == 0)
        return false;
    if (ret_rest->length == 0)
        return true;
    struct text decimals = text_after(*ret_rest, 1);
    *ret_rest = decimals;
    return ret_whole->at[ret_whole->length] == '.' && decimals.length > 0 &&
           count_digits(decimals) == decimals.length;
}

bool filter_number(const struct filter_run *run, struct value *value, struct buffer *out,
                   struct error *err)
{
    struct text whole, decimals;
    bool negative = false;
    if (value->type == VALUE_NULL || value->text.length == 0)
        return true;
    if (!split(text_trim(value->text), &negative, &whole, &decimals))
        return error_set(err, FAULT_FILE, "\"%.*s\" is not a number",
                         (int)(value->text.length < 64 ? value->text.length : 64), value->text.at);
    if (negative)
        buffer_add_byte(out, '-');
    for (size_t i = 0; i < whole.length; i++) {
        if (i > 0 && (whole.length - i) % 3 == 0)
            buffer_add_byte(out, run->language->thousands);
        buffer_add_byte(out, whole.at[i]);
    }
    if (decimals.length > 0) {
        buffer_add_byte(out, run->language->decimal);
        buffer_add(out, decimals);
    }
    *value = value_string(buffer_text(out));
    return true;
}
