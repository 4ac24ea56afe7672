/* Bundles: what reads back writes the same bytes. */
#include <stdint.h>

#include "base/memory.h"
#include "compose/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA(arena);
    struct error err;
    struct bundle *bundle;
    struct text input = text_from((const char *)data, size);
    if (bundle_parse(&arena, input, &bundle, &err))
        must(text_equal(bundle_serialize(bundle), input));
    return 0;
}
