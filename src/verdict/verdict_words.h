/*
 * Verdict words: which phrases of the tables stand in a server's text.
 */
#ifndef VERDICT_VERDICT_WORDS_H
#define VERDICT_VERDICT_WORDS_H

#include "base/buffer.h"
#include "verdict/verdict_tables.h"

/* Longer texts are read up to here: a reason comes early, a quoted message late. */
enum { VERDICT_TEXT = 4096, VERDICT_WORDS = 768 };

/* The heaviest phrase of each class (NULL: none), and all signs of all phrases found. */
struct verdict_hits {
    const struct verdict_phrase *best[VERDICT_CLASSES];
    unsigned signs;
};

/* The command a quoted reply answered, by the signs found beside it. */
enum facts_command verdict_words_command(unsigned signs);

/*
 * Adds rows to the tables, such as a postmaster's own. Called before the first verdict of the
 * process; `phrases` and what it points at live as long as it does. A row decides over the ones
 * that come with the tables when its weight is greater. At most VERDICT_OWN_ROWS in all.
 */
enum { VERDICT_OWN_ROWS = 1000 };
void verdict_words_extend(const struct verdict_phrases *phrases);

/* Words as a person writes them, as the tables have them: "User Unknown, see *" is "user unknown
 * see *". */
void verdict_words_format(struct text written, struct buffer *out);

void verdict_words_find(struct text text, struct verdict_hits *ret_hits);

#endif
