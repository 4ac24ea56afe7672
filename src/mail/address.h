/*
 * Address: the addr-spec of RFC 5321 4.1.2 and RFC 5322 3.4.1, read strictly.
 *
 * Accepted: a dot-atom or a quoted string, "@", a domain name of LDH labels or an internationalized
 * one, which becomes A-labels (IDNA 2008, non-transitional, STD3). Refused: comments, folding,
 * obsolete forms, address literals, and every control character, wherever it stands. So what comes
 * out may be written into a command line of SMTP or a header as it is.
 */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

/* Octets. RFC 5321 4.5.3.1, RFC 1035 2.3.4; 254 because a path of 256 includes its angle brackets.
 */
enum { ADDRESS_LOCAL = 64, ADDRESS_DOMAIN = 255, ADDRESS_WHOLE = 254, ADDRESS_LABEL = 63 };

enum address_flag {
    ADDRESS_STRICT = 0,
    ADDRESS_UTF8_LOCAL = 1 << 0,   /* a local part beyond ASCII (RFC 6531); reported below */
    ADDRESS_SINGLE_LABEL = 1 << 1, /* a domain without a dot, such as localhost */
};

struct address {
    struct text local;  /* as written; quotes that RFC 5322 does not need are taken off */
    struct text domain; /* A-labels, lower-case */
    struct text whole;  /* local@domain: what is sent to; NUL-terminated */
    struct text key;    /* whole with the local part in lower case: what suppression compares; never
                           sent to */
    bool needs_smtputf8; /* the local part is not ASCII: only a relay with SMTPUTF8 can take it */
};

/* All texts of `ret_address` live in `arena`. Errors are FAULT_FILE and made for people: "two dots
 * in a row before the @". Blanks around the address are an error too: trim first. */
bool address_parse(struct arena *arena, struct text input, unsigned flags,
                   struct address *ret_address, struct error *err);

/* A domain name alone, to lower-case A-labels. `flags`: ADDRESS_SINGLE_LABEL. */
bool address_domain_parse(struct arena *arena, struct text input, unsigned flags,
                          struct text *ret_domain, struct error *err);

/* What is behind the last "@"; empty without one. Of an address that was parsed before. */
struct text address_domain_of(struct text whole);

#endif
