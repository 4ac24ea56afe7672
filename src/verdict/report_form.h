/*
 * Report form: which program wrote a notice, where that can be told.
 */
#ifndef VERDICT_REPORT_FORM_H
#define VERDICT_REPORT_FORM_H

#include "verdict/report_reading.h"

/* Whose words the reasons are, where the notice itself does not say. */
enum form_voice {
    VOICE_OWN,  /* the program holds mailboxes and may have looked the address up itself */
    VOICE_RCPT, /* a gateway that passes on what the next server answered to RCPT */
    VOICE_ELSE, /* another server's, and at which command is not known */
};

struct form {
    const char *name;
    const char *field, *value; /* a field of the head, and what its value begins with; or NULL */
    const char *words;         /* in the notice, as the program writes them; or NULL */
    enum form_voice voice;
};

/* NULL when the program is not known. */
const struct form *form_of(struct reading *reading);

/* Which command a reason in `about` answered, by what the form is known for; COMMAND_LOCAL when the
 * program speaks of its own look-up and quotes no other server. */
enum facts_command form_command(const struct form *form, struct text about);

#endif
