/*
 * Proofing: everything there is to say about a campaign before it goes out: its plan, lint, tests.
 *
 * What `check` prints and what the preview shows beside the mail is the same.
 */
#ifndef PROOF_PROOFING_H
#define PROOF_PROOFING_H

#include "flow/plan.h"
#include "lint/lint.h"
#include "proof/readers.h"

enum { PROOFING_LANGUAGES = 64 };

struct proof {
    struct plan plan;
    bool composed;          /* else only findings are there */
    struct readers readers; /* one of each language and kind that the audience selects */
    struct lint_language languages[PROOFING_LANGUAGES];
    size_t language_count;
    size_t tests;
};

/*
 * Plans the campaign file `path` and proofs it; every mistake goes to `findings`. False when the
 * store failed. Close it in any case. Everything lives in `arena`.
 */
bool proof_make(struct proof *proof, struct session *session, struct arena *arena,
                const struct workspace *workspace, struct text path, struct findings *findings,
                struct error *err);

/* The same without looking at any member: as fast with a million of them. */
bool proof_files(struct proof *proof, struct session *session, struct arena *arena,
                 const struct workspace *workspace, struct text path, struct findings *findings,
                 struct error *err);
void proof_close(struct proof *proof);

#endif
