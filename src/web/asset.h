/* Asset: the files of the preview's page, built into the program. */
#ifndef WEB_ASSET_H
#define WEB_ASSET_H

#include "base/text.h"

struct asset {
    const char *path, *type; /* "" is the page itself */
    struct text content;
};

extern const struct asset assets[];
extern const size_t asset_count;

#endif
