/*
 * JSON: a tree to read, a writer to say.
 *
 * The tree is also what templates see: a context is JSON. Keys keep their order; a duplicate key is
 * an error. Numbers keep the text a template shows.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/value.h"

enum { JSON_INPUT = 16 * 1024 * 1024, JSON_DEPTH = 64 };

/* Reads one document (RFC 8259, UTF-8). Everything lives in `arena`. `path` names it in errors. */
bool json_parse(struct arena *arena, struct text input, struct text path, struct value *ret_value,
                struct error *err);

/* The writer: commas are its business. Values inside an object need a key first. */
struct json_writer {
    struct buffer *out;
    unsigned depth;
    bool pretty;   /* two spaces a level */
    bool comma;    /* a value stands before this one on this level */
    bool key_open; /* a key was written, its value is due */
};

void json_begin_object(struct json_writer *writer);
void json_end_object(struct json_writer *writer);
void json_begin_array(struct json_writer *writer);
void json_end_array(struct json_writer *writer);
void json_key(struct json_writer *writer, const char *key);
void json_say_text(struct json_writer *writer, struct text text); /* broken UTF-8 becomes U+FFFD */
void json_say_string(struct json_writer *writer, const char *string); /* NULL says null */
void json_say_number(struct json_writer *writer, long long number);
void json_say_real(struct json_writer *writer, double number); /* at most three decimals */
void json_say_bool(struct json_writer *writer, bool truth);
void json_say_null(struct json_writer *writer);
void json_say_time(struct json_writer *writer, int64_t wall_ms); /* ISO 8601; 0 says null */
/* A key and its value at once. */
void json_put_text(struct json_writer *writer, const char *key, struct text text);
void json_put_string(struct json_writer *writer, const char *key, const char *string);
void json_put_number(struct json_writer *writer, const char *key, long long number);
void json_put_bool(struct json_writer *writer, const char *key, bool truth);
void json_put_time(struct json_writer *writer, const char *key, int64_t wall_ms);
void json_say_tree(struct json_writer *writer, const struct value *value);

#endif
