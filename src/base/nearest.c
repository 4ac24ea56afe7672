/* Nearest: a name is offered, and kept when it is nearer than those before. */
#include "base/nearest.h"

#include "base/banned.h"

struct nearest nearest_to(struct text typed)
{
    return (struct nearest){.typed = typed,
                            .limit = typed.length < 4   ? 1
                                     : typed.length < 8 ? 2
                                                        : 3};
}

void nearest_offer(struct nearest *nearest, struct text name)
{
    unsigned distance = text_distance(nearest->typed, name, nearest->limit);
    if (nearest->exact || distance > nearest->limit)
        return;
    nearest->name = name;
    nearest->exact = distance == 0;
    nearest->limit = distance > 0 ? distance - 1 : 0;
}
