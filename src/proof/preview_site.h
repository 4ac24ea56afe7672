/* Preview site: `preview --out`, every campaign as every persona sees it, in files. */
#ifndef PROOF_PREVIEW_SITE_H
#define PROOF_PREVIEW_SITE_H

#include "compose/persona.h"
#include "desk/session.h"
#include "flow/workspace.h"
#include "web/site.h"

enum { PREVIEW_SITE_MAILS = 10000 };

struct preview_site {
    struct session *session;
    const char *folder;
    const struct token_key *key; /* may be NULL */
    struct site_mail *mails;
    size_t count;
};

/* Makes the folder. */
bool preview_site_open(struct preview_site *site, struct session *session, const char *folder,
                       struct error *err);
/* The files of one reader: .html .mail.html .txt .eml. Each path goes to stdout. */
bool preview_site_add(struct preview_site *site, struct composed *composed,
                      const struct persona *persona, struct error *err);
/* index.html */
bool preview_site_close(struct preview_site *site, struct error *err);

#endif
