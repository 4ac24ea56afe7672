/* Schema: key tables that turn a document into checked structs, on a table of its own. */
#include "check.h"

#include "base/buffer.h"
#include "settings/schema.h"

enum colour { COLOUR_NONE, COLOUR_RED, COLOUR_GREEN };

struct leaf {
    struct place place;
    struct text name, word;
};

struct leaf_list {
    struct leaf *at;
    size_t count;
};

struct tree {
    struct place place;
    struct text text, fit;
    struct text_list texts;
    bool truth;
    int64_t number, length_ms;
    enum colour colour;
    struct rate_list rates;
    struct local_time time;
    struct hours hours;
    struct placed_text line, lines;
    struct value data;
    struct named_texts_list conditions;
    struct leaf leaf;
    struct leaf_list leaves, named, one_or_more;
};

static bool fit_short(struct text text, struct error *err)
{
    return text.length <= 3 || error_set(err, FAULT_FILE, "is too long");
}

static void check_leaf(struct schema *schema, void *at)
{
    const struct leaf *leaf = at;
    if (text_equal(leaf->word, TEXT("bad")))
        schema_mistake(schema, leaf->place, "a bad leaf");
}

static const struct key leaf_keys[] = {
    {"word", KEY_TEXT(struct leaf, word), REQUIRED, NULL, NULL, "A word."},
};
static const struct shape leaf_shape =
    SHAPE_WITH(struct leaf, leaf_keys, .name_offset = offsetof(struct leaf, name),
               .name_check = fit_short, .check = check_leaf);

static const struct word colours[] = {{"red", COLOUR_RED}, {"green", COLOUR_GREEN}, {NULL, 0}};

static const struct key tree_keys[] = {
    {"text", KEY_TEXT(struct tree, text), 0, NULL, NULL, ""},
    {"fit", KEY_TEXT_AS(struct tree, fit, fit_short), 0, "abc", NULL, ""},
    {"texts", KEY_TEXTS(struct tree, texts, fit_short), 0, NULL, NULL, ""},
    {"truth", KEY_BOOL(struct tree, truth), 0, "true", NULL, ""},
    {"number", KEY_NUMBER(struct tree, number, 1, 9), 0, "5", NULL, ""},
    {"length", KEY_DURATION(struct tree, length_ms, 1000, 60000), 0, "30s", NULL, ""},
    {"colour", KEY_WORD(struct tree, colour, enum colour, colours), 0, "green", NULL, ""},
    {"rates", KEY_RATES(struct tree, rates), LATER, NULL, NULL, ""},
    {"time", KEY_TIME(struct tree, time), 0, NULL, NULL, ""},
    {"hours", KEY_HOURS(struct tree, hours), 0, NULL, NULL, ""},
    {"line", KEY_PLACED_LINE(struct tree, line), 0, NULL, NULL, ""},
    {"lines", KEY_PLACED_BLOCK(struct tree, lines), 0, NULL, NULL, ""},
    {"data", KEY_VALUE(struct tree, data), 0, NULL, NULL, ""},
    {"where", KEY_CONDITIONS(struct tree, conditions), 0, NULL, NULL, ""},
    {"leaf", KEY_MAPPING(struct tree, leaf, struct leaf, leaf_shape), 0, NULL, NULL, ""},
    {"leaves", KEY_LIST(struct tree, leaves, struct leaf_list, struct leaf, leaf_shape, 3), 0, NULL,
     NULL, ""},
    {"named", KEY_MAP(struct tree, named, struct leaf_list, struct leaf, leaf_shape, 3), 0, NULL,
     NULL, ""},
    {"one",
     KEY_MAPPING_OR_LIST(struct tree, one_or_more, struct leaf_list, struct leaf, leaf_shape, 3), 0,
     NULL, NULL, ""},
    {"secret", KEY_REFUSED("never here"), 0, NULL, NULL, ""},
};
static const struct shape tree_shape = SHAPE(struct tree, tree_keys);

struct read {
    struct arena arena;
    struct findings findings;
    struct tree tree;
    bool sound;
};

static void forget(struct read *read)
{
    arena_free(&read->arena);
    findings_free(&read->findings);
}

static struct read read_tree(const char *yaml)
{
    struct read read = {0};
    struct node *root =
        document_read(&read.arena, text_of(yaml), TEXT("t"), FAULT_FILE, &read.findings);
    read.sound = root != NULL && schema_read(&tree_shape, root, &read.arena, FAULT_FILE,
                                             &read.findings, &read.tree);
    return read;
}
#define READ(name, yaml) __attribute__((cleanup(forget))) struct read name = read_tree((yaml))

