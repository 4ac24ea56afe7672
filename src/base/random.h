/*
 * Random: chance, handed in.
 *
 * Jitter and the simulator draw from a struct random that was seeded, so a run can be replayed.
 * Keys come from random_secret() only.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state[4];
};

/* The same seed gives the same sequence (xoshiro256**, seeded by splitmix64). */
struct random random_seeded(uint64_t seed);
struct random random_from_system(void);

uint64_t random_next(struct random *random);
/* 0 … bound-1, without bias; `bound` > 0. */
uint64_t random_below(struct random *random, uint64_t bound);
/* 0 ≤ x < 1 */
double random_unit(struct random *random);

/* Bytes for keys, from the kernel. */
void random_secret(void *at, size_t size);

#endif
