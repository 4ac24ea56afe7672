/* Filter: what stands behind the pipe in {{first_name | default: 'Friend' | upper}}. */
#include "template/filter.h"

#include <unicase.h>
#include <unigbrk.h>

#include "base/banned.h"
#include "base/json.h"
#include "base/nearest.h"
#include "template/escape.h"
#include "template/filter_kinds.h"

enum argument { ARGUMENT_NONE, ARGUMENT_TEXT, ARGUMENT_NUMBER, ARGUMENT_MAYBE };

struct filter {
    struct text name;
    enum argument argument;
    const char *example; /* with its argument */
    filter_function apply;
};

/* ---- text ---- */

/* An empty field of a spreadsheet is as good as none: "Dear ," pleases nobody. */
static bool apply_default(const struct filter_run *run, struct value *value, struct buffer *out,
                          struct error *err)
{
    (void)out, (void)err;
    bool blank = value->type == VALUE_STRING && text_trim(value->text).length == 0;
    if (value->type == VALUE_NULL || blank)
        *value = value_string(run->use->argument);
    return true;
}

typedef uint8_t *(*case_function)(const uint8_t *, size_t, const char *, uninorm_t, uint8_t *,
                                  size_t *);

/* Unicode's own rules, with those of the language: ß becomes SS, and i keeps its dot in Turkish. */
static bool change_case(const struct filter_run *run, struct value *value, struct buffer *out,
                        case_function change)
{
    size_t length = value->text.length * 3 + 16; /* SpecialCasing.txt: at most threefold */
    if (value->type == VALUE_NULL || !buffer_reserve(out, length))
        return true;
    uint8_t *room = (uint8_t *)out->at;
    uint8_t *changed = change((const uint8_t *)value->text.at, value->text.length,
                              run->language->code, NULL, room, &length);
    if (changed == NULL)
        return true;
    out->length = changed == room ? length : 0;
    if (changed != room) {
        buffer_append(out, (const char *)changed, length);
        free(changed);
    }
    *value = value_string(buffer_text(out));
    return true;
}

static bool apply_upper(const struct filter_run *run, struct value *value, struct buffer *out,
                        struct error *err)
{
    (void)err;
    return change_case(run, value, out, u8_toupper);
}

static bool apply_lower(const struct filter_run *run, struct value *value, struct buffer *out,
                        struct error *err)
{
    (void)err;
    return change_case(run, value, out, u8_tolower);
}

static bool apply_title(const struct filter_run *run, struct value *value, struct buffer *out,
                        struct error *err)
{
    (void)err;
    return change_case(run, value, out, u8_totitle);
}

/* The offset behind the first `count` characters as people count them: grapheme clusters, and what
   a zero width joiner makes one picture (UAX 29, GB11). */
static size_t after_characters(struct text text, uint64_t count)
{
    const uint8_t *at = (const uint8_t *)text.at, *end = at + text.length;
    for (; count > 0 && at < end; count--) {
        do
            at = u8_grapheme_next(at, end);
        while (at < end && at - (const uint8_t *)text.at >= 3 &&
               memcmp(at - 3, "\xE2\x80\x8D", 3) == 0);
    }
    return (size_t)((const char *)at - text.at);
}

/* At most `number` characters with the ellipsis, cut between words where that costs no more than
   half of them. */
static bool apply_truncate(const struct filter_run *run, struct value *value, struct buffer *out,
                           struct error *err)
{
    (void)err;
    struct text text = value->text;
    uint64_t limit = run->use->number;
    if (text.length == 0 || limit == 0 || after_characters(text, limit) == text.length)
        return true;
    size_t end = after_characters(text, limit - 1);
    size_t word = end;
    while (word > 0 && text.at[word] != ' ')
        word--;
    if (word > end / 2)
        end = word;
    while (end > 0 && text.at[end - 1] == ' ')
        end--;
    buffer_append(out, text.at, end);
    buffer_add(out, TEXT("…"));
    *value = value_string(buffer_text(out));
    return true;
}

static bool apply_url(const struct filter_run *run, struct value *value, struct buffer *out,
                      struct error *err)
{
    (void)run, (void)err;
    if (value->type == VALUE_NULL)
        return true;
    escape_percent(out, value->text, "");
    *value = value_string(buffer_text(out));
    return true;
}

