/* Example: the files of the example workspace, built into the binary for `init`. */
#ifndef CLI_EXAMPLE_H
#define CLI_EXAMPLE_H

#include "base/text.h"

struct example_file {
    struct text path; /* inside the workspace */
    struct text content;
};

extern const struct example_file example_files[];
extern const size_t example_file_count;

#endif
