/*
 * Site: previews as plain files, for a pull request or an archive: no server, no script.
 *
 * One page a message, with the HTML part framed at both widths, the text part and what the inbox
 * shows; one page that lists them all.
 */
#ifndef WEB_SITE_H
#define WEB_SITE_H

#include "base/buffer.h"

struct site_mail {
    struct text campaign, title, persona, language;
    struct text stem; /* of its files: STEM.html (the page), STEM.mail.html, STEM.txt, STEM.eml */
    struct text from_name, from_address, subject, text, html;
    struct text mistake; /* why this reader would not get it; else empty */
};

void site_render_mail(const struct site_mail *mail, struct buffer *out);
/* The framed page: the HTML part, light, with a policy of its own. */
void site_render_frame(const struct site_mail *mail, struct buffer *out);
void site_render_index(const struct site_mail *mails, size_t count, struct buffer *out);

#endif
