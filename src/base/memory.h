/*
 * Memory: allocation that never returns NULL.
 *
 * A dispatcher that is out of memory cannot reason its way on. It ends at once with one line and
 * exit status 75, exactly as if it had been killed, and the ledger makes that safe: what was not
 * sent stays ready, what may have been sent is called unknown at the next start.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed memory of `size` bytes (0 gives a valid, freeable pointer). */
void *memory_take(size_t size);

/* Grows `at` (may be NULL) to `size` bytes; what is new is not zeroed. */
void *memory_grow(void *at, size_t size);

/* NULL is fine. */
void memory_free(void *at);

/* Overwrites `size` bytes so that no compiler may leave it out; for secrets. */
void memory_wipe(void *at, size_t size);

/* Ends the program as above; for a library that says it had no memory. */
_Noreturn void memory_gone(void);

/* Our own bugs end the program with the place of the broken promise; they are never dressed up as
 * advice. */
#define must(condition) ((condition) ? (void)0 : memory_must_failed(#condition, __FILE__, __LINE__))
_Noreturn void memory_must_failed(const char *condition, const char *file, int line);

#endif
