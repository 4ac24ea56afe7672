/*
 * Document guard: looks at the bytes of a YAML file before any parser does.
 *
 * What would cost the parser time without bound, or let bytes through that no person typed, is
 * refused here, in one pass over the file.
 */
#ifndef SETTINGS_DOCUMENT_GUARD_H
#define SETTINGS_DOCUMENT_GUARD_H

#include "base/finding.h"

/* Takes a byte order mark off `*text`. False, with the mistakes in `findings`, when it must not be
 * parsed. */
bool document_guard(struct text *text, struct text path, enum fault fault,
                    struct findings *findings);

#endif
