/* Addresses: whatever comes out must be fit for a command line of SMTP. */
#include <stdint.h>

#include "base/memory.h"
#include "mail/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA(arena);
    struct error err;
    struct address address;
    struct text input = text_from((const char *)data, size);
    if (address_parse(&arena, input, ADDRESS_UTF8_LOCAL, &address, &err)) {
        must(address.whole.length <= ADDRESS_WHOLE);
        must(!text_has_control(address.whole, NULL));
        must(text_is_ascii(address.whole) || address.needs_smtputf8);
        must(text_find_byte(address.domain, '>') == TEXT_NONE);
    }
    return 0;
}
