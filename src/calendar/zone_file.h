/* Zone file: what a zone is inside; for zone.c and zone_file.c only. */
#ifndef CALENDAR_ZONE_FILE_H
#define CALENDAR_ZONE_FILE_H

#include "calendar/zone.h"

/* From an instant on, until the next span, the clock is so far ahead of UTC. */
struct zone_span {
    int64_t from_ms, offset_ms;
};

struct zone {
    struct zone_span *spans; /* ascending; the first begins at INT64_MIN */
    size_t count;
};

#endif
