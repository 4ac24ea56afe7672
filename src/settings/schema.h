/*
 * Schema: key tables that turn a document into checked structs.
 *
 * A shape describes one struct: a row a key, with its type, its field, its default and one
 * sentence. The same rows give validation, messages with "did you mean", defaults, the reference
 * manual and the annotated example. A row whose field has another type than its KEY_ macro does not
 * compile:
 *
 *     static const struct key relay_keys[] = {
 *         {"url", KEY_TEXT(struct relay, url), REQUIRED, NULL, "smtp://h.example", "The relay."},
 *         {"tries", KEY_NUMBER(struct relay, tries, 1, 9), 0, "3", NULL, "How often it is tried."},
 *     };
 *     const struct shape relay_shape = SHAPE_WITH(struct relay, relay_keys, .check = relay_check);
 *
 * A struct with a shape begins with `struct place place`: where its mapping stands, path empty when
 * it was not written.
 */
#ifndef SETTINGS_SCHEMA_H
#define SETTINGS_SCHEMA_H

#include "settings/document.h"
#include "settings/setting.h"

struct key;
struct shape;

/* A word of a choice and its number. A table of them ends with a NULL word. */
struct word {
    const char *word;
    int number;
};

/* Says whether a text is fit; if not, err->message says why, as it is read behind "key: ". */
typedef bool text_check(struct text text, struct error *err);

/* What one reading carries along. */
struct schema {
    struct arena *arena;
    struct findings *findings;
    enum fault fault;
};

struct key_type; /* how a value is read, and what the manual calls it: schema_types.c */

struct key {
    const char *name;
    const struct key_type *type;
    size_t offset;
    union {
        text_check *check;         /* texts and lists of them; NULL: no further check */
        const struct word *words;  /* choices */
        const struct shape *shape; /* mappings, lists and maps of them */
        const char *advice;        /* refused keys */
    };
    int64_t least,
        most; /* numbers and durations: the range; lists and maps: at most `most` items */
    unsigned flags;
    const char *fallback; /* the default as it would be written; NULL: none */
    const char *example;  /* what may be written; of a map: a name. NULL: the default shows it */
    const char *doc;      /* one sentence */
};

enum {
    REQUIRED = 1, /* must be written whenever its mapping is */
    LATER = 2,    /* read and checked, but without effect yet: leaves a note */
};

struct shape {
    size_t size;
    const struct key *keys;
    size_t count;
    const struct key *others; /* the one row that takes every other key (KEY_CONDITIONS); NULL: they
                                 are mistakes */
    size_t name_offset;       /* in a map of names: the field (struct text) that keeps the name */
    text_check *name_check;   /* of the names in such a map */
    /* Looks at the whole struct, after all its keys were read without a mistake. May fill fields
     * in. */
    void (*check)(struct schema *schema, void *at);
};

#define SHAPE(S, rows)                                                                             \
    {                                                                                              \
        SHAPE_OF(S, rows)                                                                          \
    }
/* With designated fields of struct shape behind the rows. */
#define SHAPE_WITH(S, rows, ...)                                                                   \
    {                                                                                              \
        SHAPE_OF(S, rows), __VA_ARGS__                                                             \
    }
#define SHAPE_OF(S, rows)                                                                          \
    .size = sizeof(S) + 0 * sizeof(char[SCHEMA_FIELD(S, place, struct place) == 0 ? 1 : -1]),      \
    .keys = (rows), .count = sizeof(rows) / sizeof((rows)[0])

/* The offset of a field, if it has just this type. */
#define SCHEMA_FIELD(S, field, T) _Generic(((S *)0)->field, T : offsetof(S, field))

extern const struct key_type key_text, key_texts, key_bool, key_number, key_word, key_duration,
    key_rates, key_time, key_hours, key_placed_line, key_placed_name, key_placed_block, key_value,
    key_conditions, key_mapping, key_mapping_or_list, key_list, key_map, key_refused;

/* One line without control characters. KEY_TEXT_AS: and fit by a check. */
#define KEY_TEXT(S, field) &key_text, SCHEMA_FIELD(S, field, struct text), {NULL}, 0, 0
#define KEY_TEXT_AS(S, field, fit)                                                                 \
    &key_text, SCHEMA_FIELD(S, field, struct text), {.check = (fit)}, 0, 0
/* A list of such; a single one may be written without brackets. */
#define KEY_TEXTS(S, field, fit)                                                                   \
    &key_texts, SCHEMA_FIELD(S, field, struct text_list), {.check = (fit)}, 0, 1000
