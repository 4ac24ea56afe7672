/* Manual example: every key of a file, below its sentence, to copy and to take in. */
#include "settings/manual.h"

#include "settings/schema_type.h"

#include "base/banned.h"

enum { WIDTH = 88, STEP = 2 };

struct example {
    struct buffer *out;
    size_t indent;
    bool left_out; /* something above is optional, so all below it is */
    bool dash;     /* the next key begins an entry of a list */
};

/* A sentence as comment lines, wrapped. */
static void add_comment(struct example *example, struct text text)
{
    size_t column = 0;
    struct text word;
    while (text_take_until(&text, ' ', &word)) {
        if (column == 0 || column + 1 + word.length > WIDTH) {
            buffer_add_string(example->out, column == 0 ? "" : "\n");
            buffer_add_repeated(example->out, ' ', example->indent);
            buffer_add_byte(example->out, '#');
            column = example->indent + 1;
        }
        buffer_add_byte(example->out, ' ');
        buffer_add(example->out, word);
        column += 1 + word.length;
    }
    buffer_add_byte(example->out, '\n');
}

static bool is_nested(const struct key *key)
{
    return key->type == &key_mapping || key->type == &key_mapping_or_list ||
           key->type == &key_list || key->type == &key_map;
}

/* What the example value does not show by itself. */
static void add_type(struct buffer *out, const struct key *key)
{
    if (key->type == &key_word) {
        buffer_add_string(out, " Choose ");
        manual_render_type(out, key, "");
        buffer_add_byte(out, '.');
    } else if (key->type == &key_number || key->type == &key_duration) {
        buffer_add_string(out, " A ");
        manual_render_type(out, key, "");
        buffer_add_byte(out, '.');
    }
}

/* "At most so many connections at once. A number from 1 to 1000. Default: 10." */
static void add_sentence(struct example *example, const struct key *key)
{
    BUFFER(all, 2000);
    buffer_add_string(&all, key->doc);
    add_type(&all, key);
    if ((key->flags & REQUIRED) != 0)
        buffer_add_string(&all, " Required.");
    if (key->fallback != NULL)
        buffer_printf(&all, " Default: %s.", key->fallback);
    if ((key->flags & LATER) != 0)
        buffer_add_string(&all, " Not yet in effect.");
    add_comment(example, buffer_text(&all));
}

static void add_key(struct example *example, const char *name, const char *value)
{
    buffer_add_repeated(example->out, ' ', example->indent - (example->dash ? STEP : 0));
    buffer_printf(example->out, "%s%s%s:%s%s\n", example->left_out ? "#" : "",
                  example->dash ? "- " : "", name, value != NULL ? " " : "",
                  value != NULL ? value : "");
    example->dash = false;
}

static void add_shape(struct example example, const struct shape *shape);

/* A key whose value is on the lines below it. */
static void add_nested(struct example example, const struct key *key)
{
    add_key(&example, key->name, NULL);
    example.indent += STEP;
    if (key->type == &key_map) {
        add_key(&example, key->example, NULL);
        example.indent += STEP;
    }
    if (key->type == &key_list) {
        example.dash = true;
        example.indent += STEP;
    }
    add_shape(example, key->shape);
}

static void add_row(struct example *above, const struct key *key)
{
    struct example example = *above;
    example.left_out = above->left_out || (key->flags & REQUIRED) == 0;
    if (example.indent == 0)
        buffer_add_byte(example.out, '\n');
    add_sentence(&example, key);
    if (is_nested(key))
        add_nested(example, key);
    else
        add_key(&example, key->name, key->example != NULL ? key->example : key->fallback);
    above->dash = false;
}

static void add_shape(struct example example, const struct shape *shape)
{
    for (size_t i = 0; i < shape->count; i++)
        if (shape->keys[i].type != &key_refused)
            add_row(&example, &shape->keys[i]);
    if (shape->others != NULL)
        add_row(&example, shape->others);
}

void manual_render_example(struct buffer *out, const struct manual_file *file)
{
    struct example example = {.out = out};
    ARENA(scratch);
    add_comment(&example, arena_printf(&scratch, "%s: %s", file->path, file->about));
    add_comment(&example, TEXT("Made from the tables that check it: broadside manual --example. A "
                               "key behind # may be left out; take the # away to set it."));
    add_shape(example, file->shape);
}
