/* Document guard: looks at the bytes of a YAML file before any parser does. */
#include "settings/document_guard.h"

#include "settings/document.h"

#include "base/banned.h"

struct guard {
    struct text path;
    enum fault fault;
    struct findings *findings;
    bool refused;
};

static void refuse(struct guard *guard, unsigned line, unsigned column, const char *reason)
{
    struct place place = {guard->path, line, column};
    findings_error(guard->findings, guard->fault, place, "%s", reason);
    guard->refused = true;
}

/* The bytes of the character at the head of `text`: 0 when they are not UTF-8. */
static size_t character(struct text text)
{
    for (size_t length = 1; length <= 4 && length <= text.length; length++)
        if (text_is_utf8(text_slice(text, 0, length)))
            return length;
    return 0;
}

/* Reports the first character of a line that is broken or a control. One a line is enough. */
static void refuse_character(struct guard *guard, unsigned line, struct text rest)
{
    unsigned column = 1;
    size_t length = character(rest);
    while (length > 0 && !text_has_control(text_slice(rest, 0, length), "\t")) {
        rest = text_after(rest, length);
        length = rest.length > 0 ? character(rest) : 0;
        column++;
    }
    refuse(guard, line, column,
           length > 0 ? "a control character; delete it"
                      : "not UTF-8 from here on; save the file as UTF-8");
}

/* libyaml compares every %TAG with all before it; nothing of ours needs a directive. */
static void look_at_line(struct guard *guard, unsigned line, struct text text)
{
    if (!text_is_utf8(text) || text_has_control(text, "\t"))
        refuse_character(guard, line, text);
    if (text_starts(text, TEXT("%")))
        refuse(guard, line, 1, "directives are not used here; delete the line");
}

static bool is_utf16(struct text text)
{
    struct text start = text_slice(text, 0, 2);
    return text_equal(start, TEXT("\xFF\xFE")) || text_equal(start, TEXT("\xFE\xFF")) ||
           (text.length > 1 && (text.at[0] == '\0') != (text.at[1] == '\0'));
}

bool document_guard(struct text *text, struct text path, enum fault fault,
                    struct findings *findings)
{
    struct guard guard = {path, fault, findings, false};
    struct text rest = *text, line;
    if (text->length > DOCUMENT_BYTES)
        refuse(&guard, 0, 0, "larger than 256 KB; long texts belong in a file of their own");
    else if (is_utf16(*text))
        refuse(&guard, 0, 0, "is UTF-16; save the file as UTF-8");
    if (guard.refused)
        return false;
    if (text_starts(rest, TEXT("\xEF\xBB\xBF")))
        *text = rest = text_after(rest, 3);
    for (unsigned number = 1; text_take_line(&rest, &line); number++)
        look_at_line(&guard, number, line);
    return !guard.refused;
}
