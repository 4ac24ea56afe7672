/* Report part: the parts of a mail, cut in one pass. The reasons stand in the header. */
#include "verdict/report_part.h"

#include <string.h>

#include "verdict/report_decode.h"

#include "base/banned.h"

/* --- Lines --- */

static struct text without_envelope(struct text mail)
{
    struct text line, rest = mail;
    while (text_take_line(&rest, &line)) {
        bool is_envelope = text_starts(line, TEXT("From ")) || text_starts(line, TEXT(">From "));
        if (text_trim(line).length > 0 && !is_envelope)
            break;
        mail = rest;
    }
    return mail;
}

struct text part_lines(struct arena *arena, struct text mail)
{
    if (mail.length > 0 && memchr(mail.at, '\r', mail.length) != NULL) {
        char *lines = arena_take(arena, mail.length);
        size_t length = 0;
        for (size_t i = 0; i < mail.length; i++) {
            bool is_crlf = mail.at[i] == '\r' && i + 1 < mail.length && mail.at[i + 1] == '\n';
            if (!is_crlf)
                lines[length++] = mail.at[i] == '\r' ? '\n' : mail.at[i];
        }
        mail = text_from(lines, length);
    }
    return without_envelope(mail);
}

/* --- Fields --- */

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* How many bytes stand before the first of `stops`. */
static size_t until(struct text text, const char *stops)
{
    size_t i = 0;
    while (i < text.length && strchr(stops, text.at[i]) == NULL)
        i++;
    return i;
}

/* "Name:" with a name of printable ASCII (RFC 5322 2.2), blanks before the colon forgiven. */
static bool field_split(struct text line, struct part_field *ret_field)
{
    size_t colon = text_find_byte(line, ':');
    if (colon == TEXT_NONE || colon == 0)
        return false;
    struct text name = text_trim(text_slice(line, 0, colon));
    for (size_t i = 0; i < name.length; i++)
        if (name.at[i] <= ' ' || name.at[i] == 127)
            return false;
    *ret_field = (struct part_field){name, text_after(line, colon + 1)};
    return name.length > 0;
}

/* One field with its continuation lines. False at the end of the block. */
static bool field_take(struct text *rest, struct part_field *ret_field)
{
    struct text line, ahead = *rest;
    if (!text_take_line(&ahead, &line) || line.length == 0 || !field_split(line, ret_field))
        return false;
    *rest = ahead;
    while (rest->length > 0 && is_blank(rest->at[0]) && text_take_line(rest, &line)) {
        ret_field->value.length = (size_t)(line.at + line.length - ret_field->value.at);
    }
    return true;
}

size_t part_fields(struct arena *arena, struct text *rest, struct part_field **ret_fields)
{
    struct part_field fields[PART_FIELDS], field, dropped;
    size_t count = 0;
    while (count < PART_FIELDS && field_take(rest, &field))
        fields[count++] = field;
    while (field_take(rest, &dropped))
        continue;
    if (rest->length > 0 && rest->at[0] == '\n')
        *rest = text_after(*rest, 1);
    *ret_fields = arena_array(arena, struct part_field, count);
    if (count > 0)
        memcpy(*ret_fields, fields, count * sizeof(field));
    return count;
}

struct text part_unfold(struct arena *arena, struct text value)
{
    value = text_trim(value);
    if (text_find_byte(value, '\n') == TEXT_NONE)
        return value;
    char *line = arena_take(arena, value.length);
    for (size_t i = 0; i < value.length; i++)
        line[i] = value.at[i] == '\n' ? ' ' : value.at[i];
    return text_from(line, value.length);
}

bool part_field_next(struct arena *arena, const struct part *part, struct text name, size_t *at,
                     struct text *ret_value)
{
    for (; *at < part->field_count; ++*at) {
        struct text known = part->fields[*at].name;
        if (known.length != name.length || !text_equal_nocase(known, name))
            continue;
        *ret_value = part_unfold(arena, part->fields[(*at)++].value);
        return true;
    }
    return false;
}

struct text part_field(struct arena *arena, const struct part *part, struct text name)
{
    struct text value = {0};
    size_t at = 0;
    part_field_next(arena, part, name, &at, &value);
    return value;
}

struct text part_parameter(struct text value, struct text name)
{
    struct text piece;
    while (text_take_until(&value, ';', &piece)) {
        piece = text_trim(piece);
        size_t equals = text_find_byte(piece, '=');
        if (equals == TEXT_NONE ||
            !text_equal_nocase(text_trim(text_slice(piece, 0, equals)), name))
            continue;
        struct text wanted = text_trim(text_after(piece, equals + 1));
        if (wanted.length == 0 || wanted.at[0] != '"')
            return text_slice(wanted, 0, until(wanted, " \t\n("));
        wanted = text_after(wanted, 1);
        size_t quote = text_find_byte(wanted, '"');
        return quote == TEXT_NONE ? wanted : text_slice(wanted, 0, quote);
    }
    return (struct text){0};
}

bool part_is(const struct part *part, struct text type)
{
    return text_equal_nocase(part->type, type);
}

/* --- Cutting --- */

