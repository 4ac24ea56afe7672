/* Collect, batch: mails that are tried, taken and made durable together. */
#ifndef FLOW_COLLECT_BATCH_H
#define FLOW_COLLECT_BATCH_H

#include "flow/collect.h"
#include "flow/collect_whose.h"
#include "wire/mailbox.h"

struct collect_mail {
    struct text uid;
    struct bounce bounce;
    struct collect_whose whose;
    bool is_new; /* never taken before, under any name */
};

struct collect_batch {
    struct arena arena;   /* the mails and what is kept of them */
    struct arena reading; /* the mail that is read now; its blocks serve the next one */
    struct text mailbox;
    struct collect_mail mails[COLLECT_BATCH];
    bool poison[COLLECT_BATCH];
    size_t count, bytes;
    const struct collect_options *options; /* while it is taken */
};

void collect_batch_free(struct collect_batch *batch);
#define COLLECT_BATCH_OF(name)                                                                     \
    __attribute__((cleanup(collect_batch_free))) struct collect_batch name = {0}

void collect_batch_clear(struct collect_batch *batch, struct text mailbox);
/* The mail's texts live in batch->arena. There must be room. */
void collect_batch_add(struct collect_batch *batch, const struct mailbox_mail *mail);

/* Tries, judges and takes all of them, in one transaction; then tells the visitor. */
bool collect_batch_take(struct collect_batch *batch, const struct collect_options *options,
                        struct collect_counts *counts, struct error *err);

/* Tells the visitor of one mail. */
void collect_tell(const struct collect_options *options, const struct collect_mail *mail,
                  bool judged_anew);

#endif
