/* Selection, as SQL. The query looks at each member once; left_out() counts why one is not meant.
 */
#include "store/selection_sql.h"

#include "store/names.h"

#include "base/banned.h"

static void add(struct sql *sql, const char *string)
{
    buffer_add_string(&sql->text, string);
    buffer_add_byte(&sql->text, ' ');
}

static void add_piece(struct sql *sql, enum query_name name)
{
    add(sql, query_texts[name]);
}

static size_t grow(struct sql *sql)
{
    if (sql->count == sql->capacity) {
        sql->capacity = sql->capacity * 2 + 32;
        sql->values = memory_grow(sql->values, sql->capacity * sizeof(*sql->values));
        sql->numbers = memory_grow(sql->numbers, sql->capacity * sizeof(*sql->numbers));
    }
    return sql->count++;
}

static void add_parameter(struct sql *sql, struct text value, int64_t number)
{
    size_t at = grow(sql);
    sql->values[at] = value;
    sql->numbers[at] = number;
    buffer_printf(&sql->text, "?%zu ", at + 1 + OWN_PARAMETERS);
}

static void add_text(struct sql *sql, struct text value)
{
    add_parameter(sql, text_from(value.at != NULL ? value.at : "", value.length), 0);
}

static void add_number(struct sql *sql, int64_t number)
{
    add_parameter(sql, text_from(NULL, 0), number);
}

void sql_free(struct sql *sql)
{
    if (sql == NULL)
        return;
    buffer_free(&sql->text);
    arena_free(&sql->arena);
    memory_free(sql->values);
    memory_free(sql->numbers);
    memory_free(sql);
}

/* ---- Conditions ---- */

static const struct {
    struct text field;
    const char *column;
} columns[] = {
    {TEXT_INIT("key"), "m.key"},
    {TEXT_INIT("email"), "m.email"},
    {TEXT_INIT("first_name"), "m.first_name"},
    {TEXT_INIT("last_name"), "m.last_name"},
    {TEXT_INIT("organization"), "m.organization"},
    {TEXT_INIT("role"), "m.role"},
    {TEXT_INIT("language"), "m.language"},
    {TEXT_INIT("timezone"), "m.timezone"},
};

/* Conditions on these are put together in a way of their own. */
static const struct text special[] = {TEXT_INIT("kind"), TEXT_INIT("tags")};

enum {
    COLUMNS = sizeof(columns) / sizeof(columns[0]),
    SPECIAL = sizeof(special) / sizeof(special[0])
};

struct text sql_field_at(size_t index)
{
    if (index < COLUMNS)
        return columns[index].field;
    return index - COLUMNS < SPECIAL ? special[index - COLUMNS] : (struct text){0};
}

/* A JSON path knows no escapes inside its quotes. Import lets no such name in. */
struct text sql_attribute_path(struct arena *arena, struct text field)
{
    if (text_find_byte(field, '"') != TEXT_NONE)
        return (struct text){0};
    return arena_printf(arena, "$.\"%.*s\"", TEXT_ARGS(field));
}

static void add_attribute(struct sql *sql, struct text field)
{
    struct text path = sql_attribute_path(&sql->arena, field);
    add(sql, "json_extract(m.attributes,");
    add_text(sql, path.length > 0 ? path : TEXT("$.\"\""));
    add(sql, ")");
}

static void add_field(struct sql *sql, struct text field)
{
    for (size_t i = 0; i < COLUMNS; i++)
        if (text_equal(field, columns[i].field)) {
            add(sql, columns[i].column);
            return;
        }
    if (text_equal(field, TEXT("kind")))
        add_piece(sql, QUERY_FRAGMENT_KIND);
    else
        add_attribute(sql, field);
}

/* "a;b" has the tag a when ";a;b;" holds ";a;". */
static void add_tags(struct sql *sql, const struct selection_condition *condition)
{
    add(sql, "(false");
    for (size_t i = 0; i < condition->count; i++) {
        add(sql, "OR instr(';' || m.tags || ';', ';' ||");
        add_text(sql, condition->texts[i]);
        add(sql, "|| ';') > 0");
    }
    add(sql, ")");
}

/* A member without the attribute does not match: NULL is false here. */
static void add_condition(struct sql *sql, const struct selection_condition *condition)
{
    if (text_equal(condition->field, TEXT("tags"))) {
        add_tags(sql, condition);
        return;
    }
    add(sql, "coalesce(");
    add_field(sql, condition->field);
    add(sql, "IN (");
    for (size_t i = 0; i < condition->count; i++) {
        if (i > 0)
            add(sql, ",");
        add_text(sql, condition->texts[i]);
    }
    add(sql, "), 0)");
}

static void add_conditions(struct sql *sql, const struct selection_condition *conditions,
                           size_t count, const char *joint)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            add(sql, joint);
        add_condition(sql, &conditions[i]);
    }
}

/* ---- The reasons, first to last ---- */

/* "WHEN", the condition that the caller adds, then this. */
static void add_then(struct sql *sql, enum left_out reason)
{
    buffer_printf(&sql->text, "THEN %d ", (int)reason);
}

/* What they said about the topics of the audience, and about the campaign's own. */
static void add_consent(struct sql *sql, const struct selection *selection, int64_t topic_id)
{
    if (selection->topic_count > 0)
        buffer_printf(&sql->text, "WHEN s.consent = %d THEN %d WHEN s.consent = %d THEN %d ",
                      CONSENT_PENDING, LEFT_OUT_NOT_SUBSCRIBED, CONSENT_UNSUBSCRIBED,
                      LEFT_OUT_UNSUBSCRIBED);
    if (topic_id == 0)
        return;
    add(sql, "WHEN");
    add_piece(sql, QUERY_FRAGMENT_UNSUBSCRIBED);
    add_number(sql, topic_id);
    add(sql, ")");
    add_then(sql, LEFT_OUT_UNSUBSCRIBED);
}