/* true or false. */
#define KEY_BOOL(S, field) &key_bool, SCHEMA_FIELD(S, field, bool), {NULL}, 0, 0
/* A whole number within a range. */
#define KEY_NUMBER(S, field, from, to)                                                             \
    &key_number, SCHEMA_FIELD(S, field, int64_t), {NULL}, (from), (to)
/* One of a table of words; the field is an int-sized enum. */
#define KEY_WORD(S, field, E, table)                                                               \
    &key_word, SCHEMA_FIELD(S, field, E) + 0 * sizeof(char[sizeof(E) == sizeof(int) ? 1 : -1]),    \
        {.words = (table)}, 0, 0
/* "30s", "15m", "24h", "3d", within a range in milliseconds. */
#define KEY_DURATION(S, field, from, to)                                                           \
    &key_duration, SCHEMA_FIELD(S, field, int64_t), {NULL}, (from), (to)
/* A list of rates; a single one may be written without brackets. */
#define KEY_RATES(S, field) &key_rates, SCHEMA_FIELD(S, field, struct rate_list), {NULL}, 0, 16
/* "2026-12-01T09:00" or "2026-12-01", without a zone. */
#define KEY_TIME(S, field) &key_time, SCHEMA_FIELD(S, field, struct local_time), {NULL}, 0, 0
/* "08:00-20:00". */
#define KEY_HOURS(S, field) &key_hours, SCHEMA_FIELD(S, field, struct hours), {NULL}, 0, 0
/* A text with its place: one line, or lines. */
#define KEY_PLACED_LINE(S, field)                                                                  \
    &key_placed_line, SCHEMA_FIELD(S, field, struct placed_text), {NULL}, 0, 0
/* A name with its place, in which nothing is merged. */
#define KEY_PLACED_NAME(S, field, fit)                                                             \
    &key_placed_name, SCHEMA_FIELD(S, field, struct placed_text), {.check = (fit)}, 0, 0
#define KEY_PLACED_BLOCK(S, field)                                                                 \
    &key_placed_block, SCHEMA_FIELD(S, field, struct placed_text), {NULL}, 0, 0
/* Any mapping, as a struct value: plain true, false, null and JSON numbers are typed, all else is
 * text. */
#define KEY_VALUE(S, field) &key_value, SCHEMA_FIELD(S, field, struct value), {NULL}, 0, 0
/* Field names and the texts each may have; as a key's value, or as `others` of a shape. */
#define KEY_CONDITIONS(S, field)                                                                   \
    &key_conditions, SCHEMA_FIELD(S, field, struct named_texts_list), {NULL}, 0, 100
/* A struct with a shape, which is always read: without its mapping it holds its defaults. */
#define KEY_MAPPING(S, field, T, its_shape)                                                        \
    &key_mapping, SCHEMA_FIELD(S, field, T), {.shape = &(its_shape)}, 0, 0
/* Lists of them: L is a struct {T *at; size_t count;}. KEY_MAPPING_OR_LIST also takes a single
 * mapping. */
#define KEY_LIST(S, field, L, T, its_shape, cap)                                                   \
    &key_list, SCHEMA_LIST(S, field, L, T), {.shape = &(its_shape)}, 0, (cap)
#define KEY_MAPPING_OR_LIST(S, field, L, T, its_shape, cap)                                        \
    &key_mapping_or_list, SCHEMA_LIST(S, field, L, T), {.shape = &(its_shape)}, 0, (cap)
/* A mapping of names to such structs, in the order of the file. */
#define KEY_MAP(S, field, L, T, its_shape, cap)                                                    \
    &key_map, SCHEMA_LIST(S, field, L, T), {.shape = &(its_shape)}, 0, (cap)
/* A key that is known only to be refused with advice. It has no field and no place in the manual.
 */
#define KEY_REFUSED(its_advice) &key_refused, 0, {.advice = (its_advice)}, 0, 0

#define SCHEMA_LIST(S, field, L, T)                                                                \
    SCHEMA_FIELD(S, field, L) +                                                                    \
        0 * _Generic(((L *)0)->at, T *                                                             \
                     : sizeof(L)) +                                                                \
        0 * _Generic(((L *)0)->count, size_t : 1)

/*
 * Reads `root` (a mapping) into `at`, a zeroed struct of that shape; every mistake goes to
 * `findings` with `fault`. True when there was none. Texts are borrowed from the document; lists
 * live in `arena`.
 */
bool schema_read(const struct shape *shape, const struct node *root, struct arena *arena,
                 enum fault fault, struct findings *findings, void *at);

/* For a shape's check: one more mistake, at a place. */
void schema_mistake(struct schema *schema, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The rule of the note that a LATER key leaves. */
#define SCHEMA_LATER TEXT("not-yet-in-effect")

#endif
