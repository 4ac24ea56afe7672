/* Error: what went wrong, where, and whose fault it is. */
#include "base/error.h"

#include "base/banned.h"
#include "base/memory.h"

void error_clean(char *string)
{
    struct text all = text_of(string);
    bool utf8 = text_is_utf8(all);
    for (size_t i = 0; i < all.length; i++) {
        unsigned char byte = (unsigned char)string[i];
        bool c1 = byte == 0xC2 && (unsigned char)string[i + 1] < 0xA0;
        if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !utf8))
            string[i] = '?';
        if (c1 && utf8)
            string[i] = string[i + 1] = '?';
    }
}

/* A message cut by its cap may end inside a UTF-8 sequence: drop the torn end. */
static void drop_torn_sequence(char *string, size_t capacity)
{
    size_t length = strlen(string);
    if (length + 1 < capacity)
        return;
    while (length > 0 && ((unsigned char)string[length - 1] & 0xC0) == 0x80)
        length--;
    if (length > 0 && (unsigned char)string[length - 1] >= 0xC0)
        length--;
    string[length] = '\0';
}

bool error_vat(struct error *err, enum fault fault, struct place place, const char *format,
               va_list args)
{
    must(fault != FAULT_NONE);
    err->fault = fault;
    err->line = place.line;
    err->column = place.column;
    snprintf(err->path, sizeof(err->path), "%.*s", TEXT_ARGS(place.path));
    vsnprintf(err->message, sizeof(err->message), format, args);
    drop_torn_sequence(err->path, sizeof(err->path));
    drop_torn_sequence(err->message, sizeof(err->message));
    error_clean(err->path);
    error_clean(err->message);
    return false;
}

bool error_set(struct error *err, enum fault fault, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_vat(err, fault, (struct place){0}, format, args);
    va_end(args);
    return false;
}

bool error_at(struct error *err, enum fault fault, struct place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_vat(err, fault, place, format, args);
    va_end(args);
    return false;
}

bool error_within(struct error *err, const char *format, ...)
{
    char inner[ERROR_MESSAGE], outer[ERROR_MESSAGE];
    va_list args;
    memcpy(inner, err->message, sizeof(inner));
    va_start(args, format);
    vsnprintf(outer, sizeof(outer), format, args);
    va_end(args);
    struct place place = {.line = err->line, .column = err->column};
    char path[ERROR_PATH];
    memcpy(path, err->path, sizeof(path));
    place.path = text_of(path);
    return error_at(err, err->fault, place, "%s: %s", outer, inner);
}

const char *error_line(const struct error *err, char line[ERROR_LINE])
{
    if (err->path[0] == '\0')
        snprintf(line, ERROR_LINE, "%s", err->message);
    else if (err->line == 0)
        snprintf(line, ERROR_LINE, "%s: %s", err->path, err->message);
    else if (err->column == 0)
        snprintf(line, ERROR_LINE, "%s:%u: %s", err->path, err->line, err->message);
    else
        snprintf(line, ERROR_LINE, "%s:%u:%u: %s", err->path, err->line, err->column, err->message);
    return line;
}
