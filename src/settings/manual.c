/* Manual: the key tables, as a reference to read. */
#include "settings/manual.h"

#include "settings/schema_type.h"

#include "base/banned.h"

enum { PREFIX = 256 };

static void render_words(struct buffer *out, const struct key *key, const char *mark)
{
    buffer_add_string(out, "one of ");
    for (const struct word *word = key->words; word->word != NULL; word++)
        buffer_printf(out, "%s%s%s%s", word == key->words ? "" : ", ", mark, word->word, mark);
}

static void render_duration(struct buffer *out, const struct key *key)
{
    char from[RATE_TEXT], to[RATE_TEXT];
    buffer_printf(out, "%s from %s to %s", key->type->name, duration_format(key->least, from),
                  duration_format(key->most, to));
}

void manual_render_type(struct buffer *out, const struct key *key, const char *mark)
{
    if (key->type == &key_word)
        render_words(out, key, mark);
    else if (key->type == &key_number)
        buffer_printf(out, "number from %lld to %lld", (long long)key->least, (long long)key->most);
    else if (key->type == &key_duration)
        render_duration(out, key);
    else
        buffer_add_string(out, key->type->name);
}

/* How the keys below a key are called: what stands between its own name and theirs. NULL: it has
 * none. */
static const char *joint_of(const struct key *key)
{
    const struct {
        const struct key_type *type;
        const char *joint;
    } joints[] = {
        {&key_mapping, "."},
        {&key_mapping_or_list, "."},
        {&key_list, "[]."},
        {&key_map, ".NAME."},
    };
    for (size_t i = 0; i < sizeof(joints) / sizeof(joints[0]); i++)
        if (joints[i].type == key->type)
            return joints[i].joint;
    return NULL;
}

static void render_row(struct buffer *out, const char *prefix, const struct key *key)
{
    buffer_printf(out, "| `%s%s` | ", prefix, key->name);
    manual_render_type(out, key, "`");
    if ((key->flags & REQUIRED) != 0)
        buffer_add_string(out, " | *required* | ");
    else if (key->fallback != NULL)
        buffer_printf(out, " | `%s` | ", key->fallback);
    else
        buffer_add_string(out, " | | ");
    buffer_add_string(out, key->doc);
    if ((key->flags & LATER) != 0)
        buffer_add_string(out, " *Not yet in effect.*");
    buffer_add_string(out, " |\n");
}

static void render_rows(struct buffer *out, const char *prefix, const struct shape *shape)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct key *key = &shape->keys[i];
        char below[PREFIX];
        if (key->type == &key_refused)
            continue;
        render_row(out, prefix, key);
        if (joint_of(key) == NULL)
            continue;
        snprintf(below, sizeof(below), "%s%s%s", prefix, key->name, joint_of(key));
        render_rows(out, below, key->shape);
    }
    if (shape->others != NULL)
        render_row(out, prefix, shape->others);
}

static const char introduction[] =
    "# Reference\n\n"
    "Every key of every file, made from the tables that check them: `broadside manual`.\n\n"
    "- A *text* is one line; *lines* are written behind a `|`, each indented.\n"
    "- Text needs quotes when it begins with `{`, `[`, `*`, `&`, `!`, `%`, `@`, a quote or a "
    "backtick, or holds `: ` or ` #`.\n"
    "- A *duration* is a number with its unit: `30s`, `15m`, `24h`, `3d`.\n"
    "- A *rate* is a number in any window of a length: `14/s`, `30/min`, `500/h`, `50000/day`.\n"
    "- A list of texts or rates may be a single one without brackets.\n"
    "- `NAME` and `FIELD` stand for any name, `[]` for each entry of a list.\n"
    "- `-o KEY=VALUE` sets a key of `config/broadside.yaml` for one run: `-o relay.connections=2`, "
    "or in a list of relays `-o relay.0.connections=2`.\n";

void manual_render_markdown(struct buffer *out, const struct manual_file *files, size_t count)
{
    buffer_add_string(out, introduction);
    for (size_t i = 0; i < count; i++) {
        buffer_printf(out, "\n## %s\n\n%s\n\n", files[i].path, files[i].about);
        buffer_add_string(out, "| Key | Type | Default | Meaning |\n| --- | --- | --- | --- |\n");
        render_rows(out, "", files[i].shape);
    }
}
