/* Mail view: the HTML part as a frame of the preview shows it. */
#include "web/mail_view.h"

#include "template/page.h"

#include "base/banned.h"

/* `sandbox` once more, for whoever opens the address by itself. */
#define POLICY                                                                                     \
    "default-src 'none'; style-src 'unsafe-inline'; font-src 'none'; form-action 'none'; "         \
    "base-uri 'none'; frame-ancestors 'self'; sandbox; img-src "

const char *mail_view_policy(const struct mail_view *view)
{
    return view->images ? POLICY "data:" : POLICY "'none'";
}

static const char marks[] =
    ".broadside-merged{background:rgba(255,205,80,.38)!important;border-radius:2px;"
    "box-shadow:0 0 0 1px rgba(183,121,31,.55);position:relative;cursor:help}"
    ".broadside-merged:hover::after,.broadside-merged:focus::after{content:attr(data-from);"
    "position:absolute;left:0;top:calc(100% + 4px);z-index:2147483647;background:#1c2430;"
    "color:#fff;font:500 12px/1.45 system-ui,sans-serif;letter-spacing:0;text-align:left;"
    "text-transform:none;padding:5px 9px;border-radius:5px;width:max-content;max-width:250px;"
    "box-shadow:0 4px 14px rgba(0,0,0,.35)}";

/* Where an image would be; those in the mail itself are there, unless images are off. */
static const char boxes[] = "img{outline:1px dashed rgba(120,130,145,.7);outline-offset:-1px;"
                            "background:rgba(120,130,145,.12)}";
static const char shown[] = "img[src^=\"data:\"]{outline:0;background:none}";

static void add_styles(const struct mail_view *view, struct buffer *out)
{
    buffer_printf(out, "<style>:root{color-scheme:%s}", view->dark ? "dark" : "only light");
    buffer_add_string(out, boxes);
    if (view->images)
        buffer_add_string(out, shown);
    if (view->marks)
        buffer_add_string(out, marks);
    buffer_add_string(out, "</style>");
}

/* "(prefers-color-scheme: dark)" at the head of `rest`, as a condition that is simply so or not. */
static size_t scheme_condition(struct text rest, bool dark, const char **ret_instead)
{
    static const struct text name = TEXT_INIT("prefers-color-scheme");
    size_t close = text_find_byte(rest, ')');
    struct text inside = close == TEXT_NONE ? rest : text_trim(text_slice(rest, 1, close - 1));
    if (close == TEXT_NONE || !text_starts_nocase(inside, name))
        return 0;
    bool wants_dark = text_ends_nocase(inside, TEXT("dark"));
    *ret_instead = wants_dark == dark ? "(min-width:0px)" : "(max-width:0px)";
    return close + 1;
}

/* Behind the start tag of the head, where styles may stand; 0 when there is none. */
static size_t behind_head(struct text html)
{
    size_t head = text_find_nocase(html, TEXT("<head"));
    size_t close = head == TEXT_NONE ? TEXT_NONE : text_find_byte(text_after(html, head), '>');
    return close == TEXT_NONE ? 0 : head + close + 1;
}

void mail_view_render(const struct mail_view *view, struct text html, struct buffer *out)
{
    size_t styles = behind_head(html), kept = styles;
    buffer_add(out, text_slice(html, 0, styles));
    add_styles(view, out);
    for (size_t i = styles; i < html.length; i++) {
        const char *instead = NULL;
        size_t length =
            html.at[i] == '(' ? scheme_condition(text_slice(html, i, 80), view->dark, &instead) : 0;
        if (length == 0)
            continue;
        buffer_add(out, text_slice(html, kept, i - kept));
        buffer_add_string(out, instead);
        kept = i + length;
    }
    buffer_add(out, text_after(html, kept));
}

/* Layouts pad a preheader with characters that show nothing, so that no other text follows it. */
static size_t padding(struct text rest)
{
    static const struct text pads[] = {TEXT_INIT("\xCD\x8F"),     TEXT_INIT("\xE2\x80\x8C"),
                                       TEXT_INIT("\xC2\xA0"),     TEXT_INIT("\xE2\x80\x87"),
                                       TEXT_INIT("\xEF\xBB\xBF"), TEXT_INIT("\xC2\xAD")};
    for (size_t i = 0; i < sizeof(pads) / sizeof(pads[0]); i++)
        if (text_starts(rest, pads[i]))
            return pads[i].length;
    return 0;
}

void mail_view_snippet(struct text html, struct buffer *out)
{
    ARENA(scratch);
    BUFFER(words, PAGE_BYTES);
    struct page_node *page = page_parse(&scratch, html);
    if (page == NULL)
        return;
    page_words(page, &words);
    struct text rest = text_trim(buffer_text(&words));
    while (rest.length > 0 && out->length < MAIL_VIEW_SNIPPET) {
        size_t pad = padding(rest);
        bool blank = rest.at[0] == ' ' && out->length > 0 && out->at[out->length - 1] == ' ';
        if (pad == 0 && !blank)
            buffer_add_byte(out, rest.at[0]);
        rest = text_after(rest, pad > 0 ? pad : 1);
    }
    while (out->length > 0 && (out->at[out->length - 1] & 0xC0) == 0x80)
        out->length--;
}
