/* Collect, rejudge: what was kept is read again by the tables of today. */
#include "base/banned.h"
#include "flow/collect_batch.h"
#include "flow/collect_effect.h"
#include "flow/collect_trial.h"

struct rejudging {
    const struct collect_options *options;
    struct arena arena; /* of the mail that is read now */
    struct collect_mail mail;
    struct bounce before;
};

static bool is_same(const struct bounce *a, const struct bounce *b)
{
    return text_equal(a->kind, b->kind) && text_equal(a->class, b->class) &&
           text_equal(a->action, b->action) && a->effect == b->effect &&
           a->delivery_id == b->delivery_id && a->permanent == b->permanent;
}

/* What the old verdict brought goes first; a stronger word of an operator is not its own. */
static bool change(struct rejudging *rejudging, struct collect_counts *counts, struct error *err)
{
    const struct workspace *workspace = rejudging->options->workspace;
    const struct bounce *now = &rejudging->mail.bounce;
    char source[COLLECT_SOURCE];
    bool lifted;
    if (rejudging->before.has_hash && !bounce_lift(workspace->store, rejudging->before.hash,
                                                   collect_source(now->id, source), &lifted, err))
        return false;
    return bounce_change(workspace->store, now, err) &&
           collect_apply(workspace, &rejudging->mail.whose, now, now->taken_ms, counts, err);
}

static bool judge(struct rejudging *rejudging, struct error *err)
{
    const struct workspace *workspace = rejudging->options->workspace;
    struct report *report = arena_new(&rejudging->arena, struct report);
    struct collect_mail *mail = &rejudging->mail;
    *mail = (struct collect_mail){.bounce = rejudging->before};
    report_read(&rejudging->arena, rejudging->before.raw, report);
    if (!collect_whose_find(workspace, &rejudging->arena, report, &mail->whose, err))
        return false;
    collect_judge(workspace, &rejudging->arena, report, &mail->whose, &mail->bounce);
    return true;
}

static bool is_through(void *self, size_t index, struct text result)
{
    (void)self, (void)index, (void)result;
    return true;
}

/* Does it still end its reader? */
static bool try_again(const struct rejudging *rejudging, bool *ret_poison, struct error *err)
{
    struct collect_reader reader = {0};
    if (!collect_reader_open(&reader, rejudging->options->workspace, err))
        return false;
    trial_add(reader.trial, rejudging->before.raw);
    trial_begin(reader.trial);
    bool good = trial_end(reader.trial, is_through, NULL, ret_poison, err);
    collect_reader_close(&reader);
    return good;
}

static bool rejudge_one(struct rejudging *rejudging, struct collect_counts *counts,
                        struct error *err)
{
    struct store *store = rejudging->options->workspace->store;
    bool is_poison = false;
    /* Only what ended the reader once is tried apart again. */
    if (rejudging->before.effect == EFFECT_POISON && !try_again(rejudging, &is_poison, err))
        return false;
    if (is_poison)
        return true;
    if (!judge(rejudging, err))
        return false;
    if (is_same(&rejudging->mail.bounce, &rejudging->before))
        return true;
    if (!bounce_begin(store, err) || !bounce_end(store, change(rejudging, counts, err), err))
        return false;
    counts->changed++;
    counts->by_effect[rejudging->mail.bounce.effect]++;
    collect_tell(rejudging->options, &rejudging->mail, true);
    return true;
}

bool collect_rejudge(const struct collect_options *options, struct collect_counts *ret_counts,
                     struct error *err)
{
    struct rejudging rejudging = {.options = options};
    struct bounce *next = NULL;
    int64_t after = 0;
    bool good = true;
    *ret_counts = (struct collect_counts){0};
    while (good) {
        arena_clear(&rejudging.arena);
        good = bounce_next(options->workspace->store, &rejudging.arena, after, &next, err);
        if (!good || next == NULL || (options->stop != NULL && *options->stop != 0))
            break;
        after = next->id;
        rejudging.before = *next;
        ret_counts->taken++;
        good = rejudge_one(&rejudging, ret_counts, err);
    }
    ret_counts->remains = good && next != NULL;
    arena_free(&rejudging.arena);
    return good;
}
