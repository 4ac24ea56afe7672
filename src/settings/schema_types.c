/* Schema types: one reader for each kind of single value. */
#include "settings/schema.h"

#include "settings/schema_type.h"

#include "base/banned.h"

enum { SHOWN = 64 }; /* bytes of a wrong value that a message repeats */

#define SHOW(node) TEXT_ARGS(text_slice((node)->text, 0, SHOWN))

static bool is_null(const struct node *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (node->style == NODE_PLAIN && text_equal(node->text, text_of(words[i])))
            return true;
    return false;
}

bool schema_is_text(struct schema *schema, const struct key *key, const struct node *node)
{
    if (node->type != NODE_SCALAR)
        schema_refuse(schema, key, node, "must be a single value, not a %s",
                      node->type == NODE_SEQUENCE ? "list" : "mapping");
    else if (is_null(node))
        schema_refuse(schema, key, node, "has no value; write one, or leave the key out");
    else
        return true;
    return false;
}

bool schema_is_line(struct schema *schema, const struct key *key, const struct node *node)
{
    struct error err;
    if (!schema_is_text(schema, key, node))
        return false;
    if (text_has_control(node->text, NULL)) {
        schema_refuse(schema, key, node, "must be one line; write it without | (or with >-)");
        return false;
    }
    bool wanted = node->text.length > 0 || (key->flags & REQUIRED) != 0;
    if (node->text.length == 0 && wanted) {
        schema_refuse(schema, key, node, "must not be empty");
        return false;
    }
    if (wanted && key->check != NULL && !key->check(node->text, &err)) {
        schema_refuse(schema, key, node, "%s", err.message);
        return false;
    }
    return true;
}

static void read_text(struct schema *schema, const struct key *key, const struct node *node,
                      void *field)
{
    if (schema_is_line(schema, key, node))
        *(struct text *)field = node->text;
}

static void place_text(const struct node *node, struct placed_text *placed)
{
    *placed = (struct placed_text){node->text, node->place, node->indent, node};
    /* A default stands on no line of the file, and its node does not last. */
    if (node->place.path.length == 0)
        placed->node = NULL;
}

static void read_placed_line(struct schema *schema, const struct key *key, const struct node *node,
                             void *field)
{
    if (schema_is_line(schema, key, node))
        place_text(node, field);
}

static void read_placed_block(struct schema *schema, const struct key *key, const struct node *node,
                              void *field)
{
    if (schema_is_text(schema, key, node))
        place_text(node, field);
}

static void read_bool(struct schema *schema, const struct key *key, const struct node *node,
                      void *field)
{
    if (!schema_is_text(schema, key, node))
        return;
    bool truth = text_equal(node->text, TEXT("true"));
    if (node->style != NODE_PLAIN || (!truth && !text_equal(node->text, TEXT("false"))))
        schema_refuse(schema, key, node, "must be true or false, not \"%.*s\"", SHOW(node));
    else
        *(bool *)field = truth;
}

static void read_number(struct schema *schema, const struct key *key, const struct node *node,
                        void *field)
{
    uint64_t number = 0;
    if (!schema_is_text(schema, key, node))
        return;
    bool octal = node->text.length > 1 && node->text.at[0] == '0';
    if (octal || !text_to_number(node->text, &number) || number > INT64_MAX ||
        (int64_t)number < key->least || (int64_t)number > key->most)
        schema_refuse(schema, key, node, "must be a whole number from %lld to %lld, not \"%.*s\"",
                      (long long)key->least, (long long)key->most, SHOW(node));
    else
        *(int64_t *)field = (int64_t)number;
}

static void refuse_word(struct schema *schema, const struct key *key, const struct node *node)
{
    BUFFER(all, 300);
    size_t count = 0;
    for (; key->words[count].word != NULL; count++)
        buffer_printf(&all, "%s%s", count > 0 ? ", " : "", key->words[count].word);
    const char *meant = schema_nearest(node->text, &key->words[0].word, count, sizeof(struct word));
    if (meant != NULL)
        schema_refuse(schema, key, node, "\"%.*s\" is none of %s; did you mean \"%s\"?", SHOW(node),
                      buffer_string(&all), meant);
    else
        schema_refuse(schema, key, node, "must be one of %s, not \"%.*s\"", buffer_string(&all),
                      SHOW(node));
}

