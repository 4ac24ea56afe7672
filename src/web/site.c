/* Site: previews as plain files, for a pull request or an archive. */
#include "web/site.h"

#include "template/escape.h"
#include "web/mail_view.h"

#include "base/banned.h"

static const char style[] =
    "body{margin:0;padding:28px;background:#f1f4f6;color:#17202b;font:15px/1.5 system-ui,"
    "-apple-system,'Segoe UI',Roboto,Arial,sans-serif}a{color:#0d5c63}h1{font-size:22px;"
    "margin:0 0 4px}h2{font-size:16px;margin:28px 0 8px}p{margin:0 0 12px}.soft{color:#556270}"
    "table{border-collapse:collapse;background:#fff;border-radius:8px;box-shadow:0 1px 3px "
    "rgba(16,28,40,.15)}th,td{padding:8px 14px;text-align:left;border-top:1px solid #dde3e9}"
    "tr:first-child>*{border-top:0}th{font-weight:600}.inbox{max-width:760px;padding:10px 14px;"
    "background:#fff;border:1px solid #dde3e9;border-radius:8px;white-space:nowrap;"
    "overflow:hidden;text-overflow:ellipsis}.frames{display:flex;flex-wrap:wrap;gap:24px;"
    "align-items:flex-start}figure{margin:0}figcaption{color:#556270;font-size:13px;"
    "margin-bottom:6px}iframe{border:1px solid #cfd7de;border-radius:8px;background:#fff;"
    "height:900px}.desk{width:720px}.phone{width:390px;border:10px solid #1d242c;"
    "border-radius:30px}pre{max-width:760px;padding:18px;background:#fff;border:1px solid "
    "#dde3e9;border-radius:8px;white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.5 "
    "ui-monospace,Menlo,Consolas,monospace}.bad{color:#a3221f}";

static void begin(struct buffer *out, struct text title)
{
    buffer_add_string(out,
                      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'unsafe-inline'; frame-src 'self' file:\">\n<title>");
    escape_html(out, title);
    buffer_printf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n", style);
}

static void add(struct buffer *out, const char *before, struct text text, const char *after)
{
    buffer_add_string(out, before);
    escape_html(out, text);
    buffer_add_string(out, after);
}

static void add_link(struct buffer *out, struct text stem, const char *ending, const char *words)
{
    buffer_add_string(out, "<a href=\"");
    escape_percent(out, stem, "-._");
    buffer_printf(out, "%s\">%s</a>", ending, words);
}

static void add_frame(struct buffer *out, const struct site_mail *mail, const char *class,
                      const char *caption)
{
    buffer_printf(out,
                  "<figure><figcaption>%s</figcaption><iframe sandbox=\"\" class=\"%s\" "
                  "title=\"%s\" src=\"",
                  caption, class, caption);
    escape_percent(out, mail->stem, "-._");
    buffer_add_string(out, ".mail.html\"></iframe></figure>\n");
}

static void add_inbox(struct buffer *out, const struct site_mail *mail)
{
    BUFFER(snippet, MAIL_VIEW_SNIPPET + 8);
    mail_view_snippet(mail->html, &snippet);
    add(out, "<p class=\"inbox\"><strong>", mail->from_name, "</strong> &nbsp; <strong>");
    add(out, "", mail->subject, "</strong> <span class=\"soft\">");
    add(out, "- ", buffer_text(&snippet), "</span></p>\n");
}

void site_render_mail(const struct site_mail *mail, struct buffer *out)
{
    begin(out, mail->title);
    add(out, "<h1>", mail->title, "</h1>\n");
    add(out, "<p class=\"soft\">as ", mail->persona, " sees it");
    add(out, mail->language.length > 0 ? ", in " : "", mail->language, ". ");
    buffer_add_string(out, "<a href=\"index.html\">All previews</a></p>\n");
    if (mail->mistake.length > 0) {
        add(out, "<p class=\"bad\">This reader would not get it: ", mail->mistake, "</p>\n");
    } else {
        add_inbox(out, mail);
        add_link(out, mail->stem, ".txt", "Text part");
        buffer_add_string(out, " &middot; ");
        add_link(out, mail->stem, ".eml", "Whole message");
        buffer_add_string(out, "\n<h2>HTML part</h2>\n<div class=\"frames\">\n");
        add_frame(out, mail, "desk", "On a desk");
        add_frame(out, mail, "phone", "On a phone");
        add(out, "</div>\n<h2>Text part</h2>\n<pre>", mail->text, "</pre>\n");
    }
    buffer_add_string(out, "</body>\n</html>\n");
}

void site_render_frame(const struct site_mail *mail, struct buffer *out)
{
    struct mail_view view = {.images = true};
    /* Before all else: a policy holds from where it stands. */
    buffer_add_string(out, "<!DOCTYPE html><meta http-equiv=\"Content-Security-Policy\" "
                           "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src "
                           "data:\">\n");
    mail_view_render(&view, mail->html, out);
}

void site_render_index(const struct site_mail *mails, size_t count, struct buffer *out)
{
    begin(out, TEXT("Previews"));
    buffer_add_string(out, "<h1>Previews</h1>\n<p class=\"soft\">Every campaign, as every reader "
                           "made up for it sees it.</p>\n");
    for (size_t i = 0; i < count; i++) {
        bool first = i == 0 || !text_equal(mails[i].campaign, mails[i - 1].campaign);
        if (first) {
            add(out, i > 0 ? "</table>\n<h2>" : "<h2>", mails[i].title, "</h2>\n<table>\n");
            buffer_add_string(out, "<tr><th scope=\"col\">reader</th><th scope=\"col\">language"
                                   "</th><th scope=\"col\">subject</th></tr>\n");
        }
        buffer_add_string(out, "<tr><td><a href=\"");
        escape_percent(out, mails[i].stem, "-._");
        add(out, ".html\">", mails[i].persona, "</a></td><td>");
        add(out, "", mails[i].language, "</td><td>");
        if (mails[i].mistake.length > 0)
            add(out, "<span class=\"bad\">", mails[i].mistake, "</span></td></tr>\n");
        else
            add(out, "", mails[i].subject, "</td></tr>\n");
    }
    buffer_add_string(out, count > 0 ? "</table>\n</body>\n</html>\n" : "</body>\n</html>\n");
}
