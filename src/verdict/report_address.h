/*
 * Report address: addresses in the middle of text, as mail programs write them.
 */
#ifndef VERDICT_REPORT_ADDRESS_H
#define VERDICT_REPORT_ADDRESS_H

#include <stdbool.h>

#include "base/text.h"

/*
 * The next address of `line` at or behind `*at`, which then stands behind it. Takes what mail
 * programs write, not only what RFC 5321 allows; the caller's ledger decides what it is worth.
 */
bool address_next(struct text line, size_t *at, struct text *ret_address);

#endif
