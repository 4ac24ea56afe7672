/* Lint, the source: what can be seen in the files themselves: tags in links, dead sections, data
 * that nothing shows. */
#include "lint/lint_state.h"

#include "base/banned.h"

static struct place place_at(struct text path, struct text bytes, size_t offset)
{
    struct source_span span = {.place = {path, 1, 1}};
    struct source source = {bytes, &span, 1};
    return source_place(&source, offset);
}

/* ---- unescaped values in links ---- */

static void lint_hrefs(struct linting *linting, struct text path, struct text bytes)
{
    for (size_t at = 0, found;
         (found = text_find_nocase(text_after(bytes, at), TEXT("href="))) != TEXT_NONE;) {
        at += found + 5;
        char quote = at < bytes.length ? bytes.at[at] : ' ';
        if (quote != '"' && quote != '\'')
            continue;
        struct text value = text_after(bytes, at + 1);
        value = text_slice(value, 0, text_find_byte(value, quote));
        if (text_contains(value, TEXT("{{{")) || text_contains(value, TEXT("{{&")))
            lint_say(linting, "href-merge", place_at(path, bytes, at + 1),
                     "a link holds the unescaped value %.*s", TEXT_ARGS(text_slice(value, 0, 80)));
    }
}

/* ---- sections nobody can see ---- */

static bool has_language(struct composed *composed, struct text language)
{
    for (size_t i = 0; i < composed->count; i++) {
        struct text own = composed->compositions[i].language;
        if (text_equal_nocase(own, language) ||
            text_equal_nocase(text_slice(own, 0, text_find_byte(own, '-')), language))
            return true;
    }
    return composed->compositions[0].language.length == 0;
}

static bool is_reachable(struct linting *linting, struct text name)
{
    if (text_starts(name, TEXT("is.")))
        return text_equal(name, TEXT("is.organization")) || text_equal(name, TEXT("is.individual"));
    if (text_starts(name, TEXT("lang.")))
        return has_language(linting->subject->composed, text_after(name, 5));
    return true;
}

/* A layout serves many campaigns: only what no campaign could reach is wrong there. */
static void lint_sections(struct linting *linting, struct text path, struct text bytes)
{
    bool own = text_equal(path, linting->subject->composed->path);
    for (size_t at = 0, found;
         (found = text_find(text_after(bytes, at), TEXT("{{#"))) != TEXT_NONE;) {
        at += found + 3;
        struct text rest = text_after(bytes, at);
        struct text name = text_trim(text_slice(rest, 0, text_find(rest, TEXT("}}"))));
        bool language = text_starts(name, TEXT("lang."));
        if ((own || !language) && !is_reachable(linting, name))
            lint_say(linting, "unreachable-section", place_at(path, bytes, at - 3),
                     "{{#%.*s}} never holds", TEXT_ARGS(name));
    }
}

/* ---- data ---- */

static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

/* Whether a tag names it, alone or as a part: {{name | …}}, {{#data.name}}, {{name.more}}. */
static bool is_named(struct text bytes, struct text name)
{
    for (size_t at = 0, found;
         (found = text_find(text_after(bytes, at), TEXT("{{"))) != TEXT_NONE;) {
        at += found + 2;
        struct text tag =
            text_slice(text_after(bytes, at), 0, text_find(text_after(bytes, at), TEXT("}}")));
        for (size_t i = 0; i + name.length <= tag.length; i++) {
            struct text here = text_slice(tag, i, name.length);
            bool begins = i == 0 || !is_name_byte(tag.at[i - 1]);
            bool ends = i + name.length == tag.length || !is_name_byte(tag.at[i + name.length]);
            if (begins && ends && text_equal(here, name))
                return true;
        }
    }
    return false;
}

static bool is_used(struct linting *linting, struct text name)
{
    struct text path, bytes;
    for (size_t i = 0; bundle_at(linting->subject->bundle, i, &path, &bytes); i++)
        if (!text_starts(path, TEXT(":")) && is_named(bytes, name))
            return true;
    return false;
}

static void lint_data(struct linting *linting)
{
    const struct composed *composed = linting->subject->composed;
    const struct value *data = &composed->campaign.data;
    for (size_t i = 0; data->type == VALUE_OBJECT && i < data->count; i++) {
        struct text name = data->members[i].key;
        struct text written = arena_printf(linting->arena, "%.*s:", TEXT_ARGS(name));
        if (!is_used(linting, name))
            lint_say(linting, "unused-data", lint_place(linting, written), "data.%.*s is not used",
                     TEXT_ARGS(name));
    }
}

void lint_source(struct linting *linting)
{
    struct text path, bytes;
    for (size_t i = 0; bundle_at(linting->subject->bundle, i, &path, &bytes); i++) {
        if (text_starts(path, TEXT(":")) || !text_is_utf8(bytes))
            continue;
        lint_hrefs(linting, path, bytes);
        lint_sections(linting, path, bytes);
    }
    lint_data(linting);
}
