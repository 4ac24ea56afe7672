/* Fit: what an address, a name, a path or a URL in a file of ours must look like. Checks for key
 * tables. */
#ifndef CAMPAIGN_FIT_H
#define CAMPAIGN_FIT_H

#include "settings/schema.h"

text_check fit_address; /* mail/address.h, strict */
text_check fit_id;      /* [a-z0-9-]{1,64}: ids, topics */
text_check fit_name; /* [A-Za-z0-9_.-]{1,64}, not beginning with a dot: templates, domain groups */
text_check fit_path; /* relative, without "..": a file inside the workspace */
text_check fit_language;    /* RFC 5646 in shape: es, es-MX */
text_check fit_media_type;  /* RFC 6838 4.2: type/subtype */
text_check fit_domain;      /* a domain name of more than one label */
text_check fit_variable;    /* the name of an environment variable */
text_check fit_public_url;  /* https, or http on this machine; no user, no fragment */
text_check fit_mailbox_url; /* as below */
text_check fit_feedback_id; /* [A-Za-z0-9._-]{5,15}, as Gmail's feedback loop asks */

/* imaps://user@host[:port][/FOLDER] (993), pop3s://user@host[:port] (995), maildir:PATH or
 * mbox:PATH; no password. User and folder may hold %40 and the like; a folder outside ASCII is
 * written as the server has it (RFC 3501 5.1.3). */
struct mailbox_url {
    bool is_remote, is_pop3;
    struct text user, host, folder; /* in `arena`, each with a NUL behind it; INBOX by default */
    uint16_t port;
};
bool fit_mailbox_url_parts(struct arena *arena, struct text url, struct mailbox_url *ret_parts,
                           struct error *err);

/* smtp://host[:port] or smtps://…, taken apart. Nothing else may stand in it, least of all a user
 * or password, which no message repeats. */
text_check fit_relay_url;
bool fit_relay_url_parts(struct text url, bool *ret_implicit, struct text *ret_host,
                         uint16_t *ret_port, struct error *err);

#endif
