/*
 * Option: one row gives parsing and help.
 *
 * A row names a field of the command's own options struct; a field of the wrong type does not
 * compile.
 */
#ifndef DESK_OPTION_H
#define DESK_OPTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum option_type {
    OPTION_FLAG,   /* bool */
    OPTION_STRING, /* const char *, NULL when not given; the last one wins */
    OPTION_NUMBER, /* uint64_t, 0 when not given */
    OPTION_LIST,   /* struct option_list: may be given several times */
};

enum { OPTION_LIST_MAXIMUM = 64 };

struct option_list {
    const char *items[OPTION_LIST_MAXIMUM];
    size_t count;
};

struct option_row {
    const char *name; /* "dry-run" */
    char letter;      /* 'n', or 0 */
    const char *argument;
    enum option_type type;
    size_t offset;
    const char *sentence;
};

#define OPTION_FIELD(structure, field, type)                                                       \
    (offsetof(structure, field) +                                                                  \
     0 * sizeof(char[_Generic(&((structure *)0)->field, type * : 1, default                        \
                              : -1)]))

#define FLAG_ROW(structure, field, name, letter, sentence)                                         \
    {                                                                                              \
        name, letter, NULL, OPTION_FLAG, OPTION_FIELD(structure, field, bool), sentence            \
    }
#define STRING_ROW(structure, field, name, letter, argument, sentence)                             \
    {                                                                                              \
        name, letter, argument, OPTION_STRING, OPTION_FIELD(structure, field, const char *),       \
            sentence                                                                               \
    }
#define NUMBER_ROW(structure, field, name, letter, argument, sentence)                             \
    {                                                                                              \
        name, letter, argument, OPTION_NUMBER, OPTION_FIELD(structure, field, uint64_t), sentence  \
    }
#define LIST_ROW(structure, field, name, letter, argument, sentence)                               \
    {                                                                                              \
        name, letter, argument, OPTION_LIST, OPTION_FIELD(structure, field, struct option_list),   \
            sentence                                                                               \
    }
#define ROWS_END                                                                                   \
    {                                                                                              \
        NULL, 0, NULL, OPTION_FLAG, 0, NULL                                                        \
    }

/* A set of rows and the struct they fill. */
struct option_group {
    const struct option_row *rows; /* ends with ROWS_END */
    void *values;
};

/*
 * Reads argv[1] … into the groups. What is no option moves to the front of argv (from 1 on), in
 * order; `ret_count` says how many. "--" ends the options. An unknown option names the nearest one.
 */
bool option_parse(int argc, char **argv, const struct option_group *groups, size_t group_count,
                  size_t *ret_count, struct error *err);

/* How many letters it has; some are more bytes than one. */
int option_help_width(const char *name);
/* A name and what it means, beside each other: the name takes `column` letters. */
void option_help_line(const char *name, int column, const char *meaning, struct buffer *out);
/* One such line a row. */
void option_help(const struct option_row *rows, struct buffer *out);

#endif
