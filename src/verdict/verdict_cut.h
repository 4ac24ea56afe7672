/*
 * Verdict cut: a server's text as words, shared by the files that look for phrases and sentences.
 */
#ifndef VERDICT_VERDICT_CUT_H
#define VERDICT_VERDICT_CUT_H

#include "verdict/verdict_words.h"

struct words {
    struct text word[VERDICT_WORDS];
    size_t count;
    uint64_t marks;               /* of all words */
    char bytes[VERDICT_TEXT + 1]; /* lower case, what the words point into */
    size_t used;
};

struct text verdict_first_word(struct text words);
/* The heaviest row of each class stays. */
void verdict_hit_add(struct verdict_hits *hits, const struct verdict_phrase *row);

/* --- verdict_sentence.c --- */

/* Once, before the first is looked for. */
void verdict_sentences_make(void);
void verdict_sentences_find(const struct words *words, struct verdict_hits *hits);

#endif
