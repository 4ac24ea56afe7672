/* Template scan: a template's bytes cut into texts and tags. */
#include "template/template_scan.h"

#include "base/banned.h"
#include "template/template.h"
#include "template/template_name.h"

enum { DELIMITER = 16 };

struct scanner {
    struct arena *arena;
    const struct source *source;
    struct text bytes;
    struct template_tokens *tokens;
    struct findings *findings;
    struct text open, close; /* the delimiters now */
    size_t at;
};

static bool is_blank(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (strchr(" \t\r\n", text.at[i]) == NULL || text.at[i] == '\0')
            return false;
    return true;
}

static struct template_token *add(struct scanner *scanner, struct template_token token)
{
    struct template_tokens *tokens = scanner->tokens;
    tokens->at = arena_one_more(scanner->arena, tokens->at, tokens->count, sizeof(*tokens->at));
    const struct template_token *last = tokens->count > 0 ? &tokens->at[tokens->count - 1] : NULL;
    token.line_start = last == NULL || (last->sigil == 0 && text_ends(last->text, TEXT("\n")));
    token.match = token.within = TEMPLATE_OUTSIDE;
    tokens->at[tokens->count] = token;
    return &tokens->at[tokens->count++];
}

/* The text before the next tag, a token a line. */
static void add_text(struct scanner *scanner, size_t end)
{
    while (scanner->at < end) {
        struct text rest = text_slice(scanner->bytes, scanner->at, end - scanner->at);
        size_t newline = text_find_byte(rest, '\n');
        if (newline != TEXT_NONE)
            rest.length = newline + 1;
        add(scanner, (struct template_token){.text = rest,
                                             .offset = scanner->at,
                                             .content = scanner->at,
                                             .blank = is_blank(rest)});
        scanner->at += rest.length;
    }
}

static bool is_delimiter(struct text text)
{
    return text.length > 0 && text.length <= DELIMITER && text_find_byte(text, '=') == TEXT_NONE &&
           !text_has_control(text, "");
}

/* "=<% %>=": two words without "=". */
static void set_delimiters(struct scanner *scanner, size_t offset, struct text content)
{
    size_t space = 0;
    while (space < content.length && strchr(" \t\r\n", content.at[space]) == NULL)
        space++;
    struct text open = text_slice(content, 0, space);
    struct text close = text_trim(text_after(content, space));
    bool one_word = true;
    for (size_t i = 0; i < close.length; i++)
        one_word &= strchr(" \t\r\n", close.at[i]) == NULL;
    if (!is_delimiter(open) || !is_delimiter(close) || !one_word) {
        template_complain(
            scanner, offset,
            "bad delimiters: write two short words without \"=\", as in {{=<%% %%>=}}");
        return;
    }
    scanner->open = open;
    scanner->close = close;
}

/* What follows the opening delimiter decides what the tag ends with. */
static struct text closing_of(struct scanner *scanner, char first, char ending[DELIMITER + 1])
{
    char extra = first == '{' ? '}' : first == '=' ? '=' : '\0';
    if (extra == '\0')
        return scanner->close;
    ending[0] = extra;
    memcpy(ending + 1, scanner->close.at, scanner->close.length);
    return text_from(ending, scanner->close.length + 1);
}

/* {{>* name}} is {{>*name}}: what matters is that both ends of a parent read alike. */
static struct text dynamic_name(struct arena *arena, struct text name)
{
    struct text rest = text_trim(text_after(name, 1));
    if (!text_starts(name, TEXT("*")) || rest.length + 1 == name.length)
        return name;
    return arena_printf(arena, "*%.*s", TEXT_ARGS(rest));
}

static void add_tag(struct scanner *scanner, size_t offset, char first, struct text inside,
                    size_t content)
{
    struct text trimmed = text_trim(inside);
    if (trimmed.length > 0)
        content += (size_t)(trimmed.at - inside.at);
    bool named = first != '!' && first != '=';
    bool runs_on = named && text_contains(trimmed, scanner->open);
    if (named && trimmed.length == 0)
        template_complain(scanner, offset, "this tag has no name");
    if (runs_on) {
        template_complain(scanner, offset, "this tag is not closed before the next one begins");
        first = '!'; /* said once is enough */
    }
    if (first == '=')
        set_delimiters(scanner, offset, trimmed);
    bool includes = first == '>' || first == '<' || first == '/';
    add(scanner,
        (struct template_token){.sigil = first == '{' ? '&' : first,
                                .text = includes ? dynamic_name(scanner->arena, trimmed) : trimmed,
                                .offset = offset,
                                .content = content});
}

