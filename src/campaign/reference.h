/* Reference: the files that the manual describes, each with its key table. */
#ifndef CAMPAIGN_REFERENCE_H
#define CAMPAIGN_REFERENCE_H

#include "settings/manual.h"

enum { REFERENCE_CONFIG, REFERENCE_CAMPAIGN, REFERENCE_COUNT };

extern const struct manual_file reference_files[REFERENCE_COUNT];

#endif
