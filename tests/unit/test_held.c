/* Held: the table agrees with a plain list, whatever is added and removed. */
#include "base/random.h"
#include "store/held.h"

#include "check.h"

enum { IDS = 3000, STEPS = 200000 };

int main(void)
{
    struct held_set set = {0};
    struct random random = random_seeded(3);
    static bool model[IDS];
    size_t count = 0;
    bool agrees = true;
    for (int i = 0; i < STEPS && agrees; i++) {
        /* Neighbours and far ones, so that chains form and break. */
        size_t at = (size_t)random_below(&random, IDS);
        int64_t id = (int64_t)(at % 2 == 0 ? at + 1 : at * 65536 + 1);
        if (!model[at] && random_below(&random, 3) > 0) {
            held_add(&set, id);
            count++;
            model[at] = true;
        } else if (model[at]) {
            held_remove(&set, id);
            count--;
            model[at] = false;
        }
        agrees = set.count == count && (held_find(&set, id) != NULL) == model[at];
    }
    check("it knows at every step what was added", agrees);
    for (size_t at = 0; at < IDS && agrees; at++)
        agrees = (held_find(&set, (int64_t)(at % 2 == 0 ? at + 1 : at * 65536 + 1)) != NULL) ==
                 model[at];
    check("and at the end", agrees);
    held_free(&set);
    return check_done();
}
