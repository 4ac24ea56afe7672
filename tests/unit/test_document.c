/* Document: YAML to a tree with places, and what is refused on the way. */
#include "check.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "settings/document.h"

struct read {
    struct arena arena;
    struct findings findings;
    struct node *root;
};

static void forget(struct read *read)
{
    arena_free(&read->arena);
    findings_free(&read->findings);
}
#define READ(name, yaml)                                                                           \
    __attribute__((cleanup(forget))) struct read name = {0};                                       \
    name.root = document_read(&name.arena, (yaml), TEXT("f.yaml"), FAULT_FILE, &name.findings)

/* All findings, a line each: "2:5 message". */
static const char *said(struct read *read)
{
    BUFFER(all, 1 << 20);
    for (struct finding *now = read->findings.first; now != NULL; now = now->next)
        buffer_printf(&all, "%u:%u %s\n", now->place.line, now->place.column, now->message.at);
    return arena_string(&read->arena, buffer_text(&all));
}

/* What must be said, as the beginnings of its lines. */
static const struct {
    const char *promise, *yaml, *said;
} refusals[] = {
    {"a duplicate key is named with both its places", "a: 1\nb: 2\na: 3\n",
     "3:1 \"a\" stands twice; first in line 1"},
    {"a duplicate in a nested mapping is found", "x: {a: 1, a: 2}\n", "1:11 \"a\" stands twice"},
    {"an anchor is refused", "a: &x 1\n", "1:4 an anchor (&x)"},
    {"an alias is refused", "a: *x\n", "1:4 an alias (*x)"},
    {"an alias cycle is refused", "a: &x [*x]\n", "1:4 an anchor (&x)\n1:8 an alias (*x)"},
    {"a tag is refused", "a: !!int 1\n", "1:4 a tag (tag:yaml.org,2002:int)"},
    {"a second document is refused", "a: 1\n---\nb: 2\n", "2:1 a second document"},
    {"a directive is refused", "%YAML 1.1\n---\na: 1\n", "1:1 directives"},
    {"a NUL by escape is refused", "a: \"x\\0y\"\n", "1:5 a control character"},
    {"a header injection by escape is refused", "a: \"x\\r\\nBcc: y\"\n",
     "1:5 a control character"},
    {"a line break in quotes is refused", "a: \"x\\ny\"\n", "1:5 a line break"},
    {"an escaped NEL is refused", "a: \"x\\Ny\"\n", "1:5 a control character"},
    {"an escape sequence for terminals is refused", "a: \"\\e[31m\"\n", "1:5 a control character"},
    {"a raw control is refused where it stands", "a: 1\nb: x\x01y\n", "2:5 a control character"},
    {"a lone CR is refused", "a: 1\rb: 2\n", "1:5 a control character"},
    {"Latin-1 is refused where it begins", "a: 1\nb: caf\xE9\n", "2:7 not UTF-8 from here on"},
    {"columns count characters", "a: \xC3\xA9\xC3\xA9 \x02\n", "1:7 a control character"},
    {"UTF-16 is refused by its mark",
     "\xFF\xFE"
     "a",
     "0:0 is UTF-16"},
    {"an empty file says so", "", "0:0 is empty"},
    {"a file of comments is empty", "# nothing\n", "0:0 is empty"},
    {"an open quote is named where it begins", "a: 1\nb: \"x\nc: 2\n", "2:4 this quote"},
    {"an open bracket is named where it begins", "a: [1, 2\nb: 1\n", "1:4 this [ is never closed"},
    {"a colon in a value asks for quotes", "subject: Hello: you\n", "1:15 a \": \" cannot stand"},
    {"a merge field at the start asks for quotes", "subject: {{name}}, hi\n",
     "1:10 text that begins with {{ needs quotes"},
    {"bold text at the start asks for quotes", "a: **b**\n", "1:4 text that begins with * or &"},
    {"a tab as indentation is named", "a:\n\tb: 1\n", "2:1 a value cannot begin"},
    {"a mapping as a key is refused", "? {a: 1}\n: 2\n", "1:3 a key must be a word"},
    {"an empty key is refused", "\"\": 2\n", "1:2 a key must be a word"},
    {"two mistakes are both told", "a: &x 1\na: 2\nb: !t 1\n",
     "1:4 an anchor (&x)\n2:1 \"a\" stands twice\n3:4 a tag (!t)"},
};

