/*
 * Probe: merging every member once, for what is wrong with single ones.
 *
 * A value that ten thousand members lack is one mistake of the template, so each is said once, with
 * how many members it concerns and the first of them.
 */
#ifndef FLOW_PROBE_H
#define FLOW_PROBE_H

#include "compose/compose.h"
#include "store/member.h"

enum { PROBE_MISTAKES = 100, PROBE_EXAMPLES = 3, PROBE_KEY = 64 };

/* One mistake: a place of a template, or without one what was said. */
struct probe_mistake {
    struct error error; /* as the first member had it */
    int64_t members;
    struct text examples[PROBE_EXAMPLES]; /* keys, the first PROBE_KEY bytes */
};

struct probe {
    struct arena *arena;
    struct composed *composed;
    struct probe_mistake *mistakes[PROBE_MISTAKES];
    size_t count;
    int64_t others; /* members with mistakes beyond PROBE_MISTAKES */
};

/* For selection_walk(); `self` is the probe. Always true. */
bool probe_member(void *self, const struct member *member, struct error *err);

/* Every mistake as a finding. */
void probe_report(const struct probe *probe, struct findings *findings);

#endif
