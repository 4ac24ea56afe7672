/* Record: a row of a members' CSV, checked and in the form in which it is stored. */
#include "store/record.h"

#include "base/json.h"
#include "mail/address.h"

#include "base/banned.h"

enum { LIST_ITEMS = 64, PROBLEM = 256 };

static const struct text column_names[COLUMN_COUNT] = {
    [COLUMN_KEY] = TEXT_INIT("key"),
    [COLUMN_EMAIL] = TEXT_INIT("email"),
    [COLUMN_KIND] = TEXT_INIT("kind"),
    [COLUMN_TOPICS] = TEXT_INIT("topics"),
    [COLUMN_TAGS] = TEXT_INIT("tags"),
    [COLUMN_FIRST_NAME] = TEXT_INIT("first_name"),
    [COLUMN_LAST_NAME] = TEXT_INIT("last_name"),
    [COLUMN_ORGANIZATION] = TEXT_INIT("organization"),
    [COLUMN_ROLE] = TEXT_INIT("role"),
    [COLUMN_LANGUAGE] = TEXT_INIT("language"),
    [COLUMN_TIMEZONE] = TEXT_INIT("timezone"),
};

struct text column_name(enum column column)
{
    must(column < COLUMN_COUNT);
    return column_names[column];
}

/* ---- The header line ---- */

static enum column column_of(struct text name)
{
    for (int i = COLUMN_ATTRIBUTE + 1; i < COLUMN_COUNT; i++)
        if (text_equal_nocase(name, column_names[i]))
            return (enum column)i;
    return COLUMN_ATTRIBUTE;
}

/* A quote or backslash could not be named in an audience's condition. */
static const char *name_problem(struct text name)
{
    if (name.length > IMPORT_NAME)
        return "a column's name is longer than 64 bytes";
    if (text_has_control(name, "") || text_find_byte(name, '"') != TEXT_NONE ||
        text_find_byte(name, '\\') != TEXT_NONE)
        return "a column's name holds a quote, a backslash or a control character";
    return NULL;
}

static const char *add_column(struct header *header, struct text name)
{
    const char *problem = name_problem(name);
    enum column column = column_of(name);
    if (problem != NULL)
        return problem;
    for (size_t i = 0; i < header->count; i++)
        if (column != COLUMN_ATTRIBUTE ? header->columns[i] == column
                                       : text_equal(header->names[i], name))
            return "two columns have the same name";
    header->has[column] = true;
    header->names[header->count] = name;
    header->columns[header->count++] = column;
    return NULL;
}

static void sort_attributes(struct header *header)
{
    for (size_t i = 0; i < header->count; i++) {
        if (header->columns[i] != COLUMN_ATTRIBUTE)
            continue;
        size_t at = header->attribute_count++;
        for (; at > 0 &&
               text_compare(header->names[i], header->names[header->attributes[at - 1]]) < 0;
             at--)
            header->attributes[at] = header->attributes[at - 1];
        header->attributes[at] = i;
    }
}

/* ---- What was meant ---- */

/* Letters and digits alone, in lower case: "First Name", "first-name" and "firstname" are one. */
static struct text squeeze(struct text name, char room[IMPORT_NAME])
{
    size_t length = 0;
    for (size_t i = 0; i < name.length && length < IMPORT_NAME; i++) {
        char byte = text_lower_byte(name.at[i]);
        if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9'))
            room[length++] = byte;
    }
    return text_from(room, length);
}

/* So many letters of it, and it is the beginning of a name and no word of its own: "lang". */
enum { GUESS_BEGINNING = 4, GUESS_SHORT = 5 };

static bool is_near(struct text name, struct text known)
{
    char room[2][IMPORT_NAME];
    struct text one = squeeze(name, room[0]), other = squeeze(known, room[1]);
    unsigned most = other.length <= GUESS_SHORT ? 1 : 2;
    return text_distance(one, other, most) <= most ||
           (one.length >= GUESS_BEGINNING && text_starts(other, one));
}

struct text header_guess(const struct header *header, size_t index)
{
    if (header->columns[index] != COLUMN_ATTRIBUTE)
        return (struct text){0};
    for (int i = COLUMN_ATTRIBUTE + 1; i < COLUMN_COUNT; i++)
        if (!header->has[i] && is_near(header->names[index], column_names[i]))
            return column_names[i];
    return (struct text){0};
}