static const struct {
    const char *promise, *yaml, *said; /* NULL: nothing */
} cases[] = {
    {"text may look like a number", "text: 12", NULL},
    {"text may be no", "text: no", NULL},
    {"text may be empty in quotes", "text: \"\"", NULL},
    {"but not left out behind its key", "text:", "text: has no value"},
    {"nor null", "text: null", "text: has no value"},
    {"nor a list", "text: [a]", "text: must be a single value, not a list"},
    {"nor a mapping", "text: {a: b}", "text: must be a single value, not a mapping"},
    {"a folded block without its last break is a line", "text: >-\n  a\n  b\n", NULL},
    {"a text fits its check", "fit: abcd", "fit: is too long"},
    {"a list of texts is read", "texts: [a, b]", NULL},
    {"one text is a list", "texts: a", NULL},
    {"each entry is checked", "texts: [a, abcd]", "texts: is too long"},
    {"no entry is a list", "texts: [[a]]", "texts: must be a single value, not a list"},
    {"no entry is empty", "texts: [\"\"]", "texts: must not be empty"},
    {"true is true", "truth: true", NULL},
    {"yes is not", "truth: yes", "truth: must be true or false, not \"yes\""},
    {"on is not", "truth: on", "truth: must be true or false, not \"on\""},
    {"no is not false", "truth: no", "truth: must be true or false, not \"no\""},
    {"neither is \"false\" in quotes", "truth: \"false\"", "truth: must be true or false"},
    {"a number is in its range", "number: 9", NULL},
    {"not above", "number: 10", "number: must be a whole number from 1 to 9"},
    {"not negative", "number: -1", "number: must be a whole number from 1 to 9"},
    {"not broken", "number: 1.5", "number: must be a whole number from 1 to 9"},
    {"not hexadecimal", "number: 0x1", "number: must be a whole number from 1 to 9"},
    {"not beyond all bounds", "number: 99999999999999999999", "number: must be a whole number"},
    {"a length is in its range", "length: 1m", NULL},
    {"not above", "length: 61s", "length: must be from 1s to 1m"},
    {"a choice is one of its words", "colour: red", NULL},
    {"in their own letters", "colour: Red", "colour: \"Red\" is none of red, green; did you mean"},
    {"a time is read", "time: 2026-12-01T09:00", NULL},
    {"hours go over midnight", "hours: 22:00-06:00", NULL},
    {"hours end with the day", "hours: 08:00-24:00", NULL},
    {"hours are on the clock", "hours: 08:61-20:00", "hours: must be hours such as"},
    {"hours take some time", "hours: 08:00-08:00", "hours: must be hours such as"},
    {"a line with merge fields is one line", "line: |\n  a\n  b\n", "line: must be one line"},
    {"lines are many", "lines: |\n  a\n  b\n", NULL},
    {"data is a mapping", "data: [a]", "data: must be a mapping"},
    {"a condition has texts", "where: {a: b, c: [d, 1, true]}", NULL},
    {"a mapping is read", "leaf: {word: w}", NULL},
    {"a mapping has its keys", "leaf: {}", "\"word\" is missing: A word."},
    {"a mapping is looked at as a whole", "leaf: {word: bad}", "a bad leaf"},
    {"a mapping is no text", "leaf: w", "leaf: must be a mapping"},
    {"a list of mappings is read", "leaves: [{word: a}, {word: b}]", NULL},
    {"up to its cap", "leaves: [{word: a}, {word: a}, {word: a}, {word: a}]",
     "leaves: has 4 entries; at most 3"},
    {"a list of mappings is no mapping", "leaves: {word: a}", "leaves: must be a list of mappings"},
    {"names are checked", "named: {abcd: {word: a}}", "is too long"},
    {"one or more is one", "one: {word: a}", NULL},
    {"or more", "one: [{word: a}, {word: b}]", NULL},
    {"but not none", "one: []", "one: needs at least one entry"},
    {"some keys are known to be refused", "secret: x", "secret: never here"},
    {"the nearest key is meant", "rate: 1", "unknown key \"rate\"; did you mean \"rates\"?"},
    {"an unknown one lists the known", "zzzzzzzz: 1",
     "unknown key \"zzzzzzzz\"; here may stand: text, fit, texts"},
    {"what a parser refused is not refused twice", "number: &a 10", "an anchor (&a)"},
};

static void reads_or_refuses(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        READ(read, cases[i].yaml);
        const struct finding *first = read.findings.first;
        struct text said = read.findings.errors > 0 ? first->message : TEXT("");
        struct text wanted = text_of(cases[i].said);
        check_number(cases[i].promise, read.findings.errors, wanted.length > 0);
        if (!check(cases[i].promise, text_starts(said, wanted)))
            fprintf(stderr, "    said   %.*s\n    wanted %s\n", TEXT_ARGS(said), cases[i].said);
    }
}

static void gives_defaults(void)
{
    READ(read, "text: x\n");
    check_text("a default text", read.tree.fit, TEXT("abc"));
    check("a default truth", read.tree.truth);
    check_number("a default number", read.tree.number, 5);
    check_number("a default length", read.tree.length_ms, 30000);
    check_number("a default choice", read.tree.colour, COLOUR_GREEN);
    check_number("data is an object without one", read.tree.data.type, VALUE_OBJECT);
    check("a mapping that was not written needs nothing", read.sound);
}

static void keeps_order_and_names(void)
{
    READ(read, "named: {b: {word: x}, a: {word: y}}\nrates: [1/s, 2/min]\nhours: 22:00-06:00\n");
    check_text("names in the order of the file", read.tree.named.at[0].name, TEXT("b"));
    check_text("each with its own", read.tree.named.at[1].word, TEXT("y"));
    check_number("rates are read", read.tree.rates.at[1].window_ms, 60000);
    check_number("and noted as without effect yet", read.findings.notes, 1);
    check_number("from ten at night", read.tree.hours.from_minute, 22 * 60);
    check_number("to six in the morning", read.tree.hours.to_minute, 6 * 60);
}

static void tells_every_mistake(void)
{
    READ(read, "numbr: 1\nnumber: x\ntruth: 1\nleaf: {wrd: a}\ntexts: [abcd, abcde]\n");
    check_number("every mistake of a file in one run", read.findings.errors, 7);
}

int main(void)
{
    reads_or_refuses();
    gives_defaults();
    keeps_order_and_names();
    tells_every_mistake();
    return check_done();
}
