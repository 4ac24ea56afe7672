/* Template name: a dotted name, split once, and looked up on a stack of contexts. */
#ifndef TEMPLATE_TEMPLATE_NAME_H
#define TEMPLATE_TEMPLATE_NAME_H

#include "base/arena.h"
#include "base/value.h"

struct template_path {
    struct text written;      /* "sender.name"; "." is the innermost context itself */
    const struct text *parts; /* none for "." */
    size_t count;
};

enum { TEMPLATE_NAME = 256, TEMPLATE_PARTS = 16 };

/* False when it has more than TEMPLATE_PARTS parts. An empty part matches nothing. */
bool template_path_parse(struct arena *arena, struct text written, struct template_path *ret_path);

/* The parts behind `skipped` within `value`; NULL when one is missing. */
const struct value *template_path_within(const struct template_path *path, size_t skipped,
                                         const struct value *value);

/*
 * The specification's lookup: the innermost context that has the first part decides; the rest is
 * looked for only within what it has. NULL when missing.
 */
const struct value *template_path_find(const struct template_path *path,
                                       const struct value *const *stack, size_t depth);

/* For a path that is missing: the nearest to its missing part of the names at hand there, empty
 * when none is near; and what is written before that part ("sender."). */
struct text template_path_guess(const struct template_path *path, const struct value *const *stack,
                                size_t depth, struct text *ret_before);

/* What a section asks: absent, null, false, "", 0 and the empty list are false. */
bool template_truth(const struct value *value);

#endif
