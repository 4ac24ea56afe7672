/* JSON: reading and writing. */
#include "base/json.h"
#include "check.h"

static const struct {
    const char *promise, *input, *again; /* NULL: refused */
} cases[] = {
    {"an object keeps its order", "{\"b\": 1, \"a\": [true, null]}", "{\"b\":1,\"a\":[true,null]}"},
    {"a real stays short", "1.21", "1.21"},
    {"escapes come back", "\"a\\n\\u0001\\\"\"", "\"a\\n\\u0001\\\"\""},
    {"duplicate keys are refused", "{\"a\":1,\"a\":2}", NULL},
    {"garbage behind is refused", "1 2", NULL},
    {"nothing is refused", "", NULL},
};

int main(void)
{
    ARENA(arena);
    BUFFER(out, 1000);
    struct error err;
    struct value value;
    char deep[200];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool reads = json_parse(&arena, text_of(cases[i].input), TEXT("x"), &value, &err);
        check(cases[i].promise, reads == (cases[i].again != NULL));
        if (!reads)
            continue;
        buffer_clear(&out);
        json_say_tree(&(struct json_writer){.out = &out}, &value);
        check_text(cases[i].promise, buffer_text(&out), text_of(cases[i].again));
    }
    memset(deep, '[', sizeof(deep));
    check("deep nesting is refused",
          !json_parse(&arena, text_from(deep, sizeof(deep)), TEXT("x"), &value, &err));
    buffer_clear(&out);
    struct json_writer writer = {.out = &out, .pretty = true};
    json_begin_object(&writer);
    json_key(&writer, "n");
    json_say_real(&writer, 2.5);
    json_key(&writer, "e");
    json_begin_array(&writer);
    json_end_array(&writer);
    json_end_object(&writer);
    check_text("pretty", buffer_text(&out), TEXT("{\n  \"n\": 2.5,\n  \"e\": []\n}"));
    return check_done();
}