/* Each wanted line begins the said line of the same number. */
static bool begin_alike(struct text is, struct text wanted)
{
    struct text line, start;
    while (text_take_line(&wanted, &start))
        if (!text_take_line(&is, &line) || !text_starts(line, start))
            return false;
    return is.length == 0;
}

static void refuses(void)
{
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        READ(read, text_of(refusals[i].yaml));
        const char *is = said(&read);
        if (!check(refusals[i].promise, begin_alike(text_of(is), text_of(refusals[i].said))))
            fprintf(stderr, "    said   %s    wanted %s\n", is, refusals[i].said);
    }
}

static void reads_a_tree(void)
{
    READ(read, TEXT("\xEF\xBB\xBF# c\r\na: no\r\nb: [1, 'it''s', {c: \"q\"}]\r\nd: |\r\n  x\r\n"));
    struct node *b = document_find(read.root, TEXT("b"));
    check_text("nothing is said of a sound file", text_of(said(&read)), TEXT(""));
    check_number("all keys are there", read.root->count, 3);
    check_text("no stays two letters", document_find(read.root, TEXT("a"))->text, TEXT("no"));
    check_number("a list has its items", b->count, 3);
    check_text("a quote is undone", b->first->next->text, TEXT("it's"));
    check_number("a quoted value begins behind its quote", b->first->next->place.column, 9);
    check_number("a key has its line", b->key_place.line, 3);
    check_text("a block has line feeds only", document_find(read.root, TEXT("d"))->text,
               TEXT("x\n"));
    check("a missing key is NULL", document_find(read.root, TEXT("z")) == NULL);
    check("nothing is in a scalar", document_find(b->first, TEXT("z")) == NULL);
}

/* `needle` is looked for in the value; the place must be where it stands in the YAML. */
static const struct {
    const char *promise, *yaml, *needle;
    unsigned line, column;
} places[] = {
    {"a plain value", "k: abc def", "def", 1, 8},
    {"a double-quoted value", "k: \"abc def\"", "def", 1, 9},
    {"behind an escaped quote", "k: \"a \\\" def\"", "def", 1, 10},
    {"behind a \\u escape of three bytes", "k: \"\\u20ac def\"", "def", 1, 12},
    {"behind a doubled single quote", "k: 'it''s def'", "def", 1, 11},
    {"behind an accent, counted as one", "k: \xC3\xA9 def", "def", 1, 6},
    {"in a folded quoted value", "k: \"abc\n  def\"", "def", 2, 3},
    {"in a plain value over two lines", "k: abc\n   def", "def", 2, 4},
    {"in a quoted value with a continuation", "k: \"abc\\\n  def\"", "def", 2, 3},
    {"behind empty lines in quotes", "k: \"abc\n\n\n  def\"", "def", 4, 3},
    {"in the first line of a block", "k: |\n  abc\n  def\n", "abc", 2, 3},
    {"in the second line of a block", "k: |\n  abc\n  def\n", "def", 3, 3},
    {"in a deeper line of a block", "k: |\n  abc\n    def\n", "def", 3, 5},
    {"behind an empty line of a block", "k: |\n  abc\n\n  def\n", "def", 4, 3},
    {"in a block that begins with an empty line", "k: |\n\n  abc\n  def\n", "def", 4, 3},
    {"in a block with a comment behind its bar", "k: | # c\n  abc\n  def\n", "def", 3, 3},
    {"in a block with a given indentation", "k: |1\n   abc\n  def\n", "def", 3, 3},
    {"in a folded block", "k: >\n  abc\n  def\n", "def", 3, 3},
    {"behind a paragraph of a folded block", "k: >\n  abc\n\n  def\n", "def", 4, 3},
    {"in a block with CRLF", "k: |\r\n  abc\r\n  def\r\n", "def", 3, 3},
    {"in a nested block", "a:\n  b:\n    k: |\n      abc\n      def\n", "def", 5, 7},
};

static struct node *deepest(struct node *node)
{
    while (node->type == NODE_MAPPING)
        node = node->first;
    return node;
}

static void knows_places(void)
{
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        READ(read, text_of(places[i].yaml));
        struct node *node = deepest(read.root);
        struct place place =
            document_place_at(node, text_find(node->text, text_of(places[i].needle)));
        if (!check(places[i].promise,
                   place.line == places[i].line && place.column == places[i].column))
            fprintf(stderr, "    is %u:%u, wanted %u:%u\n", place.line, place.column,
                    places[i].line, places[i].column);
    }
}

