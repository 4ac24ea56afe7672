/* Reference: the files that the manual describes, each with its key table. */
#ifndef CAMPAIGN_REFERENCE_H
#define CAMPAIGN_REFERENCE_H

#include "settings/manual.h"

enum { REFERENCE_CONFIG, REFERENCE_CAMPAIGN, REFERENCE_VERDICTS, REFERENCE_COUNT };

extern const struct manual_file reference_files[REFERENCE_COUNT];

/* The whole reference, config/reference.md: every key, then the rules of lint. */
void reference_render(struct buffer *out);

#endif
