/* Template tree: one template file, parsed. */
#include "template/template_tree.h"

#include "base/banned.h"
#include "template/template_scan.h"

struct parser {
    struct arena *arena;
    const struct source *source;
    struct template_tokens tokens;
    struct findings *findings;
};

/* ---- whitespace: which texts belong to tags that stand alone ---- */

static const struct template_token *token_at(const struct parser *parser, size_t index)
{
    return &parser->tokens.at[index];
}

/* Only whitespace stands before the tag on its line. */
static bool blank_before(const struct parser *parser, size_t index)
{
    const struct template_token *token = token_at(parser, index);
    if (token->line_start)
        return true;
    const struct template_token *before = token - 1;
    return before->sigil == 0 && before->blank && before->line_start;
}

/* Only whitespace stands behind the tag on its line. */
static bool blank_after(const struct parser *parser, size_t index)
{
    if (index + 1 == parser->tokens.count)
        return true;
    const struct template_token *after = token_at(parser, index + 1);
    return after->sigil == 0 && after->blank &&
           (text_ends(after->text, TEXT("\n")) || index + 2 == parser->tokens.count);
}

static void eat_before(struct parser *parser, size_t index)
{
    if (!parser->tokens.at[index].line_start)
        parser->tokens.at[index - 1].eaten = true;
}

static void eat_after(struct parser *parser, size_t index)
{
    if (index + 1 < parser->tokens.count)
        parser->tokens.at[index + 1].eaten = true;
}

/* The common rule: a tag alone on its line takes the line with it. */
static void eat_line(struct parser *parser, size_t index)
{
    if (!blank_before(parser, index) || !blank_after(parser, index))
        return;
    parser->tokens.at[index].standalone = true;
    eat_before(parser, index);
    eat_after(parser, index);
}

/* A parent and all it holds stand alone together. */
static void eat_parent(struct parser *parser, size_t index)
{
    size_t close = parser->tokens.at[index].match;
    if (!blank_before(parser, index) || !blank_after(parser, close))
        return;
    parser->tokens.at[index].standalone = true;
    eat_before(parser, index);
    eat_after(parser, close);
}

/* What fills a block: all around it is ignored, so only its own side of each tag counts. */
static void eat_argument(struct parser *parser, size_t index)
{
    size_t close = parser->tokens.at[index].match;
    if (blank_after(parser, index)) {
        parser->tokens.at[index].standalone = true;
        eat_after(parser, index);
    }
    if (blank_before(parser, close))
        eat_before(parser, close);
}

static bool is_argument(const struct parser *parser, size_t index)
{
    size_t within = token_at(parser, index)->within;
    return within != TEMPLATE_OUTSIDE && token_at(parser, within)->sigil == '<';
}

static void eat(struct parser *parser, size_t index)
{
    const struct template_token *token = token_at(parser, index);
    const struct template_token *open =
        token->sigil == '/' ? token_at(parser, token->match) : token;
    if (token->sigil == '<')
        eat_parent(parser, index);
    else if (token->sigil == '$' && is_argument(parser, index))
        eat_argument(parser, index);
    else if (token->sigil == '/' && open->sigil == '<')
        return; /* with its opening tag */
    else if (token->sigil == '/' && open->sigil == '$' && is_argument(parser, token->match))
        return;
    else if (token->sigil != 0 && strchr("#^/>$!=", token->sigil) != NULL)
        eat_line(parser, index);
}

static struct text leading_blanks(struct text text)
{
    size_t length = 0;
    while (length < text.length && (text.at[length] == ' ' || text.at[length] == '\t'))
        length++;
    return text_slice(text, 0, length);
}

static struct text indent_of(const struct parser *parser, size_t index)
{
    const struct template_token *token = token_at(parser, index);
    if (token->line_start || !blank_before(parser, index))
        return (struct text){0};
    return token[-1].text;
}

/* How far a block's content is indented where it is written: by its first line. */
static struct text inner_of(const struct parser *parser, size_t index)
{
    const struct template_token *open = token_at(parser, index);
    if (!open->standalone)
        return (struct text){0};
    size_t first = index + 2; /* behind the eaten end of the line */
    bool empty =
        first >= open->match || (first + 1 == open->match && token_at(parser, first)->eaten);
    if (empty)
        return is_argument(parser, index) ? (struct text){0} : indent_of(parser, index);
    const struct template_token *content = token_at(parser, first);
    return content->sigil == 0 ? leading_blanks(content->text) : (struct text){0};
}

/* ---- tokens to nodes ---- */

static void parse_name(struct parser *parser, const struct template_token *token, struct text name,
                       struct template_node *node)
{
    node->text = name;
    for (size_t i = 0; i < name.length; i++) {
        if (strchr(" \t\r\n", name.at[i]) == NULL)
            continue;
        template_complain(parser, token->offset,
                          "a name has no spaces, but \"%.*s\" does; a filter stands behind a \"|\"",
                          TEXT_ARGS(name));
        return;
    }
    bool path = token->sigil != '>' && token->sigil != '<' && token->sigil != '$';
    if (node->dynamic)
        node->text = name = text_after(name, 1);
    if (name.length > TEMPLATE_NAME ||
        ((path || node->dynamic) && !template_path_parse(parser->arena, name, &node->path)))
        template_complain(parser, token->offset, "this name is too long");
}

