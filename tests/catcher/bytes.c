/* Bytes: a growing run of bytes. */
#include "bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_ROOM = 256 };

_Noreturn void die(int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("catcher: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    fflush(NULL);
    _exit(status); /* whatever half stands is not taken down piece by piece */
}

void *memory_zeroed(size_t count, size_t size)
{
    void *memory = calloc(count == 0 ? 1 : count, size);
    if (memory == NULL)
        die(70, "out of memory");
    return memory;
}

void *memory_resized(void *old, size_t size)
{
    void *memory = realloc(old, size);
    if (memory == NULL)
        die(70, "out of memory");
    return memory;
}

static void make_room(struct bytes *bytes, size_t more)
{
    if (bytes->room - bytes->length >= more)
        return;
    size_t room = bytes->room == 0 ? FIRST_ROOM : bytes->room;
    while (room - bytes->length < more)
        room *= 2;
    bytes->at = memory_resized(bytes->at, room);
    bytes->room = room;
}

void bytes_append(struct bytes *bytes, const void *at, size_t length)
{
    if (length == 0)
        return;
    make_room(bytes, length);
    memcpy(bytes->at + bytes->length, at, length);
    bytes->length += length;
}

void bytes_say(struct bytes *bytes, const char *string)
{
    bytes_append(bytes, string, strlen(string));
}

void bytes_format(struct bytes *bytes, const char *format, ...)
{
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        die(70, "a format failed");
    make_room(bytes, (size_t)length + 1);
    vsnprintf(bytes->at + bytes->length, (size_t)length + 1, format, again);
    va_end(again);
    bytes->length += (size_t)length;
}

/* How many bytes the UTF-8 character at `at` has; 0 when it is none (RFC 3629 4). */
static size_t character_length(const unsigned char *at, size_t length)
{
    static const struct {
        unsigned char lead_from, lead_to, second_from, second_to;
        size_t length;
    } rows[] = {
        {0x20, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (at[0] < rows[i].lead_from || at[0] > rows[i].lead_to || length < rows[i].length)
            continue;
        if (rows[i].length > 1 && (at[1] < rows[i].second_from || at[1] > rows[i].second_to))
            return 0;
        for (size_t k = 2; k < rows[i].length; k++) {
            if ((at[k] & 0xc0) != 0x80)
                return 0;
        }
        return rows[i].length;
    }
    return 0;
}

void bytes_json(struct bytes *bytes, const char *at, size_t length)
{
    bytes_append(bytes, "\"", 1);
    for (size_t i = 0; i < length;) {
        unsigned char byte = (unsigned char)at[i];
        size_t width = character_length((const unsigned char *)at + i, length - i);
        if (byte == '"' || byte == '\\')
            bytes_format(bytes, "\\%c", byte);
        else if (byte < 0x20)
            bytes_format(bytes, "\\u%04x", byte);
        else if (width == 0)
            bytes_say(bytes, "\\ufffd");
        else
            bytes_append(bytes, at + i, width);
        i += width == 0 ? 1 : width;
    }
    bytes_append(bytes, "\"", 1);
}

void bytes_drop_front(struct bytes *bytes, size_t length)
{
    if (length > 0 && length < bytes->length)
        memmove(bytes->at, bytes->at + length, bytes->length - length);
    bytes->length -= length;
}

const char *bytes_string(struct bytes *bytes)
{
    make_room(bytes, 1);
    bytes->at[bytes->length] = '\0';
    return bytes->at;
}

void bytes_free(struct bytes *bytes)
{
    free(bytes->at);
    *bytes = (struct bytes){0};
}
