/* Intake: where a message goes once the catcher takes responsibility, and who writes that down. */
#ifndef CATCHER_INTAKE_H
#define CATCHER_INTAKE_H

#include "body.h"
#include "bytes.h"
#include "envelope.h"
#include "options.h"

#include <stdatomic.h>

/* Counted by all threads together. */
struct tally {
    atomic_ulong connections;
    atomic_ulong accepted;
    atomic_ulong swallowed;
    atomic_ulong refused;
    atomic_ulong bytes;
    atomic_ulong file_number; /* of the last message file */
};

/* One thread's way to the files. Lines wait in `ledger_lines` until the turn's replies are about to
 * leave. */
struct intake {
    const struct options *options;
    struct tally *tally;
    int ledger; /* -1: none */
    int trace;  /* -1: none */
    struct bytes ledger_lines;
    struct bytes trace_lines;
};

struct message {
    uint64_t connection;
    const struct envelope *envelope;
    const struct body *body;
    const char *helo;
    const char *user; /* NULL: not authenticated */
    const char *transport;
    bool tls;
};

void intake_open(struct intake *intake, const struct options *options, struct tally *tally);
/* Keeps the message in --out; false, and nothing is left behind, when that fails. */
bool intake_keep(struct intake *intake, const struct message *message);
/* Writes down what became of a message. `code` is the reply's when it was refused, 0 when it was
 * taken; `withheld` when the sender will not see a whole 250. */
void intake_note(struct intake *intake, const struct message *message, int code, bool withheld);
void intake_trace(struct intake *intake, uint64_t connection, char speaker, const char *at,
                  size_t length);
/* Before the replies of a turn leave: everything noted is in the files. */
void intake_flush(struct intake *intake);
void intake_close(struct intake *intake);
/* Continues the numbering that DIR already has; makes DIR when it is missing. */
void intake_prepare(const struct options *options, struct tally *tally);

#endif