/* "name | filter: argument | filter" */
static void parse_value(struct parser *parser, const struct template_token *token,
                        struct template_node *node)
{
    struct text rest = token->text, name = rest;
    size_t pipe = text_find_byte(rest, '|'), wrong = 0;
    struct error err;
    if (pipe != TEXT_NONE) {
        name = text_trim(text_slice(rest, 0, pipe));
        rest = text_after(rest, pipe + 1);
        if (!filter_parse(parser->arena, rest, &node->filters, &wrong, &err))
            template_complain(parser, token->content + pipe + 1 + wrong, "%s", err.message);
    }
    if (pipe != TEXT_NONE && name.length == 0)
        template_complain(parser, token->offset, "a name is missing before the \"|\"");
    parse_name(parser, token, name, node);
}

static const struct kind {
    char sigil;
    enum template_node_kind kind;
} kinds[] = {
    {0, NODE_TEXT},       {'v', NODE_VALUE},   {'&', NODE_VALUE},  {'#', NODE_SECTION},
    {'^', NODE_INVERTED}, {'>', NODE_PARTIAL}, {'<', NODE_PARENT}, {'$', NODE_BLOCK},
};

static struct template_node *node_of(struct parser *parser, size_t index)
{
    const struct template_token *token = token_at(parser, index);
    struct template_node *node = arena_new(parser->arena, struct template_node);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (kinds[i].sigil == token->sigil)
            node->kind = kinds[i].kind;
    node->offset = token->offset;
    node->raw = token->sigil == '&';
    node->standalone = token->standalone;
    node->line_start = token->line_start && !token->standalone;
    node->leads = blank_before(parser, index);
    node->indent = indent_of(parser, index);
    node->text = token->text;
    bool includes = node->kind == NODE_PARTIAL || node->kind == NODE_PARENT;
    node->dynamic = includes && text_starts(token->text, TEXT("*"));
    if (node->kind == NODE_VALUE)
        parse_value(parser, token, node);
    else if (node->kind != NODE_TEXT)
        parse_name(parser, token, token->text, node);
    if (node->kind == NODE_BLOCK)
        node->inner = inner_of(parser, index);
    return node;
}

/* A tag that leaves nothing, first on a line with more: the indentation goes here all the same. */
static struct template_node *mark_of_line(struct parser *parser, const struct template_token *token)
{
    bool fills =
        token->sigil == '/' && token->match != TEMPLATE_OUTSIDE &&
        (token_at(parser, token->match)->sigil == '<' || is_argument(parser, token->match));
    if (!token->line_start || token->standalone || fills)
        return NULL;
    struct template_node *node = arena_new(parser->arena, struct template_node);
    node->line_start = true;
    node->offset = token->offset;
    return node;
}

static struct template_node *node_at(struct parser *parser, size_t index)
{
    const struct template_token *token = token_at(parser, index);
    if (token->sigil == 0 && token->eaten)
        return NULL;
    if (token->sigil != 0 && strchr("!=/", token->sigil) != NULL)
        return mark_of_line(parser, token);
    return node_of(parser, index);
}

static struct template_node *parse_range(struct parser *parser, size_t from, size_t to)
{
    struct template_node *first = NULL, **end = &first;
    for (size_t i = from; i < to; i++) {
        struct template_node *node = node_at(parser, i);
        size_t match = token_at(parser, i)->match;
        bool opens = node != NULL && node->kind != NODE_TEXT && match != TEMPLATE_OUTSIDE;
        if (node == NULL)
            continue;
        *end = node;
        end = &node->next;
        if (opens) {
            /* The closing tag is read as the last of the children: it may begin a line. */
            node->first = parse_range(parser, i + 1, match + 1);
            i = match;
        }
    }
    return first;
}

/* Between {{<parent}} and {{/parent}} only blocks count. */
static void keep_blocks(struct template_node *nodes)
{
    for (struct template_node *node = nodes; node != NULL; node = node->next) {
        keep_blocks(node->first);
        if (node->kind != NODE_PARENT)
            continue;
        struct template_node **link = &node->first;
        while (*link != NULL) {
            if ((*link)->kind == NODE_BLOCK)
                link = &(*link)->next;
            else
                *link = (*link)->next;
        }
    }
}

struct template_tree *template_tree_parse(struct arena *arena, const struct source *source,
                                          struct findings *findings)
{
    struct template_tree *tree = arena_new(arena, struct template_tree);
    tree->source = *source;
    struct parser parser = {.arena = arena, .source = &tree->source, .findings = findings};
    unsigned before = findings->errors;
    bool scanned = template_scan(arena, &tree->source, &parser.tokens, findings);
    for (size_t i = 0; scanned && i < parser.tokens.count; i++)
        eat(&parser, i);
    if (scanned) {
        tree->first = parse_range(&parser, 0, parser.tokens.count);
    } else {
        /* No tree without pairs, but the tags themselves can still be looked at. */
        for (size_t i = 0; i < parser.tokens.count; i++)
            node_at(&parser, i);
    }
    keep_blocks(tree->first);
    return findings->errors == before ? tree : NULL;
}