static void knows_block_indent(void)
{
    READ(read, TEXT("a:\n  k: |\n\n    abc\n      def\n"));
    struct node *node = deepest(read.root);
    check_number("a block begins on the line after its bar", node->place.line, 3);
    check_number("at its indentation", node->place.column, 5);
    check_number("which it tells", node->indent, 4);
}

/* Each of these would keep libyaml busy for seconds to minutes when left alone. */
static const struct {
    const char *promise, *unit;
    size_t count;
    const char *said;
} floods[] = {
    {"100 KB of open brackets", "[", 100 * 1024, "nested more than 16 deep"},
    {"100 KB of open braces", "{a: ", 25 * 1024, "nested more than 16 deep"},
    {"nested lists in block form", "- ", 100 * 1024, "nested more than 16 deep"},
    {"nested keys in block form", "? ", 100 * 1024, "nested more than 16 deep"},
    {"brackets on lines of their own", "[\n", 100 * 1024, "nested more than 16 deep"},
    {"1 MB of anything", "a: 12345\n", 120 * 1024, "larger than 256 KB"},
    {"25,000 directives", "%TAG !a! x", 20 * 1024, "directives are not used"},
    {"25,000 anchors", "- &a 1\n", 25 * 1024, "an anchor (&a)"},
    {"more values than anyone needs", "- 1\n", 50 * 1024, "more than 20000 keys and values"},
    {"a very long plain line", "abcdefgh", 30 * 1024, NULL},
    {"a very long line of quotes", "''", 120 * 1024, NULL},
    {"very many blanks", " ", 200 * 1024, "is empty"},
    {"very many colons", ": ", 100 * 1024, NULL},
    {"very many empty lines", "\n", 200 * 1024, "is empty"},
    {"very many duplicate keys", "a: 1\n", 4000, "stands twice"},
};

static void stays_quick(void)
{
    for (size_t i = 0; i < COUNT_OF(floods); i++) {
        BUFFER(yaml, 2 * 1024 * 1024);
        for (size_t n = 0; n < floods[i].count; n++)
            buffer_add_string(&yaml, floods[i].unit);
        int64_t begun_ms = clock_steady_ms(&clock_system);
        READ(read, buffer_text(&yaml));
        int64_t took_ms = clock_steady_ms(&clock_system) - begun_ms;
        const struct finding *first = read.findings.first;
        if (floods[i].said != NULL)
            check(floods[i].promise,
                  first != NULL && text_contains(first->message, text_of(floods[i].said)));
        /* Generous: sanitizers and a busy machine, against minutes. */
        if (!check("…is over in no time", took_ms < 2000))
            fprintf(stderr, "    %s took %lld ms\n", floods[i].promise, (long long)took_ms);
    }
}

static void caps_keys(void)
{
    BUFFER(yaml, 1024 * 1024);
    for (int i = 0; i < DOCUMENT_KEYS + 1; i++)
        buffer_printf(&yaml, "k%d: 1\n", i);
    READ(read, buffer_text(&yaml));
    check("one key too many ends the reading",
          read.root == NULL &&
              text_starts(text_of(said(&read)), TEXT("1001:1 more than 1000 keys")));
}

static void reads_single_values(void)
{
    ARENA(arena);
    FINDINGS(findings);
    struct node *value = document_read_value(&arena, TEXT("[14/s, 5/h]"), TEXT("-o relay.limits"),
                                             FAULT_CONFIG, &findings);
    check_number("a list is read", value->count, 2);
    check_text("its place is the option", value->first->place.path, TEXT("-o relay.limits"));
    check_number("and no line", value->first->place.line, 0);
    value = document_read_value(&arena, TEXT(""), TEXT("-o a"), FAULT_CONFIG, &findings);
    check("nothing is an empty scalar", value->type == NODE_SCALAR && value->text.length == 0);
    check_number("without complaint", findings.errors, 0);
    check("a broken value is none",
          document_read_value(&arena, TEXT("[a"), TEXT("-o a"), FAULT_CONFIG, &findings) == NULL);
    check_number("and is told", findings.errors, 1);
    check_number("without a line", findings.first->place.line, 0);
}

int main(void)
{
    refuses();
    reads_a_tree();
    knows_places();
    knows_block_indent();
    stays_quick();
    caps_keys();
    reads_single_values();
    return check_done();
}
