/* Nearest: of the names there are, the one that was meant by a name there is not. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include "base/text.h"

struct nearest {
    struct text typed;
    struct text name; /* the nearest so far; empty: none is near */
    unsigned limit;   /* how far away the next one may be at most */
    bool exact;       /* nothing can be nearer than `name` */
};

/* A short word may be one letter off, a long one three. */
struct nearest nearest_to(struct text typed);
/* Every name there is, one by one; of equally near ones the first stays. */
void nearest_offer(struct nearest *nearest, struct text name);

#endif
