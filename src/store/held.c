/* Held: the rows a ledger has handed out, in an open-addressed table with linear probing. */
#include "store/held.h"

#include "base/banned.h"

enum { FIRST_CAPACITY = 256 };

void held_free(struct held_set *set)
{
    memory_free(set->slots);
    *set = (struct held_set){0};
}

/* Ids lie side by side; a multiplication spreads them (Knuth, 6.4). */
static size_t home(const struct held_set *set, int64_t id)
{
    return (size_t)((uint64_t)id * 0x9E3779B97F4A7C15u >> 20) & (set->capacity - 1);
}

/* Where `id` is, or the free slot where it would be. */
static struct held *slot_of(const struct held_set *set, int64_t id)
{
    size_t at = home(set, id);
    while (set->slots[at].phase != HELD_FREE && set->slots[at].id != id)
        at = (at + 1) & (set->capacity - 1);
    return &set->slots[at];
}

struct held *held_find(const struct held_set *set, int64_t id)
{
    if (set->count == 0)
        return NULL;
    struct held *held = slot_of(set, id);
    return held->phase == HELD_FREE ? NULL : held;
}

static void grow(struct held_set *set)
{
    struct held_set old = *set;
    set->capacity = old.capacity == 0 ? FIRST_CAPACITY : old.capacity * 2;
    set->slots = memory_take(set->capacity * sizeof(*set->slots));
    for (size_t i = 0; i < old.capacity; i++)
        if (old.slots[i].phase != HELD_FREE)
            *slot_of(set, old.slots[i].id) = old.slots[i];
    memory_free(old.slots);
}

struct held *held_add(struct held_set *set, int64_t id)
{
    if ((set->count + 1) * 2 > set->capacity)
        grow(set);
    struct held *held = slot_of(set, id);
    must(held->phase == HELD_FREE);
    *held = (struct held){.id = id, .phase = HELD_TAKEN};
    set->count++;
    return held;
}

void held_remove(struct held_set *set, int64_t id)
{
    struct held *held = held_find(set, id);
    must(held != NULL);
    size_t mask = set->capacity - 1, hole = (size_t)(held - set->slots);
    set->count--;
    /* What stands behind the hole and may not be parted from its home by it moves up. */
    for (size_t at = (hole + 1) & mask; set->slots[at].phase != HELD_FREE; at = (at + 1) & mask) {
        size_t from_home = (at - home(set, set->slots[at].id)) & mask;
        if (from_home >= ((at - hole) & mask)) {
            set->slots[hole] = set->slots[at];
            hole = at;
        }
    }
    set->slots[hole] = (struct held){0};
}