struct cutter {
    struct arena *arena;
    struct parts *parts;
    struct text rest;
    struct text boundary[PART_DEPTH]; /* of the multiparts that are open, outermost first */
    bool returned[PART_DEPTH];
    size_t open;
};

static struct text type_of(struct text value)
{
    struct text type = text_trim(text_slice(value, 0, until(value, ";")));
    return text_slice(type, 0, until(type, " \t\n("));
}

/* A head: fields, and what they say about the body. */
static struct part *head_take(struct cutter *cutter, bool is_returned)
{
    struct part *part = &cutter->parts->part[cutter->parts->count++];
    *part = (struct part){.is_returned = is_returned, .depth = (unsigned)cutter->open};
    part->field_count = part_fields(cutter->arena, &cutter->rest, &part->fields);
    struct text content = part_field(cutter->arena, part, TEXT("Content-Type"));
    part->type = type_of(content);
    part->charset = part_parameter(content, TEXT("charset"));
    part->report_type = part_parameter(content, TEXT("report-type"));
    part->encoding = type_of(part_field(cutter->arena, part, TEXT("Content-Transfer-Encoding")));
    part->body = text_slice(cutter->rest, 0, 0);
    return part;
}

/* Which open multipart the line is a delimiter of; `open` when of none. */
static size_t delimiter_of(const struct cutter *cutter, struct text line, bool *ret_is_last)
{
    if (!text_starts(line, TEXT("--")))
        return cutter->open;
    struct text name = text_trim(text_after(line, 2));
    for (size_t i = cutter->open; i > 0; i--) {
        struct text boundary = cutter->boundary[i - 1];
        if (!text_starts(name, boundary))
            continue;
        struct text behind = text_after(name, boundary.length);
        *ret_is_last = text_equal(behind, TEXT("--"));
        if (behind.length == 0 || *ret_is_last)
            return i - 1;
    }
    return cutter->open;
}

/*
 * Takes lines up to the next delimiter of any open multipart; the body is what was passed. Closes
 * the multiparts the delimiter ends. False at the end of the mail or when all are closed.
 */
static bool body_take(struct cutter *cutter, struct text *ret_body)
{
    const char *start = cutter->rest.at;
    struct text line;
    while (text_take_line(&cutter->rest, &line)) {
        bool is_last = false;
        size_t which = delimiter_of(cutter, line, &is_last);
        if (which == cutter->open)
            continue;
        *ret_body = text_from(start, (size_t)(line.at - start));
        cutter->open = is_last ? which : which + 1;
        if (!is_last)
            return true;
        start = cutter->rest.at; /* an epilogue belongs to nobody */
        struct text epilogue;
        return cutter->open > 0 && body_take(cutter, &epilogue);
    }
    *ret_body = text_from(start, (size_t)(cutter->rest.at + cutter->rest.length - start));
    return false;
}

static bool is_multipart(const struct part *part)
{
    return text_starts_nocase(part->type, TEXT("multipart/"));
}

static struct text boundary_of(struct arena *arena, const struct part *part)
{
    struct text content = part_field(arena, part, TEXT("Content-Type"));
    return part_parameter(content, TEXT("boundary"));
}

/* Opens a multipart when its boundary can be used and there is room. */
static bool multipart_open(struct cutter *cutter, const struct part *part)
{
    struct text boundary = boundary_of(cutter->arena, part);
    if (!is_multipart(part) || boundary.length == 0 || boundary.length > PART_BOUNDARY ||
        cutter->open == PART_DEPTH)
        return false;
    cutter->returned[cutter->open] = part->is_returned;
    cutter->boundary[cutter->open++] = boundary;
    return true;
}

/* A message within the message: its head is the next part. Encoded ones stay closed. */
static bool is_inner_message(const struct part *part)
{
    bool is_plain = part->encoding.length == 0 || !decode_is_known(part->encoding);
    return is_plain &&
           (part_is(part, TEXT("message/rfc822")) || part_is(part, TEXT("message/global")) ||
            part_is(part, TEXT("message/partial")));
}

void part_cut(struct arena *arena, struct text mail, struct parts *ret_parts)
{
    struct cutter cutter = {.arena = arena, .parts = ret_parts, .rest = mail};
    bool goes_on = true, is_returned = false, is_message = true;
    ret_parts->count = 0;
    while (goes_on && ret_parts->count < PART_COUNT) {
        struct part *part = head_take(&cutter, is_returned);
        part->is_message = is_message;
        is_message = is_inner_message(part);
        is_returned = part->is_returned || is_message;
        if (is_message && cutter.rest.length > 0)
            continue;
        part->is_returned |= part_is(part, TEXT("text/rfc822-headers")) ||
                             part_is(part, TEXT("message/global-headers"));
        is_message = false;
        multipart_open(&cutter, part);
        goes_on = body_take(&cutter, &part->body);
        is_returned = cutter.open > 0 && cutter.returned[cutter.open - 1];
    }
}

struct text part_text(struct arena *arena, const struct part *part)
{
    struct text bytes = decode_transfer(arena, part->body, part->encoding, PART_TEXT);
    struct text text = decode_charset(arena, bytes, part->charset, PART_TEXT);
    if (part_is(part, TEXT("text/html")) || decode_is_html(text))
        return decode_html(arena, text);
    return text;
}
