/* Collect, batch: mails that are tried, taken and made durable together. */
#include "flow/collect_batch.h"

#include "base/banned.h"
#include "flow/collect_effect.h"
#include "flow/collect_trial.h"

void collect_batch_free(struct collect_batch *batch)
{
    arena_free(&batch->arena);
    arena_free(&batch->reading);
}

void collect_batch_clear(struct collect_batch *batch, struct text mailbox)
{
    arena_clear(&batch->arena);
    batch->mailbox = mailbox;
    batch->count = batch->bytes = 0;
}

void collect_batch_add(struct collect_batch *batch, const struct mailbox_mail *mail)
{
    must(batch->count < COLLECT_BATCH);
    struct collect_mail *to = &batch->mails[batch->count++];
    *to = (struct collect_mail){.uid = mail->uid};
    to->bounce = (struct bounce){.size = mail->size, .raw = mail->bytes};
    digest_of(mail->bytes, to->bounce.digest);
    batch->bytes += mail->bytes.length;
}

/* --- The trial --- */

static void try_one(void *self, size_t index)
{
    struct collect_batch *batch = self;
    struct report report;
    arena_clear(&batch->reading);
    report_read(&batch->reading, batch->mails[index].bounce.raw, &report);
}

static void forget_key(void *self)
{
    const struct collect_batch *batch = self;
    token_key_wipe(&batch->options->workspace->key);
}

/* --- Taking --- */

static void set_aside(struct bounce *bounce)
{
    bounce->kind = TEXT("other");
    bounce->class = bounce->action = TEXT("");
    bounce->rule = TEXT("reading it ended the reader");
    bounce->effect = EFFECT_POISON;
}

static bool judge(struct collect_batch *batch, struct collect_mail *mail, struct error *err)
{
    struct workspace *workspace = batch->options->workspace;
    struct report report;
    arena_clear(&batch->reading);
    report_read(&batch->reading, mail->bounce.raw, &report);
    if (!collect_whose_find(workspace, &batch->arena, &report, &mail->whose, err))
        return false;
    collect_judge(workspace, &batch->arena, &report, &mail->whose, &mail->bounce);
    return true;
}

/* Stored first, so that what counts it finds it; the source of a suppression is its number. */
static bool take_new(struct collect_batch *batch, struct collect_mail *mail, bool is_poison,
                     struct collect_counts *counts, struct error *err)
{
    struct workspace *workspace = batch->options->workspace;
    struct bounce *bounce = &mail->bounce;
    bounce->taken_ms = clock_wall_ms(batch->options->clock);
    if (is_poison)
        set_aside(bounce);
    else if (!judge(batch, mail, err))
        return false;
    if (!bounce_add(workspace->store, bounce, &bounce->id, err) ||
        !collect_apply(workspace, &mail->whose, bounce, bounce->taken_ms, counts, err) ||
        !collect_watch(workspace, &mail->whose, bounce, counts, err))
        return false;
    counts->by_effect[bounce->effect]++;
    return true;
}

static bool take_one(struct collect_batch *batch, size_t index, struct collect_counts *counts,
                     struct error *err)
{
    struct collect_mail *mail = &batch->mails[index];
    struct store *store = batch->options->workspace->store;
    struct bounce *bounce = &mail->bounce;
    struct bounce_known known;
    if (!bounce_find(store, bounce->digest, bounce->size, &known, err))
        return false;
    bounce->id = known.id;
    bounce->effect = known.effect;
    mail->is_new = known.id == 0;
    if (mail->is_new && !take_new(batch, mail, batch->poison[index], counts, err))
        return false;
    counts->taken += mail->is_new;
    counts->copies += !mail->is_new;
    return mail->uid.length == 0 ||
           bounce_name_add(store, batch->mailbox, mail->uid, bounce->id, err);
}

static bool take_all(struct collect_batch *batch, struct collect_counts *counts, struct error *err)
{
    for (size_t i = 0; i < batch->count; i++)
        if (!take_one(batch, i, counts, err))
            return false;
    return true;
}

void collect_tell(const struct collect_options *options, const struct collect_mail *mail,
                  bool judged_anew)
{
    struct collect_event event = {
        .bounce = mail->bounce, .uid = mail->uid, .judged_anew = judged_anew};
    if (mail->whose.target != NULL) {
        event.campaign = mail->whose.target->campaign;
        event.slot = mail->whose.target->slot;
    }
    if (mail->bounce.effect == EFFECT_OURS)
        event.advice = collect_advice(mail->bounce.class);
    if (options->visit != NULL)
        options->visit(options->self, &event);
}

bool collect_batch_take(struct collect_batch *batch, const struct collect_options *options,
                        struct collect_counts *counts, struct error *err)
{
    struct store *store = options->workspace->store;
    struct collect_counts after = *counts;
    batch->options = options;
    if (batch->count == 0)
        return true;
    if (!collect_trial(batch->count, try_one, forget_key, batch, batch->poison, err) ||
        !bounce_begin(store, err) || !bounce_end(store, take_all(batch, &after, err), err))
        return false;
    *counts = after;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->mails[i].is_new)
            collect_tell(options, &batch->mails[i], false);
    return true;
}