/* One tag; false when it never ends. */
static bool take_tag(struct scanner *scanner)
{
    size_t offset = scanner->at, inside = offset + scanner->open.length;
    char first = inside < scanner->bytes.length ? scanner->bytes.at[inside] : '\0';
    char ending[DELIMITER + 1];
    struct text closing = closing_of(scanner, first, ending);
    if (first == '\0' || strchr("{&#^/><$!=", first) == NULL)
        first = 'v';
    else
        inside++;
    struct text rest = text_after(scanner->bytes, inside);
    size_t length = text_find(rest, closing);
    if (length == TEXT_NONE) {
        template_complain(scanner, offset, "this tag is never closed: \"%.*s\" is missing",
                          TEXT_ARGS(closing));
        return false;
    }
    scanner->at = inside + length + closing.length;
    add_tag(scanner, offset, first, text_slice(rest, 0, length), inside);
    return true;
}

static void cut(struct scanner *scanner)
{
    while (scanner->at < scanner->bytes.length) {
        size_t next = text_find(text_after(scanner->bytes, scanner->at), scanner->open);
        add_text(scanner, next == TEXT_NONE ? scanner->bytes.length : scanner->at + next);
        if (next != TEXT_NONE && !take_tag(scanner))
            return;
    }
}

/* ---- which closing tag belongs to which opening one ---- */

struct pairing {
    struct scanner *scanner;
    size_t open[TEMPLATE_SECTION_DEPTH];
    size_t depth;
};

static void complain_unclosed(struct scanner *scanner, const struct template_token *token)
{
    template_complain(scanner, token->offset, "{{%c%.*s}} is never closed: {{/%.*s}} is missing",
                      token->sigil, TEXT_ARGS(token->text), TEXT_ARGS(token->text));
}

static void complain_close(struct pairing *pairing, const struct template_token *close)
{
    struct scanner *scanner = pairing->scanner;
    if (pairing->depth == 0) {
        template_complain(scanner, close->offset,
                          "{{/%.*s}} closes nothing: no such section is open",
                          TEXT_ARGS(close->text));
        return;
    }
    const struct template_token *open = &scanner->tokens->at[pairing->open[pairing->depth - 1]];
    struct place place = source_place(scanner->source, open->offset);
    template_complain(
        scanner, close->offset, "{{/%.*s}} cannot close {{%c%.*s}}, opened at line %u, column %u",
        TEXT_ARGS(close->text), open->sigil, TEXT_ARGS(open->text), place.line, place.column);
}

/* The innermost open tag of that name closes; those within it were forgotten. */
static void pair_close(struct pairing *pairing, size_t index)
{
    struct template_token *tokens = pairing->scanner->tokens->at;
    size_t found = pairing->depth;
    while (found > 0 && !text_equal(tokens[pairing->open[found - 1]].text, tokens[index].text))
        found--;
    if (found == 0) {
        complain_close(pairing, &tokens[index]);
        return;
    }
    for (size_t i = found; i < pairing->depth; i++)
        complain_unclosed(pairing->scanner, &tokens[pairing->open[i]]);
    pairing->depth = found - 1;
    tokens[index].match = pairing->open[found - 1];
    tokens[index].within = tokens[pairing->open[found - 1]].within;
    tokens[pairing->open[found - 1]].match = index;
}

static void pair_open(struct pairing *pairing, size_t index)
{
    if (pairing->depth < TEMPLATE_SECTION_DEPTH) {
        pairing->open[pairing->depth++] = index;
        return;
    }
    template_complain(pairing->scanner, pairing->scanner->tokens->at[index].offset,
                      "sections lie within each other more than %d deep", TEMPLATE_SECTION_DEPTH);
}

static void pair(struct scanner *scanner)
{
    struct pairing pairing = {.scanner = scanner};
    for (size_t i = 0; i < scanner->tokens->count; i++) {
        struct template_token *token = &scanner->tokens->at[i];
        if (pairing.depth > 0)
            token->within = pairing.open[pairing.depth - 1];
        if (token->sigil == '/')
            pair_close(&pairing, i);
        else if (token->sigil != 0 && strchr("#^<$", token->sigil) != NULL)
            pair_open(&pairing, i);
    }
    while (pairing.depth > 0)
        complain_unclosed(scanner, &scanner->tokens->at[pairing.open[--pairing.depth]]);
}

bool template_scan(struct arena *arena, const struct source *source,
                   struct template_tokens *ret_tokens, struct findings *findings)
{
    struct scanner scanner = {.arena = arena,
                              .source = source,
                              .bytes = source->bytes,
                              .tokens = ret_tokens,
                              .findings = findings,
                              .open = TEXT("{{"),
                              .close = TEXT("}}")};
    unsigned before = findings->errors;
    *ret_tokens = (struct template_tokens){0};
    cut(&scanner);
    pair(&scanner);
    return findings->errors == before;
}
