/* Vocabulary: looked up one by one, and listed when a word is not there. */
#include "store/vocabulary.h"

#include "store/names.h"
#include "store/selection_sql.h"
#include "store/statement.h"

#include "base/banned.h"

static bool is_column(struct text field)
{
    for (size_t i = 0; sql_field_at(i).length > 0; i++)
        if (text_equal(field, sql_field_at(i)))
            return true;
    return false;
}

bool vocabulary_knows_field(struct store *store, struct text field, bool *ret_known,
                            struct error *err)
{
    ARENA(scratch);
    int64_t known = 0;
    struct text path = sql_attribute_path(&scratch, field);
    *ret_known = is_column(field);
    if (*ret_known || path.length == 0)
        return true;
    struct statement *s = statement_of(store, QUERY_MEMBER_ATTRIBUTE_KNOWN);
    statement_text(s, 1, path);
    if (!statement_read_int(s, 0, &known, err))
        return false;
    *ret_known = known != 0;
    return true;
}

bool vocabulary_knows_topic(struct store *store, struct text topic, bool *ret_known,
                            struct error *err)
{
    int64_t id = 0;
    bool good = topic_find(store, topic, &id, err);
    *ret_known = id != 0;
    return good;
}

static bool visit_names(struct store *store, enum query_name query, vocabulary_visit *visit,
                        void *self, struct error *err)
{
    struct statement *s = statement_of(store, query);
    while (statement_row(s))
        visit(self, statement_get_text(s, 0));
    return statement_done(s, err);
}

bool vocabulary_fields(struct store *store, vocabulary_visit *visit, void *self, struct error *err)
{
    for (size_t i = 0; sql_field_at(i).length > 0; i++)
        visit(self, sql_field_at(i));
    return visit_names(store, QUERY_MEMBER_ATTRIBUTE_NAMES, visit, self, err);
}

bool vocabulary_topics(struct store *store, vocabulary_visit *visit, void *self, struct error *err)
{
    return visit_names(store, QUERY_TOPIC_NAMES, visit, self, err);
}
