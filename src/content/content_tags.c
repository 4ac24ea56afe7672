/* Content tags: merge tags kept out of Markdown's sight. */
#include "content/content_tags.h"

#include <unistr.h>
#include <uniwidth.h>

#include "base/banned.h"
#include "template/template_scan.h"
#include "template/template_tree.h"

enum { DIGITS = 5 };

/* A word of letters and digits is left alone by emphasis, links and tables alike. */
static struct text choose_prefix(struct arena *arena, struct text bytes)
{
    struct text prefix = TEXT("Qmerge");
    while (text_contains(bytes, prefix))
        prefix = arena_printf(arena, "%.*sx", TEXT_ARGS(prefix));
    return prefix;
}

/* The value will be about as long as its default. */
static unsigned columns_of(struct arena *arena, const struct template_token *token)
{
    if (token->sigil != 'v' && token->sigil != '&')
        return 0;
    size_t pipe = text_find_byte(token->text, '|'), at = 0;
    struct filter_chain chain;
    struct error err;
    if (pipe == TEXT_NONE ||
        !filter_parse(arena, text_after(token->text, pipe + 1), &chain, &at, &err))
        return CONTENT_TAG_COLUMNS;
    struct value value = {.type = VALUE_NULL};
    struct filter_scratch scratch = {0};
    int columns = CONTENT_TAG_COLUMNS;
    bool shown = chain.has_default &&
                 filter_apply(&chain, filter_language(TEXT("en")), &scratch, &value, &err);
    if (shown && value.text.length > 0)
        columns = u8_width((const uint8_t *)value.text.at, value.text.length, "UTF-8");
    filter_scratch_free(&scratch);
    return columns < 0 ? 0 : (unsigned)columns;
}

struct hiding {
    struct arena *arena;
    struct content_tags *tags;
    const struct template_tokens *tokens;
    struct source_builder words;
};

static size_t end_of(const struct hiding *hiding, size_t index)
{
    bool last = index + 1 == hiding->tokens->count;
    return last ? hiding->tags->original->bytes.length : hiding->tokens->at[index + 1].offset;
}

static bool is_structure(char sigil)
{
    return sigil != 0 && strchr("#^/>!", sigil) != NULL;
}

/* What may stand before a lone tag: spaces, and the marks of a quotation. */
static bool is_margin(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (strchr("> \t\r\n", text.at[i]) == NULL || text.at[i] == '\0')
            return false;
    return true;
}

/* The line that begins at token `from`: true when all its tags are structure and there is one. */
static bool is_lone_line(const struct hiding *hiding, size_t from, size_t *ret_end)
{
    const struct template_tokens *tokens = hiding->tokens;
    size_t i = from, tags = 0;
    bool lone = true;
    do {
        const struct template_token *token = &tokens->at[i];
        tags += token->sigil != 0;
        lone = lone && (token->sigil == 0 ? is_margin(token->text) : is_structure(token->sigil));
        i++;
    } while (i < tokens->count && !tokens->at[i].line_start);
    *ret_end = i;
    return lone && tags > 0;
}

static void hide_tag(struct hiding *hiding, size_t index, bool lone)
{
    const struct template_token *token = &hiding->tokens->at[index];
    struct content_tags *tags = hiding->tags;
    size_t length = end_of(hiding, index) - token->offset;
    if (token->sigil == '!') /* a comment is for whoever reads the Markdown */
        return;
    tags->tags[tags->count] = (struct content_tag){.sigil = token->sigil,
                                                   .name = token->text,
                                                   .offset = token->offset,
                                                   .length = length,
                                                   .columns = columns_of(hiding->arena, token)};
    struct text word =
        arena_printf(hiding->arena, "%s%.*s%0*zuq%s", lone ? "<!--" : "", TEXT_ARGS(tags->prefix),
                     DIGITS, tags->count++, lone ? "-->" : "");
    source_add_fixed(&hiding->words, word, source_place(tags->original, token->offset));
}

static void hide_line(struct hiding *hiding, size_t from, size_t end, bool lone)
{
    size_t before = hiding->tags->count;
    struct source_builder start = hiding->words;
    for (size_t i = from; i < end; i++) {
        const struct template_token *token = &hiding->tokens->at[i];
        if (token->sigil != 0)
            hide_tag(hiding, i, lone);
        else
            source_add_part(&hiding->words, hiding->tags->original, token->offset,
                            token->text.length);
    }
    /* A line of comments only must not part the paragraph around it. */
    if (lone && hiding->tags->count == before)
        hiding->words = start;
}

