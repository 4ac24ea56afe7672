/*
 * Mail view: the HTML part as a frame of the preview shows it.
 *
 * A browser is no mail program, so what differs is put in: light or dark is decided here, not by
 * the reader's own system, and merged values are marked with where they came from. Nothing of the
 * mail runs, and nothing is fetched: mail_view_policy says so to the browser.
 */
#ifndef WEB_MAIL_VIEW_H
#define WEB_MAIL_VIEW_H

#include "base/buffer.h"

struct mail_view {
    bool dark;
    bool images; /* that are in the mail itself; others are never fetched, but have a box */
    bool marks;  /* the styles for <span class="broadside-merged" data-from="…"> */
};

/* Content-Security-Policy of the frame. */
const char *mail_view_policy(const struct mail_view *view);

void mail_view_render(const struct mail_view *view, struct text html, struct buffer *out);

/* What an inbox shows behind the subject: the first words of the HTML part, padding left out. */
enum { MAIL_VIEW_SNIPPET = 240 };
void mail_view_snippet(struct text html, struct buffer *out);

#endif
