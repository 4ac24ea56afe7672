/* Lint, the letter: what the inbox list shows, the text part, sizes, and who it is from. */
#include "lint/lint_state.h"

#include "base/banned.h"

enum {
    SUBJECT_LONG = 70,
    PREHEADER_LONG = 110,
    LINE_LONG = 78,
    CLIP = 102 * 1024,
    MESSAGE_LARGE = 10 * 1024 * 1024,
};

static size_t characters(struct text text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += (text.at[i] & 0xC0) != 0x80;
    return count;
}

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

/* Three words of four or more capitals, or most letters: an acronym is no shouting. */
static bool is_shouting(struct text text)
{
    size_t upper = 0, letters = 0, run = 0, loud = 0;
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.at[i];
        upper += is_upper(byte);
        letters += is_upper(byte) || (byte >= 'a' && byte <= 'z');
        run = is_upper(byte) ? run + 1 : 0;
        loud += run == 4;
    }
    return loud >= 3 || (letters >= 12 && upper * 10 >= letters * 7);
}

static void lint_inbox(struct linting *linting, struct text subject)
{
    const struct wording *wording = &linting->composition->wording;
    struct place place = wording->subject.place;
    if (characters(subject) > SUBJECT_LONG)
        lint_say(linting, "subject-length", place, "the subject \"%.*s\" has %zu characters",
                 TEXT_ARGS(text_slice(subject, 0, 200)), characters(subject));
    if (is_shouting(subject) || text_contains(subject, TEXT("!!")))
        lint_say(linting, "subject-shouting", place, "the subject \"%.*s\" shouts",
                 TEXT_ARGS(text_slice(subject, 0, 200)));
    if (wording->preheader.text.length == 0 && wording->html_file.text.length == 0)
        lint_say(linting, "preheader", wording->subject.place, "there is no preheader");
    if (characters(wording->preheader.text) > PREHEADER_LONG)
        lint_say(linting, "preheader-length", wording->preheader.place,
                 "the preheader has %zu characters", characters(wording->preheader.text));
}

/* ---- the text part ---- */

static bool has_break(struct text line)
{
    return text_find_byte(text_trim(line), ' ') != TEXT_NONE;
}

static void lint_lines(struct linting *linting, struct text text)
{
    struct text rest = text, line;
    while (text_take_line(&rest, &line)) {
        if (characters(line) <= LINE_LONG || !has_break(line))
            continue;
        struct text start = text_slice(line, 0, 40);
        lint_say(linting, "line-length", lint_place(linting, start),
                 "a line of the text part has %zu characters: \"%.*s…\"", characters(line),
                 TEXT_ARGS(start));
        return;
    }
}

static bool has_word(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.at[i] > ' ')
            return true;
    return false;
}

static void add_squeezed(struct buffer *out, struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.at[i] > ' ')
            buffer_add_byte(out, text.at[i]);
}

/* However it is broken into lines. */
static bool shows(struct text text, struct text wanted)
{
    BUFFER(one, TEMPLATE_OUTPUT);
    BUFFER(other, TEMPLATE_OUTPUT);
    add_squeezed(&one, text);
    add_squeezed(&other, wanted);
    return text_contains(buffer_text(&one), buffer_text(&other));
}

static void lint_text(struct linting *linting, struct text text, struct text words)
{
    const struct content_sender *sender = &linting->subject->composed->sender;
    struct place place = {.path = linting->subject->composed->path};
    bool by_url = sender->unsubscribe_url.length > 0,
         by_mail = sender->unsubscribe_mailto.length > 0;
    if ((by_url || by_mail) && !(by_url && text_contains(text, sender->unsubscribe_url)) &&
        !(by_mail && text_contains(text, sender->unsubscribe_mailto)))
        lint_say(linting, "unsubscribe-text", place, "the text part has no unsubscribe link");
    if (sender->postal_address.length > 0 && !shows(text, sender->postal_address))
        lint_say(linting, "postal-address", place,
                 "the text part does not show the postal address");
    if (sender->postal_address.length > 0 && !shows(words, sender->postal_address))
        lint_say(linting, "postal-address", place,
                 "the HTML part does not show the postal address");
    if (!has_word(text) || characters(text) * 3 < characters(words))
        lint_say(linting, "text-part", place, "the text part has %zu characters, the HTML part %zu",
                 characters(text), characters(words));
    lint_lines(linting, text);
}

/* ---- sizes ---- */

static void lint_size(struct linting *linting, struct text html)
{
    struct place place = {.path = linting->subject->composed->path};
    size_t attached = 0;
    if (html.length > CLIP)
        lint_say(linting, "size-clip", place, "the HTML part has %zu KB", html.length / 1024);
    for (size_t i = 0; i < linting->subject->composed->campaign.attachments.count; i++)
        attached += linting->subject->composed->attachments[i].bytes.length;
    /* base64 makes 4 bytes of 3, and a line end of every 76. */
    if (attached / 3 * 4 + attached / 54 > MESSAGE_LARGE)
        lint_say(linting, "size-message", place, "with its attachments the message has %zu MB",
                 attached / 3 * 4 / 1024 / 1024);
}

void lint_letter(struct linting *linting, struct text subject, struct text text, struct text html)
{
    ARENA(scratch);
    BUFFER(words, TEMPLATE_OUTPUT);
    struct page_node *page = page_parse(&scratch, html);
    if (page != NULL)
        page_words(page, &words);
    lint_inbox(linting, subject);
    lint_text(linting, text, buffer_text(&words));
    lint_size(linting, html);
}

/* ---- the sender ---- */

/* The last two labels: what DMARC calls the organizational domain, nearly always. */
static struct text organization(struct text domain)
{
    size_t dot = text_find_last_byte(domain, '.');
    size_t before =
        dot == TEXT_NONE ? TEXT_NONE : text_find_last_byte(text_slice(domain, 0, dot), '.');
    return before == TEXT_NONE ? domain : text_after(domain, before + 1);
}

static bool is_free_provider(struct text domain)
{
    static const char *const providers[] = {"gmail.com", "yahoo.com",      "outlook.com",
                                            "aol.com",   "hotmail.com",    "icloud.com",
                                            "live.com",  "googlemail.com", "gmx.com"};
    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++)
        if (text_equal_nocase(domain, text_of(providers[i])))
            return true;
    return false;
}

void lint_sender(struct linting *linting)
{
    const struct composed *composed = linting->subject->composed;
    struct place place = composed->campaign.from.place.line > 0
                             ? composed->campaign.from.place
                             : (struct place){.path = TEXT("config/broadside.yaml")};
    struct text from = composed->from.domain, path = composed->return_path.domain;
    if (composed->sender.postal_address.length == 0)
        lint_say(linting, "postal-address-unset",
                 (struct place){.path = TEXT("config/broadside.yaml")},
                 "the sender has no postal address");
    if (is_free_provider(from))
        lint_say(linting, "shared-from", place, "the From address is at %.*s", TEXT_ARGS(from));
    if (!text_equal_nocase(organization(from), organization(path)))
        lint_say(linting, "from-alignment", place, "From is at %.*s, the return path at %.*s",
                 TEXT_ARGS(from), TEXT_ARGS(path));
    if (!composed->one_click)
        lint_say(linting, "list-unsubscribe", (struct place){.path = TEXT("config/broadside.yaml")},
                 "there is no one-click unsubscribe");
    if (composed->sender.unsubscribe_mailto.length == 0)
        lint_say(linting, "list-unsubscribe", (struct place){.path = TEXT("config/broadside.yaml")},
                 "there is no address to unsubscribe by mail");
}