static bool check_tokens(const struct source *markdown, const struct template_tokens *tokens,
                         struct findings *findings)
{
    unsigned before = findings->errors;
    size_t tags = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        const struct template_token *token = &tokens->at[i];
        tags += token->sigil != 0;
        if (token->sigil == '=')
            findings_error(findings, FAULT_FILE, source_place(markdown, token->offset),
                           "delimiters cannot be changed in a Markdown body");
    }
    if (tags > CONTENT_TAGS)
        findings_error(findings, FAULT_FILE, source_place(markdown, 0),
                       "more than %d merge tags in one body", CONTENT_TAGS);
    return findings->errors == before;
}

bool content_tags_hide(struct arena *arena, const struct source *markdown,
                       struct content_tags *ret_tags, struct findings *findings)
{
    struct template_tokens tokens;
    if (template_tree_parse(arena, markdown, findings) == NULL ||
        !template_scan(arena, markdown, &tokens, findings) ||
        !check_tokens(markdown, &tokens, findings))
        return false;
    *ret_tags = (struct content_tags){.original = markdown,
                                      .prefix = choose_prefix(arena, markdown->bytes),
                                      .tags = arena_array(arena, struct content_tag, tokens.count)};
    struct hiding hiding = {.arena = arena, .tags = ret_tags, .tokens = &tokens};
    source_begin(&hiding.words, arena);
    for (size_t i = 0, end = 0; i < tokens.count; i = end) {
        bool lone = is_lone_line(&hiding, i, &end);
        hide_line(&hiding, i, end, lone);
    }
    ret_tags->words = source_end(&hiding.words);
    return true;
}

/* A word at the start of `text`: its tag, and its length. */
static const struct content_tag *tag_at(const struct content_tags *tags, struct text text,
                                        size_t *ret_length)
{
    uint64_t index = 0;
    struct text digits = text_slice(text, tags->prefix.length, DIGITS);
    *ret_length = tags->prefix.length + DIGITS + 1;
    if (!text_starts(text, tags->prefix) || digits.length < DIGITS ||
        !text_to_number(digits, &index) || index >= tags->count)
        return NULL;
    return &tags->tags[index];
}

bool content_tags_take(const struct content_tags *tags, struct text *rest,
                       struct content_piece *ret_piece)
{
    static const struct text open = TEXT_INIT("<!--"), close = TEXT_INIT("-->");
    size_t length = 0, at = text_find(*rest, tags->prefix);
    *ret_piece = (struct content_piece){.text = *rest};
    if (rest->length == 0)
        return false;
    bool lone = at != TEXT_NONE && at >= open.length && text_ends(text_slice(*rest, 0, at), open) &&
                tag_at(tags, text_after(*rest, at), &length) != NULL &&
                text_starts(text_after(*rest, at + length), close);
    size_t start = at == TEXT_NONE ? rest->length : at - (lone ? open.length : 0);
    if (start > 0) {
        ret_piece->text = text_slice(*rest, 0, start);
        *rest = text_after(*rest, start);
        return true;
    }
    ret_piece->text = (struct text){0};
    ret_piece->lone = lone;
    ret_piece->tag = tag_at(tags, text_after(*rest, at), &length);
    *rest = text_after(*rest, at + length + (lone ? close.length : 0));
    return true;
}

void content_tags_show(const struct content_tags *tags, const struct content_tag *tag,
                       struct source_builder *out)
{
    source_add_part(out, tags->original, tag->offset, tag->length);
}

void content_tags_add(const struct content_tags *tags, struct text text, struct source_builder *out)
{
    const char *first = tags->words.bytes.at, *last = first + tags->words.bytes.length;
    bool ours = text.at != NULL && first != NULL && (uintptr_t)text.at >= (uintptr_t)first &&
                (uintptr_t)text.at + text.length <= (uintptr_t)last;
    if (ours)
        source_add_part(out, &tags->words, (size_t)(text.at - first), text.length);
    else
        source_add_literal(out, text);
}
