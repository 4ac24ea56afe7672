/* Memory: allocation that never returns NULL. */
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

void memory_gone(void)
{
    static const char line[] = "broadside: out of memory; nothing is lost, run the same command "
                               "again when memory is free\n";
    ssize_t written = write(STDERR_FILENO, line, sizeof(line) - 1);
    (void)written;
    _exit(EX_TEMPFAIL);
}

void *memory_take(size_t size)
{
    void *at = calloc(1, size > 0 ? size : 1);
    if (at == NULL)
        memory_gone();
    return at;
}

void *memory_grow(void *at, size_t size)
{
    void *grown = realloc(at, size > 0 ? size : 1);
    if (grown == NULL)
        memory_gone();
    return grown;
}

void memory_free(void *at)
{
    free(at);
}

void memory_wipe(void *at, size_t size)
{
    explicit_bzero(at, size);
}

void memory_must_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr,
            "broadside: this is a bug in Broadside, not your mistake: %s:%d expected %s\n"
            "Nothing is lost: what was not sent stays in the ledger. Please report this line.\n",
            file, line, condition);
    abort();
}
