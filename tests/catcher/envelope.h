/* Envelope: who a message says it is from and for, read strictly from MAIL and RCPT. */
#ifndef CATCHER_ENVELOPE_H
#define CATCHER_ENVELOPE_H

#include "bytes.h"

enum { ENVELOPE_RECIPIENTS_MAX = 1000, ENVELOPE_PATH_MAX = 320 };

struct envelope {
    bool begun;        /* MAIL was accepted */
    bool utf8;         /* SMTPUTF8 was asked for */
    size_t count;      /* recipients */
    struct bytes from; /* without brackets */
    struct bytes mail_parameters;
    struct bytes to;              /* each recipient without brackets, then a NUL */
    struct bytes rcpt_parameters; /* each recipient's, then a NUL */
};

/* A path taken apart: borrowed slices of the command line. */
struct path {
    const char *address;
    size_t address_length;
    const char *parameters; /* from the first word behind the path to the end of the line */
    size_t parameters_length;
};

void envelope_clear(struct envelope *envelope);
void envelope_free(struct envelope *envelope);
/* Reads `PREFIX:<address> parameters` (RFC 5321 4.1.2), strictly: no space behind the colon,
 * brackets required. */
bool path_parse(const char *line, size_t length, const char *prefix, struct path *ret_path);
/* A mailbox as RFC 5321 wants it, as far as a catcher needs to know: something, an @, something; no
 * controls. */
bool path_is_mailbox(const struct path *path);
bool path_is_ascii(const struct path *path);
/* Takes the next `NAME[=VALUE]` of the parameters; false at the end. */
bool path_parameter(struct path *path, const char **ret_word, size_t *ret_length);

#endif
