/* Random: chance, handed in. */
#include "base/random.h"

#include <sys/random.h>

#include "base/banned.h"
#include "base/memory.h"

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

struct random random_seeded(uint64_t seed)
{
    struct random random;
    for (size_t i = 0; i < 4; i++)
        random.state[i] = splitmix(&seed);
    return random;
}

struct random random_from_system(void)
{
    uint64_t seed = 0;
    random_secret(&seed, sizeof(seed));
    return random_seeded(seed);
}

static uint64_t rotate(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

uint64_t random_next(struct random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9, shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t random_below(struct random *random, uint64_t bound)
{
    must(bound > 0);
    /* Draws below the remainder would favour small numbers: draw again. */
    uint64_t remainder = (0 - bound) % bound, draw;
    do
        draw = random_next(random);
    while (draw < remainder);
    return draw % bound;
}

double random_unit(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1.0p-53;
}

void random_secret(void *at, size_t size)
{
    char *next = at;
    while (size > 0) {
        ssize_t got = getrandom(next, size, 0);
        must(got > 0);
        next += got;
        size -= (size_t)got;
    }
}