static bool no_email(const struct header *header, const struct row *row, struct place place,
                     struct error *err)
{
    if (row->count == 1 && text_find_byte(row->raw, ';') != TEXT_NONE)
        return error_at(
            err, FAULT_FILE, place,
            "the columns are parted by semicolons: save the file with commas (LibreOffice asks "
            "for the separator, Google Sheets always takes commas, Excel the list "
            "separator of the system's region)");
    for (size_t i = 0; i < header->count; i++) {
        char room[IMPORT_NAME];
        if (text_contains(squeeze(header->names[i], room), TEXT("mail")))
            return error_at(err, FAULT_FILE, place,
                            "there is no column \"email\"; rename \"%.*s\" to it",
                            TEXT_ARGS(header->names[i]));
    }
    return error_at(err, FAULT_FILE, place,
                    "there is no column \"email\": the first line names the columns");
}

bool header_read(struct arena *arena, const struct row *row, struct text path,
                 struct header *ret_header, struct error *err)
{
    struct place place = {.path = path, .line = (unsigned)row->line};
    *ret_header = (struct header){0};
    if (row->problem != NULL)
        return error_at(err, FAULT_FILE, place, "%s", row->problem);
    if (row->count == 1 && text_find_byte(row->raw, '\t') != TEXT_NONE)
        return error_at(err, FAULT_FILE, place,
                        "the columns are parted by tabs: save the file with commas");
    for (size_t i = 0; i < row->count; i++) {
        struct text name = text_trim(row->fields[i]);
        if (name.length == 0)
            return error_at(err, FAULT_FILE, place,
                            "column %zu has no name: write one in its first row, or take the "
                            "column out of the spreadsheet",
                            i + 1);
        const char *problem = add_column(ret_header, arena_text(arena, name));
        if (problem != NULL)
            return error_at(err, FAULT_FILE, place, "%s: \"%.*s\"", problem,
                            TEXT_ARGS(text_slice(name, 0, IMPORT_NAME)));
    }
    sort_attributes(ret_header);
    return ret_header->has[COLUMN_EMAIL] || no_email(ret_header, row, place, err);
}

bool header_has_attribute(const struct header *header, struct text name)
{
    for (size_t i = 0; i < header->attribute_count; i++)
        if (text_equal(header->names[header->attributes[i]], name))
            return true;
    return false;
}

/* ---- Fields ---- */

static const char *problem_at(struct arena *arena, const char *what, struct text value)
{
    return arena_printf(arena, "%s: \"%.*s\"", what, TEXT_ARGS(text_slice(value, 0, 64))).at;
}

static const char *read_kind(struct arena *arena, struct text value, enum member_kind *ret_kind)
{
    *ret_kind = MEMBER_INDIVIDUAL;
    if (value.length == 0 || text_equal_nocase(value, TEXT("individual")))
        return NULL;
    *ret_kind = MEMBER_ORGANIZATION;
    if (text_equal_nocase(value, TEXT("organization")))
        return NULL;
    return problem_at(arena, "the kind is neither individual nor organization", value);
}

/* "b; a;b" gives a, b. */
static const char *read_list(struct arena *arena, struct text value, struct text **ret_items,
                             size_t *ret_count)
{
    struct text items[LIST_ITEMS], item;
    size_t count = 0;
    while (text_take_until(&value, ';', &item)) {
        item = text_trim(item);
        size_t at = count;
        while (at > 0 && text_compare(item, items[at - 1]) < 0)
            at--;
        if (item.length == 0 || (at > 0 && text_equal(item, items[at - 1])))
            continue;
        if (item.length > IMPORT_NAME)
            return problem_at(arena, "a topic or tag is longer than 64 bytes", item);
        if (count == LIST_ITEMS)
            return "there are more than 64 topics or tags";
        memmove(&items[at + 1], &items[at], (count - at) * sizeof(*items));
        items[at] = item;
        count++;
    }
    *ret_items = arena_array(arena, struct text, count + 1);
    *ret_count = count;
    for (size_t i = 0; i < count; i++)
        (*ret_items)[i] = arena_text(arena, items[i]);
    return NULL;
}

static const char *read_tags(struct arena *arena, struct text value, struct text *ret_tags)
{
    struct text *items;
    size_t count;
    const char *problem = read_list(arena, value, &items, &count);
    if (problem != NULL || count == 0)
        return problem;
    BUFFER(tags, LIST_ITEMS * (IMPORT_NAME + 1));
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_add_byte(&tags, ';');
        buffer_add(&tags, items[i]);
    }
    *ret_tags = arena_text(arena, buffer_text(&tags));
    return NULL;
}

