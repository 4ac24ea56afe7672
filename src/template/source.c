/* Source: bytes that remember where a person wrote them. */
#include "template/source.h"

#include "base/banned.h"

struct source source_of_file(struct arena *arena, struct text path, struct text bytes)
{
    return source_at(arena, bytes, (struct place){.path = path, .line = 1, .column = 1}, 0);
}

struct source source_at(struct arena *arena, struct text bytes, struct place place, unsigned indent)
{
    struct source_span *span = arena_new(arena, struct source_span);
    *span = (struct source_span){.place = place, .indent = indent};
    return (struct source){.bytes = bytes, .spans = span, .count = 1};
}

/* How many spans begin at or before `offset`: the last of them holds it. */
static size_t spans_until(const struct source *source, size_t offset)
{
    size_t low = 0, high = source->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (source->spans[middle].offset <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct place source_place(const struct source *source, size_t offset)
{
    size_t count = spans_until(source, offset);
    if (count == 0)
        return (struct place){0};
    const struct source_span *span = &source->spans[count - 1];
    struct place place = span->place;
    if (span->fixed || place.line == 0)
        return place;
    struct text before =
        text_slice(text_slice(source->bytes, 0, offset), span->offset, offset - span->offset);
    for (size_t i = 0; i < before.length; i++) {
        if (before.at[i] == '\n') {
            place.line++;
            place.column = span->indent + 1;
        } else if (((unsigned char)before.at[i] & 0xC0) != 0x80) { /* not within a character */
            place.column++;
        }
    }
    return place;
}

void source_begin(struct source_builder *builder, struct arena *arena)
{
    *builder = (struct source_builder){.arena = arena};
}

static void add_bytes(struct source_builder *builder, struct text text)
{
    if (text.length == 0)
        return;
    if (builder->length + text.length > builder->capacity) {
        size_t capacity = (builder->length + text.length) * 2 + 256;
        char *bytes = arena_take(builder->arena, capacity);
        if (builder->length > 0)
            memcpy(bytes, builder->bytes, builder->length);
        builder->bytes = bytes;
        builder->capacity = capacity;
    }
    memcpy(builder->bytes + builder->length, text.at, text.length);
    builder->length += text.length;
}

static void add_span(struct source_builder *builder, struct source_span span)
{
    builder->spans =
        arena_one_more(builder->arena, builder->spans, builder->count, sizeof(*builder->spans));
    span.offset = builder->length;
    builder->spans[builder->count++] = span;
}

static bool fits(struct source_builder *builder, size_t length)
{
    builder->overflowed |= length > SOURCE_BYTES - builder->length;
    return length > 0 && !builder->overflowed;
}

void source_add(struct source_builder *builder, const struct source *source)
{
    source_add_part(builder, source, 0, source->bytes.length);
}

void source_add_part(struct source_builder *builder, const struct source *source, size_t start,
                     size_t length)
{
    struct text part = text_slice(source->bytes, start, length);
    if (!fits(builder, part.length))
        return;
    size_t at = start, end = start + part.length;
    size_t next = spans_until(source, start);
    while (at < end) {
        struct source_span piece = next == 0 ? (struct source_span){0} : source->spans[next - 1];
        size_t until = end;
        if (next < source->count && source->spans[next].offset < end)
            until = source->spans[next].offset;
        piece.place = source_place(source, at);
        add_span(builder, piece);
        add_bytes(builder, text_slice(source->bytes, at, until - at));
        at = until;
        next++;
    }
}

void source_add_fixed(struct source_builder *builder, struct text text, struct place place)
{
    if (!fits(builder, text.length))
        return;
    add_span(builder, (struct source_span){.place = place, .fixed = true});
    add_bytes(builder, text);
}

void source_add_literal(struct source_builder *builder, struct text text)
{
    source_add_fixed(builder, text, (struct place){0});
}

struct source source_end(const struct source_builder *builder)
{
    return (struct source){.bytes = {builder->bytes, builder->length},
                           .spans = builder->spans,
                           .count = builder->count};
}
