/* Collect, batch: mails that are tried, taken and made durable together. */
#ifndef FLOW_COLLECT_BATCH_H
#define FLOW_COLLECT_BATCH_H

#include "flow/collect.h"
#include "flow/collect_trial.h"
#include "flow/collect_whose.h"
#include "mailbox/mailbox.h"

struct collect_mail {
    struct text uid;
    struct bounce bounce;
    struct report report; /* what the trial read in it */
    struct collect_whose whose;
    bool is_new; /* never taken before, under any name */
};

struct collect_batch {
    struct arena arena; /* the mails and what is kept of them */
    const struct collect_options *options;
    struct text mailbox;
    struct collect_mail *mails; /* COLLECT_BATCH */
    bool *poison;
    size_t count, bytes;
};

/* Empty. */
struct collect_batch *collect_batch_open(const struct collect_options *options,
                                         struct text mailbox);
/* NULL is fine. */
void collect_batch_close(struct collect_batch *batch);
void collect_batch_clear(struct collect_batch *batch);

/* The mail's texts live in batch->arena. There must be room. */
void collect_batch_add(struct collect_batch *batch, const struct mailbox_mail *mail);

/* Who reads them. */
struct collect_reader {
    struct trial *trial;
    struct trial_reader how;
    struct arena scratch; /* the child's: the mail that is read now */
    struct workspace *workspace;
};
/* `reader` is zeroed, and stays where it is until it is closed. */
bool collect_reader_open(struct collect_reader *reader, struct workspace *workspace,
                         struct error *err);
void collect_reader_close(struct collect_reader *reader);

/* Lets a child begin to read them, and waits until all are read. An empty batch is fine. */
void collect_batch_begin(const struct collect_batch *batch, struct trial *trial);
bool collect_batch_end(struct collect_batch *batch, struct trial *trial, struct error *err);

/* Judges and takes all of them, once they are read, in one transaction; then tells the visitor. */
bool collect_batch_take(struct collect_batch *batch, struct collect_counts *counts,
                        struct error *err);

/* Tells the visitor of one mail. */
void collect_tell(const struct collect_options *options, const struct collect_mail *mail,
                  bool judged_anew);

#endif
