/* Arena: memory that ends together. */
#include "base/arena.h"

#include "base/banned.h"
#include "base/memory.h"

enum { BLOCK = 16 * 1024, ALIGNMENT = 16 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    _Alignas(ALIGNMENT) char bytes[];
};

void arena_free(struct arena *arena)
{
    struct arena_block *block = arena->first;
    while (block != NULL) {
        struct arena_block *next = block->next;
        memory_free(block);
        block = next;
    }
    *arena = (struct arena){0};
}

void arena_clear(struct arena *arena)
{
    arena->now = arena->first;
    arena->used = 0;
    arena->taken = 0;
}

/* Blocks behind `now` are left from before a clear: use the next one that is large enough. */
static void next_block(struct arena *arena, size_t size)
{
    struct arena_block **link = arena->now != NULL ? &arena->now->next : &arena->first;
    while (*link != NULL && (*link)->size < size) {
        struct arena_block *small = *link;
        *link = small->next;
        memory_free(small);
    }
    if (*link == NULL) {
        size_t room = size > BLOCK ? size : BLOCK;
        *link = memory_grow(NULL, sizeof(struct arena_block) + room);
        (*link)->next = NULL;
        (*link)->size = room;
    }
    arena->now = *link;
    arena->used = 0;
}

void *arena_take(struct arena *arena, size_t size)
{
    must(size < SIZE_MAX / 2);
    size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (arena->now == NULL || arena->now->size - arena->used < rounded)
        next_block(arena, rounded);
    void *at = arena->now->bytes + arena->used;
    arena->used += rounded;
    arena->taken += rounded;
    return memset(at, 0, rounded);
}

void *arena_take_array(struct arena *arena, size_t size, size_t count)
{
    size_t total = 0;
    must(!__builtin_mul_overflow(size, count, &total));
    return arena_take(arena, total);
}

void *arena_one_more(struct arena *arena, void *array, size_t count, size_t size)
{
    enum { FIRST = 8 };
    bool is_full = count == 0 || (count >= FIRST && (count & (count - 1)) == 0);
    if (!is_full)
        return array;
    void *more = arena_take_array(arena, size, count < FIRST ? FIRST : count * 2);
    if (count > 0)
        memcpy(more, array, count * size);
    return more;
}

struct text arena_text(struct arena *arena, struct text text)
{
    char *copy = arena_take(arena, text.length + 1);
    if (text.length > 0)
        memcpy(copy, text.at, text.length);
    return text_from(copy, text.length);
}

struct text arena_lower(struct arena *arena, struct text text)
{
    char *copy = arena_take(arena, text.length + 1);
    for (size_t i = 0; i < text.length; i++)
        copy[i] = text_lower_byte(text.at[i]);
    copy[text.length] = '\0';
    return text_from(copy, text.length);
}

const char *arena_string(struct arena *arena, struct text text)
{
    return arena_text(arena, text).at;
}

struct text arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    must(length >= 0);
    char *at = arena_take(arena, (size_t)length + 1);
    vsnprintf(at, (size_t)length + 1, format, again);
    va_end(again);
    va_end(args);
    return text_from(at, (size_t)length);
}