static const char *read_email(struct arena *arena, struct text value, const struct token_key *key,
                              struct record *record, struct text *ret_address_key)
{
    struct address address;
    struct error err;
    if (value.length == 0)
        return "there is no address";
    if (!address_parse(arena, value, ADDRESS_UTF8_LOCAL, &address, &err))
        return problem_at(arena, arena_printf(arena, "the address is wrong, %s", err.message).at,
                          value);
    record->member.email = address.whole;
    record->domain = address.domain;
    token_address_hash(key, address.key, record->hash);
    *ret_address_key = address.key;
    return NULL;
}

static struct text *text_field(struct member *member, enum column column)
{
    switch ((int)column) {
    case COLUMN_FIRST_NAME:
        return &member->first_name;
    case COLUMN_LAST_NAME:
        return &member->last_name;
    case COLUMN_ORGANIZATION:
        return &member->organization;
    case COLUMN_ROLE:
        return &member->role;
    case COLUMN_TIMEZONE:
        return &member->timezone;
    default:
        return NULL;
    }
}

struct reading {
    struct arena *arena;
    const struct token_key *key;
    struct record *record;
    struct text address_key;
};

static const char *read_known(struct reading *reading, enum column column, struct text value)
{
    struct record *record = reading->record;
    struct text *plain = text_field(&record->member, column);
    if (text_has_control(value, ""))
        return arena_printf(reading->arena, "a line break or control character in %.*s",
                            TEXT_ARGS(column_names[column]))
            .at;
    if (plain != NULL) {
        *plain = arena_text(reading->arena, value);
        return NULL;
    }
    if (column == COLUMN_LANGUAGE)
        record->member.language = arena_lower(reading->arena, value);
    if (column == COLUMN_KEY && value.length > IMPORT_KEY)
        return problem_at(reading->arena, "the key is longer than 254 bytes", value);
    if (column == COLUMN_KEY)
        record->member.key = arena_text(reading->arena, value);
    if (column == COLUMN_EMAIL)
        return read_email(reading->arena, value, reading->key, record, &reading->address_key);
    if (column == COLUMN_KIND)
        return read_kind(reading->arena, value, &record->member.kind);
    if (column == COLUMN_TAGS)
        return read_tags(reading->arena, value, &record->member.tags);
    if (column == COLUMN_TOPICS && text_find_byte(value, ',') != TEXT_NONE)
        return problem_at(reading->arena, "topics are parted by semicolons, not commas", value);
    if (column == COLUMN_TOPICS)
        return read_list(reading->arena, value, &record->topics, &record->topic_count);
    return NULL;
}

/* Attributes are texts for templates; a line break is all the control they may hold. */
static const char *read_attributes(struct arena *arena, const struct header *header,
                                   const struct row *row, struct text *ret_attributes)
{
    BUFFER(json, 8 * IMPORT_ROW);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    for (size_t i = 0; i < header->attribute_count; i++) {
        size_t column = header->attributes[i];
        struct text value = text_trim(row->fields[column]);
        if (value.length == 0)
            continue;
        if (text_has_control(value, "\t\r\n"))
            return arena_printf(arena, "a control character in %.*s",
                                TEXT_ARGS(header->names[column]))
                .at;
        json_key(&writer, arena_string(arena, header->names[column]));
        json_say_text(&writer, value);
    }
    json_end_object(&writer);
    *ret_attributes = arena_text(arena, buffer_text(&json));
    return NULL;
}

static const char *read_fields(struct reading *reading, const struct header *header,
                               const struct row *row)
{
    if (row->problem != NULL)
        return row->problem;
    if (row->count != header->count)
        return arena_printf(reading->arena, "it has %zu fields, the header has %zu%s", row->count,
                            header->count,
                            row->count > header->count
                                ? "; a field with a comma in it needs quotes around it"
                                : "")
            .at;
    for (size_t i = 0; i < row->count; i++) {
        if (header->columns[i] == COLUMN_ATTRIBUTE)
            continue;
        const char *problem = read_known(reading, header->columns[i], text_trim(row->fields[i]));
        if (problem != NULL)
            return problem;
    }
    return read_attributes(reading->arena, header, row, &reading->record->member.attributes);
}

struct record *record_read(struct arena *arena, const struct header *header, const struct row *row,
                           const struct token_key *key, const char **ret_problem)
{
    struct reading reading = {
        .arena = arena, .key = key, .record = arena_new(arena, struct record)};
    struct record *record = reading.record;
    record->line = row->line;
    record->raw = arena_text(arena, row->raw);
    *ret_problem = read_fields(&reading, header, row);
    if (record->member.key.length == 0)
        record->member.key = reading.address_key;
    return record;
}
