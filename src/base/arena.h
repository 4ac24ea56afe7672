/*
 * Arena: memory that ends together.
 *
 * One arena a lifetime: the run, a campaign, a message. What is taken from it is never freed alone;
 * arena_clear() empties it and keeps its blocks, so a message arena costs no malloc after the
 * first.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/text.h"

struct arena_block;

struct arena {
    struct arena_block *first, *now;
    size_t used;  /* of the block `now` */
    size_t taken; /* bytes handed out since the last clear, for caps */
};

/* Frees on leaving scope: ARENA(scratch); */
#define ARENA(name) __attribute__((cleanup(arena_free))) struct arena name = {0}

void arena_free(struct arena *arena);
void arena_clear(struct arena *arena);

/* Zeroed, aligned for any type. */
void *arena_take(struct arena *arena, size_t size);
#define arena_new(arena, type) ((type *)arena_take((arena), sizeof(type)))
#define arena_array(arena, type, count) ((type *)arena_take_array((arena), sizeof(type), (count)))
void *arena_take_array(struct arena *arena, size_t size, size_t count);
/* An array of `count` elements with room for one more: itself, or a copy twice as long. What it
 * grew out of stays behind, so the waste is bounded by the last. NULL begins one. */
void *arena_one_more(struct arena *arena, void *array, size_t count, size_t size);

/* A copy with a NUL behind it. */
struct text arena_text(struct arena *arena, struct text text);
/* The same with A to Z made small. */
struct text arena_lower(struct arena *arena, struct text text);
const char *arena_string(struct arena *arena, struct text text);
struct text arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