static bool apply_json(const struct filter_run *run, struct value *value, struct buffer *out,
                       struct error *err)
{
    (void)run, (void)err;
    struct json_writer writer = {.out = out};
    json_say_tree(&writer, value);
    *value = value_string(buffer_text(out));
    return true;
}

/* ---- the table ---- */

static const struct filter filters[] = {
    {TEXT_INIT("default"), ARGUMENT_TEXT, "default: 'Friend'", apply_default},
    {TEXT_INIT("upper"), ARGUMENT_NONE, "upper", apply_upper},
    {TEXT_INIT("lower"), ARGUMENT_NONE, "lower", apply_lower},
    {TEXT_INIT("title"), ARGUMENT_NONE, "title", apply_title},
    {TEXT_INIT("truncate"), ARGUMENT_NUMBER, "truncate: 60", apply_truncate},
    {TEXT_INIT("date"), ARGUMENT_MAYBE, "date: '%B %-d, %Y'", filter_date},
    {TEXT_INIT("number"), ARGUMENT_NONE, "number", filter_number},
    {TEXT_INIT("url"), ARGUMENT_NONE, "url", apply_url},
    {TEXT_INIT("json"), ARGUMENT_NONE, "json", apply_json},
};

enum { FILTERS = sizeof(filters) / sizeof(filters[0]) };

static const struct filter *find_filter(struct text name)
{
    for (size_t i = 0; i < FILTERS; i++)
        if (text_equal(filters[i].name, name))
            return &filters[i];
    return NULL;
}

static bool complain_unknown(struct text name, struct error *err)
{
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < FILTERS; i++)
        nearest_offer(&nearest, filters[i].name);
    if (nearest.name.length > 0)
        return error_set(err, FAULT_FILE, "there is no filter \"%.*s\"; did you mean \"%.*s\"?",
                         TEXT_ARGS(name), TEXT_ARGS(nearest.name));
    return error_set(
        err, FAULT_FILE,
        "there is no filter \"%.*s\"; there are default, upper, lower, title, truncate, "
        "date, number, url and json",
        TEXT_ARGS(name));
}

/* ---- reading a chain ---- */

struct reader {
    struct arena *arena;
    struct text all;
    size_t at;
};

static void skip_spaces(struct reader *reader)
{
    while (reader->at < reader->all.length && strchr(" \t\r\n", reader->all.at[reader->at]) != NULL)
        reader->at++;
}

static bool is_word_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' || byte == '.';
}

static struct text take_word(struct reader *reader)
{
    size_t start = reader->at;
    while (reader->at < reader->all.length && is_word_byte(reader->all.at[reader->at]))
        reader->at++;
    return text_slice(reader->all, start, reader->at - start);
}

/* 'text', "text", or a bare word. A quote inside is doubled, or the other kind is used. */
static bool take_argument(struct reader *reader, struct text *ret_argument, struct error *err)
{
    char quote = reader->at < reader->all.length ? reader->all.at[reader->at] : '\0';
    if (quote != '\'' && quote != '"') {
        *ret_argument = take_word(reader);
        return ret_argument->length > 0 ||
               error_set(err, FAULT_FILE, "an argument is missing behind the \":\"");
    }
    BUFFER(unquoted, FILTER_OUTPUT);
    size_t start = reader->at++;
    for (; reader->at < reader->all.length; reader->at++) {
        char byte = reader->all.at[reader->at];
        bool doubled = byte == quote && reader->at + 1 < reader->all.length &&
                       reader->all.at[reader->at + 1] == quote;
        if (byte == quote && !doubled)
            break;
        reader->at += doubled;
        buffer_add_byte(&unquoted, byte);
    }
    if (reader->at == reader->all.length) {
        reader->at = start;
        return error_set(err, FAULT_FILE, "the quote %c is never closed", quote);
    }
    reader->at++;
    *ret_argument = arena_text(reader->arena, buffer_text(&unquoted));
    return true;
}

static bool check_argument(struct filter_use *use, struct error *err)
{
    enum argument wanted = use->filter->argument;
    bool number = text_to_number(use->argument, &use->number);
    if (use->filter->apply == filter_date && use->has_argument)
        return filter_date_format(use->argument, err);
    if (wanted == ARGUMENT_MAYBE || (wanted == ARGUMENT_NONE && !use->has_argument) ||
        (wanted == ARGUMENT_TEXT && use->has_argument) || (wanted == ARGUMENT_NUMBER && number))
        return true;
    return error_set(err, FAULT_FILE, "the filter %.*s is written: %s",
                     TEXT_ARGS(use->filter->name), use->filter->example);
}

