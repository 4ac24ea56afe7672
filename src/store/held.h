/* Held: the rows a ledger has handed out, found by their id; for the store room only. */
#ifndef STORE_HELD_H
#define STORE_HELD_H

#include "store/ledger.h"

enum held_phase {
    HELD_FREE = 0,
    HELD_TAKEN,  /* READY on disk */
    HELD_INTENT, /* INTENT on disk, put there by this ledger */
};

struct held {
    int64_t id, edition_id;
    int64_t domain_id;
    int64_t reason; /* on disk */
    enum held_phase phase;
    enum grant grant; /* of the last turn it was intended in */
    bool intended;    /* noted, to be written by the next commit */
    bool passed;      /* a gate let it through and has not heard of its end */
    bool begun;       /* … and it has taken its place */
    bool settled;     /* its result is noted; it leaves with the next commit */
    unsigned veto;    /* the reason of a grant that is not GRANT_YES */
};

struct held_set {
    struct held *slots;
    size_t capacity, count; /* capacity is a power of two, at most half full */
};

void held_free(struct held_set *set);
/* NULL when it is not held. Valid until the next held_add() or held_remove(). */
struct held *held_find(const struct held_set *set, int64_t id);
struct held *held_add(struct held_set *set, int64_t id);
void held_remove(struct held_set *set, int64_t id);

#endif
