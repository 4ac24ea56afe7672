/* JSON: writing. Commas, quotes and indentation are the writer's business. */
#include "base/json.h"

#include <inttypes.h>

#include "base/banned.h"
#include "base/clock.h"
#include "base/memory.h"

static void new_line(struct json_writer *writer)
{
    if (!writer->pretty)
        return;
    buffer_add_byte(writer->out, '\n');
    buffer_add_repeated(writer->out, ' ', 2 * (size_t)writer->depth);
}

static void begin_value(struct json_writer *writer)
{
    if (!writer->key_open && writer->comma)
        buffer_add_byte(writer->out, ',');
    if (!writer->key_open && writer->depth > 0)
        new_line(writer);
    writer->key_open = false;
    writer->comma = true;
}

static void open_level(struct json_writer *writer, char bracket)
{
    begin_value(writer);
    buffer_add_byte(writer->out, bracket);
    writer->depth++;
    writer->comma = false;
}

static void close_level(struct json_writer *writer, char bracket)
{
    must(writer->depth > 0 && !writer->key_open);
    writer->depth--;
    if (writer->comma)
        new_line(writer);
    buffer_add_byte(writer->out, bracket);
    writer->comma = true;
}

void json_begin_object(struct json_writer *writer)
{
    open_level(writer, '{');
}

void json_end_object(struct json_writer *writer)
{
    close_level(writer, '}');
}

void json_begin_array(struct json_writer *writer)
{
    open_level(writer, '[');
}

void json_end_array(struct json_writer *writer)
{
    close_level(writer, ']');
}

static void add_escaped_byte(struct buffer *out, char byte)
{
    static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; short_forms[i] != '\0'; i += 2) {
        if (short_forms[i] != byte)
            continue;
        buffer_add_byte(out, '\\');
        buffer_add_byte(out, short_forms[i + 1]);
        return;
    }
    if ((unsigned char)byte < 0x20 || byte == 0x7F)
        buffer_printf(out, "\\u%04x", (unsigned)(unsigned char)byte);
    else
        buffer_add_byte(out, byte);
}

static void add_quoted(struct buffer *out, struct text text)
{
    bool utf8 = text_is_utf8(text);
    buffer_add_byte(out, '"');
    for (size_t i = 0; i < text.length; i++) {
        if (!utf8 && (unsigned char)text.at[i] >= 0x80)
            buffer_add_string(out, "\\ufffd");
        else
            add_escaped_byte(out, text.at[i]);
    }
    buffer_add_byte(out, '"');
}

void json_key(struct json_writer *writer, const char *key)
{
    begin_value(writer);
    add_quoted(writer->out, text_of(key));
    buffer_add_string(writer->out, writer->pretty ? ": " : ":");
    writer->key_open = true;
}

void json_say_text(struct json_writer *writer, struct text text)
{
    begin_value(writer);
    add_quoted(writer->out, text);
}

void json_say_string(struct json_writer *writer, const char *string)
{
    if (string == NULL)
        json_say_null(writer);
    else
        json_say_text(writer, text_of(string));
}

void json_say_number(struct json_writer *writer, long long number)
{
    begin_value(writer);
    buffer_add_number(writer->out, number);
}

void json_say_real(struct json_writer *writer, double number)
{
    begin_value(writer);
    buffer_printf(writer->out, "%.3f", number);
    while (writer->out->at[writer->out->length - 1] == '0')
        buffer_cut(writer->out, writer->out->length - 1);
    if (writer->out->at[writer->out->length - 1] == '.')
        buffer_cut(writer->out, writer->out->length - 1);
}

void json_say_bool(struct json_writer *writer, bool truth)
{
    begin_value(writer);
    buffer_add_string(writer->out, truth ? "true" : "false");
}

void json_say_null(struct json_writer *writer)
{
    begin_value(writer);
    buffer_add_string(writer->out, "null");
}

void json_say_time(struct json_writer *writer, int64_t wall_ms)
{
    char iso[CIVIL_ISO];
    json_say_string(writer, wall_ms == 0 ? NULL : civil_iso(wall_ms, iso));
}

static void say_children(struct json_writer *writer, const struct value *value)
{
    for (size_t i = 0; i < value->count; i++) {
        if (value->type == VALUE_ARRAY) {
            json_say_tree(writer, &value->items[i]);
            continue;
        }
        begin_value(writer);
        add_quoted(writer->out, value->members[i].key);
        buffer_add_string(writer->out, writer->pretty ? ": " : ":");
        writer->key_open = true;
        json_say_tree(writer, &value->members[i].value);
    }
}

void json_say_tree(struct json_writer *writer, const struct value *value)
{
    bool array = value->type == VALUE_ARRAY;
    switch (value->type) {
    case VALUE_NULL:
        json_say_null(writer);
        return;
    case VALUE_BOOL:
        json_say_bool(writer, value->truth);
        return;
    case VALUE_NUMBER:
        begin_value(writer);
        buffer_add(writer->out, value->text);
        return;
    case VALUE_STRING:
        json_say_text(writer, value->text);
        return;
    case VALUE_ARRAY:
    case VALUE_OBJECT:
        open_level(writer, array ? '[' : '{');
        say_children(writer, value);
        close_level(writer, array ? ']' : '}');
        return;
    }
}

void json_put_text(struct json_writer *writer, const char *key, struct text text)
{
    json_key(writer, key);
    json_say_text(writer, text);
}

void json_put_string(struct json_writer *writer, const char *key, const char *string)
{
    json_key(writer, key);
    json_say_string(writer, string);
}

void json_put_number(struct json_writer *writer, const char *key, long long number)
{
    json_key(writer, key);
    json_say_number(writer, number);
}

void json_put_bool(struct json_writer *writer, const char *key, bool truth)
{
    json_key(writer, key);
    json_say_bool(writer, truth);
}

void json_put_time(struct json_writer *writer, const char *key, int64_t wall_ms)
{
    json_key(writer, key);
    json_say_time(writer, wall_ms);
}
