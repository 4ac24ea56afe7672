/*
 * Buffer: growing bytes that were told their limit at birth.
 *
 * Appending past the limit appends nothing more and sets `overflowed`, which sticks; so a caller
 * may append freely and ask once at the end. `at` always has room for a NUL behind `length`.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"
#include "base/text.h"

struct buffer {
    char *at;
    size_t length;
    size_t capacity;
    size_t limit;
    bool overflowed;
};

#define BUFFER_INIT(maximum)                                                                       \
    (struct buffer)                                                                                \
    {                                                                                              \
        .limit = (maximum)                                                                         \
    }

/* Frees on leaving scope: BUFFER(name, 64 * 1024); */
#define BUFFER(name, maximum)                                                                      \
    __attribute__((cleanup(buffer_free))) struct buffer name = {.limit = (maximum)}

void buffer_free(struct buffer *buffer);
/* Empties, keeps the memory, forgets the overflow. */
void buffer_clear(struct buffer *buffer);
/* Back to an earlier length. */
void buffer_cut(struct buffer *buffer, size_t length);
/* Drops `count` bytes at the head. */
void buffer_consume(struct buffer *buffer, size_t count);

/* Room for `count` more bytes at buffer->at + buffer->length; false (and overflowed) beyond the
 * limit. */
bool buffer_reserve_slow(struct buffer *buffer, size_t count);

static inline bool buffer_reserve(struct buffer *buffer, size_t count)
{
    if (count < buffer->capacity - buffer->length)
        return true;
    return buffer_reserve_slow(buffer, count);
}

static inline void buffer_append(struct buffer *buffer, const char *at, size_t length)
{
    if (length == 0 || !buffer_reserve(buffer, length))
        return;
    __builtin_memcpy(buffer->at + buffer->length, at, length);
    buffer->length += length;
}

static inline void buffer_add(struct buffer *buffer, struct text text)
{
    buffer_append(buffer, text.at, text.length);
}

static inline void buffer_add_byte(struct buffer *buffer, char byte)
{
    buffer_append(buffer, &byte, 1);
}

void buffer_add_string(struct buffer *buffer, const char *string);
void buffer_add_repeated(struct buffer *buffer, char byte, size_t count);
void buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buffer_vprintf(struct buffer *buffer, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
void buffer_add_number(struct buffer *buffer, long long number);

/* Valid until the next change. */
struct text buffer_text(const struct buffer *buffer);
/* NUL-terminated view, "" when empty; valid until the next change. */
const char *buffer_string(struct buffer *buffer);

#endif