static bool take_use(struct reader *reader, struct filter_use *use, struct error *err)
{
    skip_spaces(reader);
    size_t start = reader->at;
    struct text name = take_word(reader);
    use->filter = find_filter(name);
    if (use->filter == NULL) {
        reader->at = start;
        return name.length > 0 ? complain_unknown(name, err)
                               : error_set(err, FAULT_FILE, "a filter's name is missing here");
    }
    skip_spaces(reader);
    if (reader->at < reader->all.length && reader->all.at[reader->at] == ':') {
        reader->at++;
        skip_spaces(reader);
        use->has_argument = true;
        if (!take_argument(reader, &use->argument, err))
            return false;
        skip_spaces(reader);
    }
    if (!check_argument(use, err)) {
        reader->at = start;
        return false;
    }
    if (reader->at == reader->all.length || reader->all.at[reader->at] == '|')
        return true;
    return error_set(err, FAULT_FILE, "expected \"|\" or the end of the tag here");
}

static bool take_chain(struct reader *reader, struct filter_use *uses, size_t *ret_count,
                       struct error *err)
{
    for (size_t count = 0; count < FILTER_CHAIN; count++) {
        if (!take_use(reader, &uses[count], err))
            return false;
        *ret_count = count + 1;
        if (reader->at == reader->all.length)
            return true;
        reader->at++; /* the pipe */
    }
    return error_set(err, FAULT_FILE, "more than %d filters in a row", FILTER_CHAIN);
}

bool filter_parse(struct arena *arena, struct text text, struct filter_chain *ret_chain,
                  size_t *ret_at, struct error *err)
{
    struct reader reader = {.arena = arena, .all = text};
    struct filter_use *uses = arena_array(arena, struct filter_use, FILTER_CHAIN);
    *ret_chain = (struct filter_chain){.uses = uses};
    if (text.length == 0)
        return true;
    bool taken = take_chain(&reader, uses, &ret_chain->count, err);
    *ret_at = reader.at;
    for (size_t i = 0; taken && i < ret_chain->count; i++) {
        ret_chain->has_default |= uses[i].filter->apply == apply_default;
        ret_chain->ends_in_url = uses[i].filter->apply == apply_url;
    }
    return taken;
}

/* ---- running ---- */

void filter_scratch_free(struct filter_scratch *scratch)
{
    buffer_free(&scratch->out[0]);
    buffer_free(&scratch->out[1]);
}

/* Only json and default take a list or an object; to all else it is no text. */
static bool takes(const struct filter *filter, const struct value *value)
{
    bool text = value->type != VALUE_ARRAY && value->type != VALUE_OBJECT;
    return text || filter->apply == apply_json || filter->apply == apply_default;
}

static bool is_same_use(const struct filter_use *a, const struct filter_use *b)
{
    return a->filter == b->filter && a->number == b->number && a->has_argument == b->has_argument &&
           text_equal(a->argument, b->argument);
}

bool filter_chain_equal(const struct filter_chain *a, const struct filter_chain *b)
{
    size_t same = 0;
    while (same < a->count && same < b->count && is_same_use(&a->uses[same], &b->uses[same]))
        same++;
    return same == a->count && same == b->count;
}

bool filter_apply(const struct filter_chain *chain, const struct filter_language *language,
                  struct filter_scratch *scratch, struct value *value, struct error *err)
{
    for (size_t i = 0; i < chain->count; i++) {
        const struct filter_use *use = &chain->uses[i];
        struct filter_run run = {.use = use, .language = language};
        /* Two rooms in turn: each filter reads what the one before it wrote. */
        struct buffer *out = &scratch->out[i % 2];
        out->limit = FILTER_OUTPUT;
        buffer_clear(out);
        if (!takes(use->filter, value))
            return error_set(err, FAULT_FILE, "%.*s takes a text, not a list or an object",
                             TEXT_ARGS(use->filter->name));
        if (value->type == VALUE_BOOL && use->filter->apply != apply_json)
            *value = value_string(value->truth ? TEXT("true") : TEXT("false"));
        if (!use->filter->apply(&run, value, out, err))
            return false;
    }
    return true;
}
