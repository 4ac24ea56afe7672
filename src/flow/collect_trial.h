/* Collect, trial: reading strangers' bytes first where a crash costs nothing. */
#ifndef FLOW_COLLECT_TRIAL_H
#define FLOW_COLLECT_TRIAL_H

#include "base/error.h"

enum {
    TRIAL_MAIL_SECONDS = 10,           /* one mail */
    TRIAL_MEMORY = 1024 * 1024 * 1024, /* bytes of address space beyond what is there */
};

/* Reads mail `index`; what it finds is thrown away. */
typedef void trial_read(void *self, size_t index);

/*
 * Lets a child process read mails 0 … count-1. `ret_poison[i]` is true for each that ended it (a
 * crash, no memory, no end); the others came through. `forget` is called in the child first, to
 * wipe what it must not have. FAULT_WRITE when no child can be made.
 */
bool collect_trial(size_t count, trial_read *read, void (*forget)(void *self), void *self,
                   bool *ret_poison, struct error *err);

#endif
