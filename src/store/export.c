/* Member, export: everybody as CSV, in a form that import reads back. */
#include "base/buffer.h"
#include "base/json.h"
#include "store/member_row.h"
#include "store/record.h"

#include "base/banned.h"

enum { CHUNK = 64 * 1024, CHUNK_LIMIT = 16 * 1024 * 1024 };

struct export
{
    struct store *store;
    struct buffer out;
    bool raw;
    struct text *attributes; /* the names of all in use, sorted */
    size_t attribute_count;
    struct arena names, scratch;
    export_write *write;
    void *self;
};

/* A spreadsheet takes such a field for a formula and runs it. */
static bool is_formula(struct text field)
{
    return field.length > 0 && memchr("=+-@\t\r", field.at[0], 6) != NULL;
}

static void add_field(struct export *export, struct text field, bool last)
{
    struct buffer *out = &export->out;
    bool formula = !export->raw && is_formula(field);
    bool quoted = formula || text_find_byte(field, ',') != TEXT_NONE ||
                  text_find_byte(field, '"') != TEXT_NONE ||
                  text_find_byte(field, '\r') != TEXT_NONE ||
                  text_find_byte(field, '\n') != TEXT_NONE;
    struct text piece;
    if (quoted)
        buffer_add_byte(out, '"');
    if (formula)
        buffer_add_byte(out, '\'');
    for (size_t at; (at = text_find_byte(field, '"')) != TEXT_NONE;
         field = text_after(field, at + 1)) {
        piece = text_slice(field, 0, at + 1);
        buffer_add(out, piece);
        buffer_add_byte(out, '"');
    }
    buffer_add(out, field);
    if (quoted)
        buffer_add_byte(out, '"');
    buffer_add_string(out, last ? "\r\n" : ",");
}

static bool flush(struct export *export, size_t above, struct error *err)
{
    if (export->out.length <= above)
        return true;
    bool good = export->write(export->self, buffer_text(&export->out), err);
    buffer_clear(&export->out);
    return good;
}

static bool read_names(struct export *export, struct error *err)
{
    struct text *names = arena_array(&export->names, struct text, IMPORT_COLUMNS);
    struct statement *s = statement_of(export->store, QUERY_MEMBER_ATTRIBUTE_NAMES);
    while (export->attribute_count < IMPORT_COLUMNS - COLUMN_COUNT && statement_row(s))
        names[export->attribute_count++] = statement_copy_text(s, 0, &export->names);
    export->attributes = names;
    return statement_done(s, err);
}

/* In the order of the table of known columns in the surface: key, email, names … */
static const enum column order[] = {
    COLUMN_KEY,      COLUMN_EMAIL,        COLUMN_FIRST_NAME, COLUMN_LAST_NAME,
    COLUMN_KIND,     COLUMN_ORGANIZATION, COLUMN_ROLE,       COLUMN_LANGUAGE,
    COLUMN_TIMEZONE, COLUMN_TOPICS,       COLUMN_TAGS,
};

enum { KNOWN = sizeof(order) / sizeof(order[0]) };

static void add_header(struct export *export)
{
    for (size_t i = 0; i < KNOWN; i++)
        add_field(export, column_name(order[i]), export->attribute_count == 0 && i + 1 == KNOWN);
    for (size_t i = 0; i < export->attribute_count; i++)
        add_field(export, export->attributes[i], i + 1 == export->attribute_count);
}

/* "a;b": what the member is subscribed to now. */
static bool read_topics(struct export *export, int64_t member_id, struct text *ret_topics,
                        struct error *err)
{
    BUFFER(topics, CHUNK_LIMIT);
    struct statement *s = statement_of(export->store, QUERY_MEMBER_SUBSCRIPTIONS);
    statement_int(s, 1, member_id);
    while (statement_row(s)) {
        if (statement_get_int(s, 1) != CONSENT_SUBSCRIBED)
            continue;
        if (topics.length > 0)
            buffer_add_byte(&topics, ';');
        buffer_add(&topics, statement_get_text(s, 0));
    }
    *ret_topics = arena_text(&export->scratch, buffer_text(&topics));
    return statement_done(s, err);
}

static bool add_member(void *self, const struct member *member, struct error *err)
{
    struct export *export = self;
    struct value attributes;
    struct text topics;
    arena_clear(&export->scratch);
    if (!read_topics(export, member->id, &topics, err) ||
        !json_parse(&export->scratch, member->attributes, TEXT("attributes"), &attributes, err))
        return false;
    const struct text known[KNOWN] = {
        member->key,
        member->email,
        member->first_name,
        member->last_name,
        text_of(member_kind_name(member->kind)),
        member->organization,
        member->role,
        member->language,
        member->timezone,
        topics,
        member->tags,
    };
    for (size_t i = 0; i < KNOWN; i++)
        add_field(export, known[i], export->attribute_count == 0 && i + 1 == KNOWN);
    for (size_t i = 0; i < export->attribute_count; i++) {
        const struct value *value = value_find(&attributes, export->attributes[i]);
        add_field(export, value != NULL ? value->text : text_of(""),
                  i + 1 == export->attribute_count);
    }
    return flush(export, CHUNK, err);
}

bool member_export(struct store *store, bool raw, export_write *write, void *self,
                   struct error *err)
{
    struct export export = {.store = store, .raw = raw, .write = write, .self = self};
    export.out = BUFFER_INIT(CHUNK_LIMIT);
    bool good = read_names(&export, err);
    if (good)
        add_header(&export);
    good = good && member_search(store, text_of(""), 0, 0, add_member, &export, err) &&
           flush(&export, 0, err);
    buffer_free(&export.out);
    arena_free(&export.names);
    arena_free(&export.scratch);
    return good;
}
