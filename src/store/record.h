/*
 * Record: a row of a members' CSV, checked and in the form in which it is stored; for the store
 * room only.
 */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "store/import.h"
#include "store/rows.h"

/* The known columns that are texts of a member; the others are treated each in its own way. */
enum column {
    COLUMN_ATTRIBUTE = 0,
    COLUMN_KEY,
    COLUMN_EMAIL,
    COLUMN_KIND,
    COLUMN_TOPICS,
    COLUMN_TAGS,
    COLUMN_FIRST_NAME,
    COLUMN_LAST_NAME,
    COLUMN_ORGANIZATION,
    COLUMN_ROLE,
    COLUMN_LANGUAGE,
    COLUMN_TIMEZONE,
    COLUMN_COUNT,
};

/* The name of a known column, as in a header. */
struct text column_name(enum column column);

struct header {
    enum column columns[IMPORT_COLUMNS];
    struct text names[IMPORT_COLUMNS];
    size_t count;
    bool has[COLUMN_COUNT];
    /* The attribute columns, sorted by name: so their JSON is the same whatever their order. */
    size_t attributes[IMPORT_COLUMNS];
    size_t attribute_count;
};

/* Texts are copied into `arena`. */
bool header_read(struct arena *arena, const struct row *row, struct text path,
                 struct header *ret_header, struct error *err);
/* The known column that was meant by an attribute's name ("frist_name", "First Name"), unless the
 * file has that column; else empty. */
struct text header_guess(const struct header *header, size_t index);
/* Whether an attribute of this name comes from the file. */
bool header_has_attribute(const struct header *header, struct text name);

struct record {
    uint64_t line;
    struct text raw;
    struct member member; /* its id and times are not set; absent columns are empty */
    struct text domain;
    unsigned char hash[ADDRESS_HASH];
    struct text *topics;
    size_t topic_count;
};

/* Everything is copied into `arena`. `ret_problem` is NULL, or why the row is refused. */
struct record *record_read(struct arena *arena, const struct header *header, const struct row *row,
                           const struct token_key *key, const char **ret_problem);

#endif
