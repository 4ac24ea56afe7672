/* Filter kinds: what the filters with a grammar of their own share with the chain. */
#ifndef TEMPLATE_FILTER_KINDS_H
#define TEMPLATE_FILTER_KINDS_H

#include "template/filter.h"

struct filter_run {
    const struct filter_use *use;
    const struct filter_language *language;
};

/* Changes *value, whose new text is in `out` (empty at first). A missing value stays missing. */
typedef bool (*filter_function)(const struct filter_run *run, struct value *value,
                                struct buffer *out, struct error *err);

bool filter_date(const struct filter_run *run, struct value *value, struct buffer *out,
                 struct error *err);
bool filter_number(const struct filter_run *run, struct value *value, struct buffer *out,
                   struct error *err);
/* Checks a format when it is parsed; false with a message about the letter it does not know. */
bool filter_date_format(struct text format, struct error *err);

#endif
