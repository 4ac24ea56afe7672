/* Echo: a server that repeats a secret in what it says. */
#ifndef MAIL_ECHO_H
#define MAIL_ECHO_H

#include <stdbool.h>

#include "base/text.h"

/* As it is, or in base64, alone or within something longer. `secret` may be NULL. */
bool echo_holds(struct text words, const char *secret);

#endif
