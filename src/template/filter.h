/*
 * Filter: what stands behind the pipe in {{first_name | default: 'Friend' | upper}}.
 *
 * A filter takes a value and gives a text. One that cannot (a date that is none) says why; whoever
 * renders decides whether that is an error or leaves the value as it was.
 */
#ifndef TEMPLATE_FILTER_H
#define TEMPLATE_FILTER_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/value.h"

enum { FILTER_CHAIN = 8, FILTER_OUTPUT = 1024 * 1024, FILTER_DATE = 256 };

/* How a language writes; unknown ones write as English does. */
struct filter_language {
    const char *code; /* two letters, for case mapping as well */
    const char *months[12], *weekdays[7];
    const char *months_short[12], *weekdays_short[7];
    const char *am, *pm;
    const char *date; /* format when none is given */
    char thousands, decimal;
};
/* "es", "es-MX", "ES_us": the first two letters count. */
const struct filter_language *filter_language(struct text tag);

struct filter;

struct filter_use {
    const struct filter *filter;
    struct text argument; /* unquoted */
    uint64_t number;      /* the argument, where the filter wants a number */
    bool has_argument;
};

struct filter_chain {
    const struct filter_use *uses;
    size_t count;
    bool has_default; /* a missing value is no error */
    bool ends_in_url; /* percent-encoded already */
};

/*
 * Parses "default: 'Friend' | upper": all that stands behind the first pipe. Empty text is the
 * empty chain. On failure err->message says what is wrong, and *ret_at how many bytes into `text`.
 */
bool filter_parse(struct arena *arena, struct text text, struct filter_chain *ret_chain,
                  size_t *ret_at, struct error *err);

bool filter_chain_equal(const struct filter_chain *a, const struct filter_chain *b);

/* Memory that filtering needs; kept from value to value. */
struct filter_scratch {
    struct buffer out[2];
};
void filter_scratch_free(struct filter_scratch *scratch);

/*
 * Runs the chain over *value (type VALUE_NULL when it is missing) and leaves the result there; its
 * text lives in `scratch` until the next run. False: err->message says which filter could not and
 * why, and *value is as the filter found it.
 */
bool filter_apply(const struct filter_chain *chain, const struct filter_language *language,
                  struct filter_scratch *scratch, struct value *value, struct error *err);

#endif
