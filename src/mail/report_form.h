/*
 * Report form: which program wrote a notice, where that can be told.
 */
#ifndef MAIL_REPORT_FORM_H
#define MAIL_REPORT_FORM_H

#include "mail/report_reading.h"

struct form {
    const char *name;
    const char *field, *value; /* a field of the head, and what its value begins with; or NULL */
    const char *words;         /* in the notice, as the program writes them; or NULL */
    bool is_remote;            /* quotes another server even where it does not say so */
};

/* NULL when the program is not known. */
const struct form *form_of(struct reading *reading);

/* True when the program speaks of its own look-up in `about`, and quotes no other server. */
bool form_is_local(const struct form *form, struct text about);

#endif
