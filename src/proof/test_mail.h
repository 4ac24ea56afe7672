/* Test mail: `send --test-to`, a campaign in the mailbox of somebody who wants to look at it. */
#ifndef PROOF_TEST_MAIL_H
#define PROOF_TEST_MAIL_H

#include "desk/session.h"
#include "flow/plan.h"

struct test_mail {
    struct session *session;
    struct workspace *workspace;
    const struct plan *plan;
    const char *to; /* as it was typed */
    const char *as; /* the key of a member; NULL: one of each language and kind */
    bool dry_run;   /* says how many it would be */
};

/* Returns the exit status; why, in `err`. Nothing is remembered, and no member gets anything. */
int test_mail_send(const struct test_mail *test, struct error *err);

#endif
