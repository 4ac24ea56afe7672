/* Lint: what is allowed, and still will cost a campaign readers. */
#include "lint/lint_state.h"

#include "base/banned.h"

static bool is_off(const struct campaign *campaign, const char *rule)
{
    for (size_t i = 0; i < campaign->lint.off.count; i++)
        if (text_equal(campaign->lint.off.at[i], text_of(rule)))
            return true;
    return false;
}

static void report(const struct campaign *campaign, struct findings *findings, const char *name,
                   struct place place, const char *message)
{
    const struct lint_rule *rule = lint_rule_find(text_of(name));
    must(rule != NULL);
    if (is_off(campaign, name))
        return;
    findings_rule(findings, rule->severity, text_of(name), place, "%s; %s", message, rule->remedy);
}

void lint_report(const struct campaign *campaign, struct findings *findings, const char *rule,
                 struct place place, const char *format, ...)
{
    char message[ERROR_MESSAGE];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    report(campaign, findings, rule, place, message);
}

void lint_say(struct linting *linting, const char *rule, struct place place, const char *format,
              ...)
{
    char message[ERROR_MESSAGE];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    for (const struct lint_told *at = linting->told; at != NULL; at = at->next)
        if (strcmp(at->rule, rule) == 0 && text_equal(at->message, text_of(message)))
            return;
    struct lint_told *told = arena_new(linting->arena, struct lint_told);
    *told = (struct lint_told){rule, arena_text(linting->arena, text_of(message)), linting->told};
    linting->told = told;
    report(compose_campaign_of(linting->subject->composed), linting->findings, rule, place,
           message);
}

/* ---- places ---- */

static bool place_within(struct text path, struct text bytes, struct text needle,
                         struct place *ret_place)
{
    size_t at = needle.length > 0 ? text_find(bytes, needle) : TEXT_NONE;
    if (at == TEXT_NONE)
        return false;
    *ret_place = (struct place){path, 1, 1};
    for (size_t i = 0; i < at; i++) {
        bool line = bytes.at[i] == '\n';
        ret_place->line += line;
        ret_place->column = line ? 1 : ret_place->column + ((bytes.at[i] & 0xC0) != 0x80);
    }
    return true;
}

struct place lint_place(const struct linting *linting, struct text needle)
{
    const struct composed *composed = linting->subject->composed;
    struct text path, bytes;
    struct place place = {.path = composed->path};
    for (size_t i = 0; bundle_at(linting->subject->bundle, i, &path, &bytes); i++)
        if (text_equal(path, composed->path) && place_within(path, bytes, needle, &place))
            return place;
    for (size_t i = 0; bundle_at(linting->subject->bundle, i, &path, &bytes); i++)
        if (!text_starts(path, TEXT(":")) && place_within(path, bytes, needle, &place))
            return place;
    return place;
}

/* ---- one reader's message ---- */

static bool show(struct linting *linting, enum composition_part part, struct buffer *out)
{
    struct error err;
    struct stamp stamp = {.slot = TEXT("lint"), .key = linting->subject->key};
    return composition_show(linting->composition, part, linting->reader, &stamp, out, &err);
}

static void lint_reader(struct linting *linting, const struct recipient *reader)
{
    BUFFER(subject, TEMPLATE_OUTPUT);
    BUFFER(text, TEMPLATE_OUTPUT);
    BUFFER(html, TEMPLATE_OUTPUT);
    linting->reader = reader;
    linting->composition = composition_of(linting->subject->composed, reader->language);
    if (!show(linting, PART_SUBJECT, &subject) || !show(linting, PART_TEXT, &text) ||
        !show(linting, PART_HTML, &html))
        return;
    lint_letter(linting, buffer_text(&subject), buffer_text(&text), buffer_text(&html));
    lint_page(linting, buffer_text(&html));
}

/* ---- languages ---- */

static void lint_wording(struct linting *linting, const struct wording *wording)
{
    struct campaign *campaign = &linting->subject->composed->campaign;
    const struct {
        const char *what;
        const struct placed_text *own, *inherited;
    } parts[] = {{"subject", &wording->subject, &campaign->wording.subject},
                 {"preheader", &wording->preheader, &campaign->wording.preheader}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i].own->text.length == 0 && parts[i].inherited->text.length > 0)
            lint_say(linting, "language-incomplete", wording->place, "%.*s has no %s",
                     TEXT_ARGS(wording->language), parts[i].what);
    if (wording->body.text.length + wording->body_file.text.length +
            wording->html_file.text.length ==
        0)
        lint_say(linting, "language-incomplete", wording->place, "%.*s has no body",
                 TEXT_ARGS(wording->language));
}

static struct text primary(struct text language)
{
    return text_slice(language, 0, text_find_byte(language, '-'));
}

static bool has_language(struct composed *composed, struct text language)
{
    for (size_t i = 0; i < composed->count; i++)
        if (text_equal_nocase(primary(composed->compositions[i].language), primary(language)))
            return true;
    return false;
}

static void lint_languages(struct linting *linting)
{
    struct composed *composed = linting->subject->composed;
    for (size_t i = 0; i < composed->campaign.languages.count; i++)
        lint_wording(linting, &composed->campaign.languages.at[i]);
    for (size_t i = 0; i < linting->subject->language_count; i++) {
        const struct lint_language *wanted = &linting->subject->languages[i];
        if (wanted->language.length > 0 && !has_language(composed, wanted->language))
            lint_say(linting, "language-missing", (struct place){.path = composed->path},
                     "%lld member%s of the audience read%s %.*s, and get the default",
                     (long long)wanted->count, wanted->count == 1 ? "" : "s",
                     wanted->count == 1 ? "s" : "", TEXT_ARGS(wanted->language));
    }
}

void lint_campaign(struct arena *arena, const struct lint_subject *subject,
                   struct findings *findings)
{
    struct linting linting = {.arena = arena, .subject = subject, .findings = findings};
    lint_sender(&linting);
    lint_languages(&linting);
    lint_source(&linting);
    for (size_t i = 0; i < subject->reader_count; i++)
        lint_reader(&linting, &subject->readers[i]);
}
