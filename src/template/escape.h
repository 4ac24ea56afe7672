/*
 * Escape: a value made harmless for the place it stands in.
 *
 * Every kind leaves nothing in its output that could end the place: no quote in an attribute, no
 * angle bracket in text, no scheme but the four a mail needs at the start of a link.
 */
#ifndef TEMPLATE_ESCAPE_H
#define TEMPLATE_ESCAPE_H

#include "base/buffer.h"
#include "base/error.h"

enum escape_kind {
    ESCAPE_NONE,      /* as it is */
    ESCAPE_HEADER,    /* as it is, but a control character is an error */
    ESCAPE_HTML,      /* between tags: & < > " become references */
    ESCAPE_ATTRIBUTE, /* within quotes: ' and ` as well */
    ESCAPE_URL,       /* a link from its first byte: http, https, mailto, tel, or no scheme */
    ESCAPE_URL_PART,  /* within a link: all but unreserved bytes percent-encoded (RFC 3986 2.3) */
    ESCAPE_MAIL_PART, /* within mailto: the same, but @ stays */
    ESCAPE_STYLE,     /* within a style attribute: CSS escapes for all but plain words */
    ESCAPE_TAG,       /* a tag's name: letters and digits, and no element with a language inside */
};

struct escape {
    enum escape_kind kind;
    bool unquoted;    /* the attribute has no quotes: everything unusual becomes a reference */
    bool begins;      /* such an attribute's first byte: when empty, quotes mark its place */
    bool encoded;     /* percent-encoded before (by the url filter): not once more */
    bool conditional; /* below <!--[if …]>: no "--" may close the comment */
};

/*
 * *ret_text is `value` itself when nothing needs escaping, else it lives in `scratch` (emptied
 * first). Not UTF-8 in HTML is not looked at: values are UTF-8. False: err->message says why the
 * value cannot stand there; in HTML, escape_refused() may stand in its place.
 */
bool escape_apply(struct escape escape, struct text value, struct buffer *scratch,
                  struct text *ret_text, struct error *err);
struct text escape_refused(struct escape escape);
bool escape_equal(struct escape a, struct escape b);

/* Appends `text` with all but unreserved bytes (and those in `kept`) percent-encoded. */
void escape_percent(struct buffer *out, struct text text, const char *kept);
/* Appends plain text as HTML text. */
void escape_html(struct buffer *out, struct text text);

/* An element whose content is no HTML: script, style and their like. */
bool escape_foreign_element(struct text name);

#endif
