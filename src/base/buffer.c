/* Buffer: growing bytes that were told their limit at birth. */
#include "base/buffer.h"

#include "base/banned.h"

enum { FIRST_CAPACITY = 64 };

void buffer_free(struct buffer *buffer)
{
    memory_free(buffer->at);
    *buffer = BUFFER_INIT(buffer->limit);
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->overflowed = false;
}

void buffer_cut(struct buffer *buffer, size_t length)
{
    must(length <= buffer->length);
    buffer->length = length;
}

void buffer_consume(struct buffer *buffer, size_t count)
{
    must(count <= buffer->length);
    if (count == 0)
        return;
    memmove(buffer->at, buffer->at + count, buffer->length - count);
    buffer->length -= count;
}

bool buffer_reserve_slow(struct buffer *buffer, size_t count)
{
    if (buffer->overflowed || count > buffer->limit || buffer->length > buffer->limit - count) {
        buffer->overflowed = true;
        return false;
    }
    size_t needed = buffer->length + count + 1;
    size_t capacity = buffer->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : buffer->capacity;
    while (capacity < needed)
        capacity *= 2;
    if (capacity - 1 > buffer->limit)
        capacity = buffer->limit + 1;
    if (capacity > buffer->capacity) {
        buffer->at = memory_grow(buffer->at, capacity);
        buffer->capacity = capacity;
    }
    return true;
}

void buffer_add_string(struct buffer *buffer, const char *string)
{
    buffer_add(buffer, text_of(string));
}

void buffer_add_repeated(struct buffer *buffer, char byte, size_t count)
{
    if (count == 0 || !buffer_reserve(buffer, count))
        return;
    memset(buffer->at + buffer->length, byte, count);
    buffer->length += count;
}

void buffer_vprintf(struct buffer *buffer, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    must(length >= 0);
    if (buffer_reserve(buffer, (size_t)length)) {
        vsnprintf(buffer->at + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buffer_vprintf(buffer, format, args);
    va_end(args);
}

void buffer_add_number(struct buffer *buffer, long long number)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%lld", number);
    buffer_append(buffer, digits, (size_t)length);
}

struct text buffer_text(const struct buffer *buffer)
{
    return (struct text){buffer->at, buffer->length};
}

const char *buffer_string(struct buffer *buffer)
{
    if (buffer->at == NULL)
        return "";
    buffer->at[buffer->length] = '\0';
    return buffer->at;
}
