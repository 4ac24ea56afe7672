/* Collect, whose: which delivery a mail is about, and what proves it. */
#ifndef FLOW_COLLECT_WHOSE_H
#define FLOW_COLLECT_WHOSE_H

#include "flow/workspace.h"
#include "store/bounce.h"
#include "verdict/report.h"

struct collect_whose {
    struct bounce_target *target; /* NULL: nobody's we know */
    enum bounce_proof proof;
};

/* Everything lives in `arena`. */
bool collect_whose_find(const struct workspace *workspace, struct arena *arena,
                        const struct report *report, struct collect_whose *ret_whose,
                        struct error *err);

#endif
