/*
 * Worker: the other end of a mailbox's session, as its parent holds it.
 *
 * The parent survives whatever becomes of the process: an end by a signal, silence, senseless
 * answers are all one trouble, and the process is gone afterwards.
 */
#ifndef MAILBOX_MAILBOX_WORKER_H
#define MAILBOX_MAILBOX_WORKER_H

#include "mailbox/mailbox_frame.h"
#include "mailbox/mailbox_trouble.h"

struct mailbox_worker;

/* FAULT_WRITE when no process can be made. */
struct mailbox_worker *mailbox_worker_start(struct error *err);
/* Ends the process at once; NULL is fine. */
void mailbox_worker_end(struct mailbox_worker *worker);

/* Asks, and waits at most `wait_ms` for the answer, which is in `arena`. A worker that is in
 * TROUBLE_WORKER is of no more use; `ret_answer` then holds how it ended. */
enum mailbox_trouble mailbox_worker_ask(struct mailbox_worker *worker, enum frame_word word,
                                        struct text bytes, int64_t wait_ms, struct arena *arena,
                                        struct frame *ret_answer);

#endif
