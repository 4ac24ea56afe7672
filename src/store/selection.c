/* Selection: which members an edition is for, and why the others are not. */
#include "store/selection.h"

#include "base/memory.h"
#include "store/member_row.h"
#include "store/pass.h"

#include "base/banned.h"

const char *left_out_name(enum left_out left_out)
{
    static const char *const names[] = {
        "not subscribed",     "unsubscribed",      "conditions not met",
        "excluded",           "received recently", "written to often enough",
        "suppressed address", "duplicate",         "over the limit",
    };
    must(left_out < LEFT_OUT_COUNT);
    return names[left_out];
}

static bool count(struct store *store, const struct selection *selection, struct pass *pass,
                  struct error *err)
{
    struct statement *s;
    return pass_begin(pass, store, selection, QUERY_FRAGMENT_COUNT, text_of(""), &s, err) &&
           statement_run(s, NULL, err);
}

bool selection_count(struct store *store, const struct selection *selection,
                     struct selection_counts *ret_counts, struct error *err)
{
    struct pass pass;
    struct error ignored;
    bool good = count(store, selection, &pass, err);
    good = pass_end(&pass, selection, good ? err : &ignored) && good;
    if (good)
        *ret_counts = pass.counts;
    return good;
}

static bool walk(struct store *store, const struct selection *selection, struct pass *pass,
                 member_visit *visit, void *self, struct error *err)
{
    struct statement *s;
    int64_t visited = 0;
    struct text order =
        selection->topic_count > 0 ? TEXT("ORDER BY s.member_id") : TEXT("ORDER BY m.id");
    if (!pass_begin(pass, store, selection, QUERY_FRAGMENT_WALK, order, &s, err))
        return false;
    while (statement_row(s)) {
        struct member member = member_of_row(s);
        if (selection->limit > 0 && visited++ >= selection->limit)
            continue;
        if (!visit(self, &member, err)) {
            statement_drop(s);
            return false;
        }
    }
    return statement_done(s, err);
}

bool selection_walk(struct store *store, const struct selection *selection, member_visit *visit,
                    void *self, struct selection_counts *ret_counts, struct error *err)
{
    struct pass pass;
    struct error ignored;
    bool good = walk(store, selection, &pass, visit, self, err);
    good = pass_end(&pass, selection, good ? err : &ignored) && good;
    if (good && ret_counts != NULL)
        *ret_counts = pass.counts;
    return good;
}

static bool domains(struct store *store, const struct selection *selection, struct pass *pass,
                    domain_visit *visit, void *self, struct error *err)
{
    struct statement *s;
    if (!pass_begin(pass, store, selection, QUERY_FRAGMENT_DOMAINS, TEXT("GROUP BY m.domain_id"),
                    &s, err))
        return false;
    while (statement_row(s))
        if (!visit(self, statement_get_text(s, 0), statement_get_int(s, 1), err)) {
            statement_drop(s);
            return false;
        }
    return statement_done(s, err);
}

bool selection_domains(struct store *store, const struct selection *selection, domain_visit *visit,
                       void *self, struct error *err)
{
    struct pass pass;
    struct error ignored;
    bool good = domains(store, selection, &pass, visit, self, err);
    return pass_end(&pass, selection, good ? err : &ignored) && good;
}