static void read_word(struct schema *schema, const struct key *key, const struct node *node,
                      void *field)
{
    if (!schema_is_text(schema, key, node))
        return;
    for (const struct word *word = key->words; word->word != NULL; word++) {
        if (text_equal(node->text, text_of(word->word))) {
            memcpy(field, &word->number, sizeof(word->number));
            return;
        }
    }
    refuse_word(schema, key, node);
}

static void read_duration(struct schema *schema, const struct key *key, const struct node *node,
                          void *field)
{
    struct error err;
    int64_t ms = 0;
    char from[RATE_TEXT], to[RATE_TEXT];
    if (!schema_is_text(schema, key, node))
        return;
    if (!duration_parse(node->text, &ms, &err))
        schema_refuse(schema, key, node, "%s", err.message);
    else if (ms < key->least || ms > key->most)
        schema_refuse(schema, key, node, "must be from %s to %s", duration_format(key->least, from),
                      duration_format(key->most, to));
    else
        *(int64_t *)field = ms;
}

static void read_time(struct schema *schema, const struct key *key, const struct node *node,
                      void *field)
{
    struct local_time *time = field;
    if (!schema_is_text(schema, key, node))
        return;
    char string[CIVIL_ISO] = "";
    bool fits = node->text.length < sizeof(string) && !text_ends(node->text, TEXT("Z"));
    if (fits)
        memcpy(string, node->text.at, node->text.length);
    if (!fits || !civil_parse(string, &time->civil)) {
        schema_refuse(schema, key, node,
                      "must be a time such as 2026-12-01T09:00, without a zone, not \"%.*s\"",
                      SHOW(node));
        return;
    }
    time->given = true;
    time->whole_day = text_find_byte(node->text, 'T') == TEXT_NONE;
}

/* "08:00" → 480; 24:00 is the end of a day. */
static bool parse_minute(struct text text, int *ret_minute)
{
    uint64_t hour = 0, minute = 0;
    if (text.length != 5 || text.at[2] != ':' || !text_to_number(text_slice(text, 0, 2), &hour) ||
        !text_to_number(text_after(text, 3), &minute))
        return false;
    *ret_minute = (int)(hour * 60 + minute);
    return minute < 60 && *ret_minute <= 24 * 60;
}

static void read_hours(struct schema *schema, const struct key *key, const struct node *node,
                       void *field)
{
    struct hours hours = {0};
    if (!schema_is_text(schema, key, node))
        return;
    if (node->text.length != 11 || node->text.at[5] != '-' ||
        !parse_minute(text_slice(node->text, 0, 5), &hours.from_minute) ||
        !parse_minute(text_after(node->text, 6), &hours.to_minute) ||
        hours.from_minute == hours.to_minute)
        schema_refuse(schema, key, node, "must be hours such as \"08:00-20:00\", not \"%.*s\"",
                      SHOW(node));
    else
        *(struct hours *)field = hours;
}

static void read_refused(struct schema *schema, const struct key *key, const struct node *node,
                         void *field)
{
    (void)field;
    schema_mistake(schema, node->key_place, "%s: %s", key->name, key->advice);
}

const struct key_type key_text = {"text", read_text, false};
const struct key_type key_bool = {"true or false", read_bool, false};
const struct key_type key_number = {"number", read_number, false};
const struct key_type key_word = {"choice", read_word, false};
const struct key_type key_duration = {"duration", read_duration, false};
const struct key_type key_time = {"time", read_time, false};
const struct key_type key_hours = {"hours", read_hours, false};
const struct key_type key_placed_line = {"text with merge fields", read_placed_line, false};
const struct key_type key_placed_name = {"text", read_placed_line, false};
const struct key_type key_placed_block = {"lines with merge fields", read_placed_block, false};
const struct key_type key_refused = {"", read_refused, false};
