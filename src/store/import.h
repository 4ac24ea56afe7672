/*
 * Import: members out of a CSV file (RFC 4180, UTF-8, a byte order mark is allowed).
 *
 * Reading again updates and never undoes what a member decided: who unsubscribed stays so, who is
 * suppressed stays so. A bad row is rejected alone, with the line it begins on and the reason;
 * `strict` rejects the file instead.
 *
 * Rows are committed in batches. That is safe because importing is idempotent: a run that was
 * killed is simply run again. A strict or dry run is one transaction that is rolled back.
 */
#ifndef STORE_IMPORT_H
#define STORE_IMPORT_H

#include "store/member.h"

enum {
    IMPORT_FIELD = 16 * 1024, /* bytes of a field */
    IMPORT_ROW = 64 * 1024,   /* bytes of a row's fields together */
    IMPORT_COLUMNS = 256,
    IMPORT_ROWS = 20 * 1000 * 1000,
    IMPORT_KEY = 254, /* bytes of a key */
    IMPORT_NAME = 64, /* bytes of a column name, a topic or a tag */
};

struct import {
    struct text path; /* names the file in messages and in the consent history */
    int fd;           /* what is read; not closed */
    const struct token_key *key;
    struct text topic; /* every accepted row is subscribed to it, too; empty: none */
    bool dry_run;      /* counts only */
    bool strict;       /* the first bad row ends it, and nothing is changed */
    int64_t now_ms;
    const struct lock *lock; /* the dispatcher lock when held (else NULL): allows checkpoints */
    /* Each rejected row, as it stood; may be NULL. False stops the import with its error. */
    bool (*reject)(void *self, uint64_t line, const char *reason, struct text row,
                   struct error *err);
    /* A column that becomes an attribute, and the known one it looks like; may be NULL. */
    void (*doubt)(void *self, struct text column, struct text guess);
    void (*progress)(void *self, uint64_t rows, uint64_t bytes); /* once a batch; may be NULL */
    void *self;
};

struct import_counts {
    uint64_t rows, added, changed, unchanged, rejected;
    uint64_t subscribed; /* new subscriptions */
    uint64_t kept_out;   /* subscriptions not made because the member unsubscribed before */
    uint64_t suppressed; /* accepted rows whose address is suppressed: nothing goes there */
};

bool import_members(struct store *store, const struct import *import,
                    struct import_counts *ret_counts, struct error *err);

#endif
