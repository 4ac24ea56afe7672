/* Collect, batch: mails that are tried, taken and made durable together. */
#include "flow/collect_batch.h"

#include <assert.h>

#include "base/banned.h"
#include "base/memory.h"
#include "flow/collect_effect.h"
#include "verdict/report_pack.h"

static_assert((int)REPORT_PACKED <= (int)TRIAL_RESULT, "a report has room");

static_assert((int)COLLECT_BATCH <= (int)TRIAL_MAILS, "a batch has room");
static_assert((int)COLLECT_BATCH_BYTES + (int)MAILBOX_MAIL <= (int)TRIAL_BYTES,
              "a batch has room, the mail that fills it too");

/* --- The trial --- */

static size_t read_one(void *self, struct text mail, char *at)
{
    struct collect_reader *reader = self;
    struct report report;
    arena_clear(&reader->scratch);
    report_read(&reader->scratch, mail, &report);
    return report_pack(&report, at, TRIAL_RESULT);
}

static void forget_key(void *self)
{
    const struct collect_reader *reader = self;
    token_key_wipe(&reader->workspace->key);
}

bool collect_reader_open(struct collect_reader *reader, struct workspace *workspace,
                         struct error *err)
{
    reader->workspace = workspace;
    reader->how = (struct trial_reader){read_one, forget_key, reader};
    return trial_open(&reader->how, &reader->trial, err);
}

void collect_reader_close(struct collect_reader *reader)
{
    trial_close(reader->trial);
    arena_free(&reader->scratch);
}

static bool take_report(void *self, size_t index, struct text result)
{
    struct collect_batch *batch = self;
    return report_unpack(&batch->arena, arena_text(&batch->arena, result),
                         &batch->mails[index].report);
}

/* --- Gathering --- */

struct collect_batch *collect_batch_open(const struct collect_options *options, struct text mailbox)
{
    struct collect_batch *batch = memory_take(sizeof(*batch));
    *batch = (struct collect_batch){.options = options, .mailbox = mailbox};
    batch->mails = memory_take(COLLECT_BATCH * sizeof(*batch->mails));
    batch->poison = memory_take(COLLECT_BATCH * sizeof(*batch->poison));
    return batch;
}

void collect_batch_close(struct collect_batch *batch)
{
    if (batch == NULL)
        return;
    arena_free(&batch->arena);
    memory_free(batch->mails);
    memory_free(batch->poison);
    memory_free(batch);
}

void collect_batch_clear(struct collect_batch *batch)
{
    arena_clear(&batch->arena);
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

void collect_batch_begin(const struct collect_batch *batch, struct trial *trial)
{
    for (size_t i = 0; i < batch->count; i++)
        trial_add(trial, batch->mails[i].bounce.raw);
    trial_begin(trial);
}

bool collect_batch_end(struct collect_batch *batch, struct trial *trial, struct error *err)
{
    return trial_end(trial, take_report, batch, batch->poison, err);
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
    if (!collect_whose_find(workspace, &batch->arena, &mail->report, &mail->whose, err))
        return false;
    collect_judge(workspace, &batch->arena, &mail->report, &mail->whose, &mail->bounce);
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

bool collect_batch_take(struct collect_batch *batch, struct collect_counts *counts,
                        struct error *err)
{
    struct store *store = batch->options->workspace->store;
    struct collect_counts after = *counts;
    if (batch->count == 0)
        return true;
    if (!bounce_begin(store, err) || !bounce_end(store, take_all(batch, &after, err), err))
        return false;
    *counts = after;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->mails[i].is_new)
            collect_tell(batch->options, &batch->mails[i], false);
    return true;
}
