/*
 * Secret: a password that is fetched when needed, shown as ***, and wiped.
 *
 * It never stands in a configuration file. It comes from a file that only its owner can read, from
 * an environment variable, or from the output of a command. No message ever holds a byte of it, and
 * from the first one on no core of the process is written (confine_sight()).
 */
#ifndef SETTINGS_SECRET_H
#define SETTINGS_SECRET_H

#include "settings/setting.h"

enum { SECRET_BYTES = 4096, SECRET_COMMAND_SECONDS = 10 };

struct secret;

/*
 * Fetches from the one source that is set; a relative file is taken below `root`. One newline at
 * its end is dropped; an empty secret, a control character in it, or more than SECRET_BYTES is
 * refused. A file is refused when its group or others may read or write it. A command runs by
 * /bin/sh -c in `root`, its standard output only, and is killed after SECRET_COMMAND_SECONDS.
 * Faults are FAULT_CONFIG, at the source's place.
 */
struct secret *secret_open(const struct secret_source *source, const char *root, struct error *err);

/* Wipes and frees; NULL is fine. */
void secret_close(struct secret *secret);

/* The bytes, for the one call that needs them; NUL-terminated. Valid until the secret is closed. */
const char *secret_reveal(const struct secret *secret);

/* What may be shown: "***", or "" for NULL. */
const char *secret_shown(const struct secret *secret);

/* True when one of the three sources is named. */
bool secret_is_named(const struct secret_source *source);

#endif
