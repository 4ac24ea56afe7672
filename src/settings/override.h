/* Override: one configuration key set for this run, as -o KEY=VALUE sets it. */
#ifndef SETTINGS_OVERRIDE_H
#define SETTINGS_OVERRIDE_H

#include "settings/document.h"

/*
 * Puts VALUE (YAML) at KEY (a dotted path; a number counts in a list from 0, and may add one at its
 * end) into the tree below `root`, making mappings on the way. Mistakes name "-o KEY", never the
 * value. `root` is a mapping.
 */
void override_apply(struct arena *arena, struct node *root, struct text key_value, enum fault fault,
                    struct findings *findings);

#endif
