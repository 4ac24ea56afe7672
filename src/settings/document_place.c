/* Document place: from a byte of a value back to the line and column a person typed. */
#include "settings/document.h"

#include "base/banned.h"

/*
 * The value and the file are walked side by side, a unit at a time. A unit is what the file shows
 * as one: a byte, an escape, a line break with the blanks around it. Each stands for some bytes of
 * the value, perhaps none.
 */
struct walk {
    struct text rest; /* of node->raw */
    unsigned line, column;
};

static char head(const struct walk *walk, size_t ahead)
{
    return ahead < walk->rest.length ? walk->rest.at[ahead] : '\0';
}

static void pass(struct walk *walk, size_t count)
{
    for (; count > 0 && walk->rest.length > 0; count--) {
        unsigned char byte = (unsigned char)walk->rest.at[0];
        walk->rest = text_after(walk->rest, 1);
        if (byte == '\n') {
            walk->line++;
            walk->column = 1;
        } else if ((byte & 0xC0) != 0x80) {
            walk->column++;
        }
    }
}

static size_t break_length(const struct walk *walk, size_t ahead)
{
    if (head(walk, ahead) == '\r' && head(walk, ahead + 1) == '\n')
        return 2;
    return head(walk, ahead) == '\n';
}

static size_t blanks(const struct walk *walk)
{
    size_t count = 0;
    while (head(walk, count) == ' ' || head(walk, count) == '\t')
        count++;
    return count;
}

/* A break in a block goes with the indentation behind it. A folded one may vanish from the value.
 */
static size_t step_block(struct walk *walk, const struct node *node, char value)
{
    size_t length = break_length(walk, 0);
    if (length == 0) {
        pass(walk, 1);
        return 1;
    }
    pass(walk, length);
    for (unsigned i = 0; i < node->indent && head(walk, 0) == ' '; i++)
        pass(walk, 1);
    return value == '\n' || value == ' ';
}

/* YAML 1.2, 6.5: one break is a space, each further one a line feed. The blanks around them go. */
static size_t step_fold(struct walk *walk)
{
    size_t breaks = 0;
    for (size_t gap = blanks(walk); break_length(walk, gap) > 0; gap = blanks(walk)) {
        pass(walk, gap + break_length(walk, gap));
        breaks++;
    }
    pass(walk, blanks(walk));
    return breaks > 1 ? breaks - 1 : 1;
}

static size_t utf8_length(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* YAML 1.2, 5.7. Only \x, \u, \U and the named \N \_ \L \P stand for more than one byte. */
static size_t step_escape(struct walk *walk, char value)
{
    static const struct {
        char letter;
        size_t length;
    } longer[] = {{'x', 4}, {'u', 6}, {'U', 10}};
    size_t length = 2;
    if (break_length(walk, 1) > 0) {
        pass(walk, 1 + break_length(walk, 1));
        pass(walk, blanks(walk));
        return 0;
    }
    for (size_t i = 0; i < sizeof(longer) / sizeof(longer[0]); i++)
        if (head(walk, 1) == longer[i].letter)
            length = longer[i].length;
    pass(walk, length);
    return utf8_length((unsigned char)value);
}

static size_t step_flow(struct walk *walk, const struct node *node, char value)
{
    if (break_length(walk, blanks(walk)) > 0)
        return step_fold(walk);
    if (node->style == NODE_DOUBLE && head(walk, 0) == '\\')
        return step_escape(walk, value);
    bool pair = node->style == NODE_SINGLE && head(walk, 0) == '\'';
    pass(walk, pair ? 2 : 1);
    return 1;
}

struct place document_place_at(const struct node *node, size_t offset)
{
    struct walk walk = {node->raw, node->place.line, node->place.column};
    bool block = node->style == NODE_LITERAL || node->style == NODE_FOLDED;
    size_t at = 0;
    while (node->place.line > 0 && walk.rest.length > 0 && at <= offset && at < node->text.length) {
        struct walk next = walk;
        char value = node->text.at[at];
        at += block ? step_block(&next, node, value) : step_flow(&next, node, value);
        if (at > offset)
            break;
        walk = next;
    }
    return (struct place){node->place.path, walk.line, walk.column};
}