static void add_audience(struct sql *sql, const struct selection *selection)
{
    if (selection->where_count > 0) {
        add(sql, "WHEN NOT (");
        add_conditions(sql, selection->where, selection->where_count, "AND");
        add(sql, ")");
        add_then(sql, LEFT_OUT_CONDITIONS);
    }
    if (selection->exclude_count > 0) {
        add(sql, "WHEN");
        add_conditions(sql, selection->exclude, selection->exclude_count, "OR");
        add_then(sql, LEFT_OUT_EXCLUDED);
    }
    if (selection->received_campaign.length > 0) {
        add(sql, "WHEN");
        add_piece(sql, QUERY_FRAGMENT_RECEIVED);
        add_text(sql, selection->received_campaign);
        add(sql, ")");
        add_then(sql, LEFT_OUT_RECEIVED);
    }
    if (selection->frequency_count > 0) {
        add(sql, "WHEN");
        add_piece(sql, QUERY_FRAGMENT_FREQUENCY);
        add_number(sql, selection->now_ms - selection->frequency_ms);
        add(sql, "))) >=");
        add_number(sql, selection->frequency_count);
        add_then(sql, LEFT_OUT_FREQUENCY);
    }
}

/* The duplicate is asked about last: whoever is left out otherwise does not stand for the others.
 */
static void add_reasons(struct sql *sql, const struct selection *selection, int64_t topic_id)
{
    add(sql, "AND left_out(CASE");
    add_consent(sql, selection, topic_id);
    add_audience(sql, selection);
    add(sql, "WHEN");
    add_piece(sql, QUERY_FRAGMENT_SUPPRESSED);
    add_then(sql, LEFT_OUT_SUPPRESSED);
    if (selection->per != PER_MEMBER) {
        add(sql, "WHEN NOT");
        add_piece(sql, selection->per == PER_ADDRESS ? QUERY_FRAGMENT_SAME_ADDRESS
                                                     : QUERY_FRAGMENT_SAME_ORGANIZATION);
        add_then(sql, LEFT_OUT_DUPLICATE);
    }
    buffer_printf(&sql->text, "ELSE %d END) ", LEFT_OUT_COUNT);
}

static bool add_topic_list(struct sql *sql, struct store *store, const struct selection *selection,
                           struct error *err)
{
    add(sql, "(");
    for (size_t i = 0; i < selection->topic_count; i++) {
        int64_t id;
        if (!topic_find(store, selection->topics[i], &id, err))
            return false;
        if (i > 0)
            add(sql, ",");
        add_number(sql, id);
    }
    add(sql, ")");
    return true;
}

/* With topics: each member's best word about any of them, so that nobody is looked at twice. */
static bool add_from(struct sql *sql, struct store *store, const struct selection *selection,
                     struct error *err)
{
    if (selection->topic_count == 0) {
        add_piece(sql, QUERY_FRAGMENT_FROM_ALL);
        return true;
    }
    add_piece(sql, QUERY_FRAGMENT_FROM_TOPICS);
    if (!add_topic_list(sql, store, selection, err))
        return false;
    if (selection->topic_count == 1)
        return true;
    add_piece(sql, QUERY_FRAGMENT_BEST_TOPIC);
    if (!add_topic_list(sql, store, selection, err))
        return false;
    add(sql, ")");
    return true;
}

/* ---- The whole ---- */

static bool check_limits(const struct selection *selection, struct error *err)
{
    size_t texts = 0;
    for (size_t i = 0; i < selection->where_count; i++)
        texts += selection->where[i].count;
    for (size_t i = 0; i < selection->exclude_count; i++)
        texts += selection->exclude[i].count;
    if (selection->where_count + selection->exclude_count > SELECTION_CONDITIONS ||
        texts > SELECTION_TEXTS || selection->topic_count > SELECTION_TOPICS)
        return error_set(err, FAULT_FILE,
                         "the audience is too long: at most %d conditions, %d values, %d topics",
                         SELECTION_CONDITIONS, SELECTION_TEXTS, SELECTION_TOPICS);
    return true;
}

bool sql_build(struct sql *sql, struct store *store, const struct selection *selection,
               enum query_name head, struct text tail, struct error *err)
{
    int64_t topic_id = 0;
    if (!check_limits(selection, err))
        return false;
    if (selection->topic.length > 0 && !topic_find(store, selection->topic, &topic_id, err))
        return false;
    /* Asked already, when it is the only topic of the audience. */
    if (selection->topic_count == 1 && text_equal(selection->topics[0], selection->topic))
        topic_id = 0;
    add_piece(sql, head);
    if (!add_from(sql, store, selection, err))
        return false;
    add_reasons(sql, selection, topic_id);
    buffer_add(&sql->text, tail);
    return !sql->text.overflowed ||
           error_set(err, FAULT_FILE, "the audience is too long: name fewer conditions");
}

void sql_bind(const struct sql *sql, const struct selection *selection, struct statement *s)
{
    int64_t since_ms = selection->received_within_ms == 0
                           ? INT64_MIN
                           : selection->now_ms - selection->received_within_ms;
    statement_int(s, 3, selection->now_ms);
    if (selection->received_campaign.length > 0)
        statement_int(s, 4, since_ms);
    for (size_t i = 0; i < sql->count; i++) {
        int parameter = (int)i + 1 + OWN_PARAMETERS;
        if (sql->values[i].at == NULL)
            statement_int(s, parameter, sql->numbers[i]);
        else
            statement_text(s, parameter, sql->values[i]);
    }
}
