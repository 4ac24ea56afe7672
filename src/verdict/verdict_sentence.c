/*
 * Verdict sentence: what a text says about whom, by subject and predicate (verdict_sayings.c).
 *
 * Every word is looked up once: what it is, and which sayings it begins. A predicate then asks back
 * over filler for its subject, an attribute asks ahead.
 */
#include "verdict/verdict_cut.h"

#include "base/banned.h"
#include "base/memory.h"

/* Words of sentences by their hash, and sayings chained by the hash of their first word. */
enum { ABOUT_BUCKETS = 512, SAYINGS = 256, SUBJECT_FAR = 8 };

struct sayings {
    uint8_t head[ABOUT_BUCKETS];
    uint8_t next[SAYINGS];
    const struct verdict_saying *row[SAYINGS];
    struct text words[SAYINGS];
    unsigned count;
};

static struct {
    const struct verdict_word *word[ABOUT_BUCKETS]; /* open addressing */
    struct sayings predicates, attributes;
} grammar;

static unsigned about_of(struct text word)
{
    for (size_t i = text_hash(word) % ABOUT_BUCKETS; grammar.word[i] != NULL;
         i = (i + 1) % ABOUT_BUCKETS)
        if (text_equal(word, text_of(grammar.word[i]->word)))
            return grammar.word[i]->about;
    return 0;
}

static void sayings_make(struct sayings *sayings, const struct verdict_sayings *rows)
{
    must(rows->count < SAYINGS);
    for (size_t i = 0; i < rows->count; i++) {
        uint8_t number = (uint8_t)++sayings->count;
        struct text words = text_of(rows->rows[i].row.words);
        size_t bucket = text_hash(verdict_first_word(words)) % ABOUT_BUCKETS;
        sayings->row[number] = &rows->rows[i];
        sayings->words[number] = words;
        sayings->next[number] = sayings->head[bucket];
        sayings->head[bucket] = number;
    }
}

void verdict_sentences_make(void)
{
    must(verdict_word_count < ABOUT_BUCKETS / 2);
    for (size_t k = 0; k < verdict_word_count; k++) {
        size_t i = text_hash(text_of(verdict_words[k].word)) % ABOUT_BUCKETS;
        while (grammar.word[i] != NULL)
            i = (i + 1) % ABOUT_BUCKETS;
        grammar.word[i] = &verdict_words[k];
    }
    sayings_make(&grammar.predicates, &verdict_predicates);
    sayings_make(&grammar.attributes, &verdict_attributes);
}

/* How many words `wanted` covers from number `at` on; the last may go on. 0: it is not there. */
static size_t saying_covers(const struct words *words, size_t at, struct text wanted)
{
    struct text word;
    size_t start = at;
    while (text_take_until(&wanted, ' ', &word)) {
        if (at == words->count)
            return 0;
        struct text is = words->word[at++];
        bool goes_on = wanted.length == 0 && at > start + 1 && word.length > 2;
        if (goes_on ? !text_starts(is, word) : !text_equal(is, word))
            return 0;
    }
    return at - start;
}

/* "Sender address", "your domain" and "sender email" are us, "your recipient" and "your message"
 * are not; "your email" may be our address or our message. */
static unsigned subject_of_us(unsigned subject)
{
    if (subject & (ABOUT_BOX | ABOUT_READER))
        return subject;
    bool may_be_us = (subject & ABOUT_WHO) || !(subject & ABOUT_MESSAGE);
    return (may_be_us ? ABOUT_US : 0) | (subject & ABOUT_MESSAGE);
}

/* Whom the words before number `at` speak of; 0: nobody. An address is a subject with a verb behind
 * it only: "<a@example.com> is inactive", but not "<a@example.com>: inactive, if anything". */
static unsigned subject_before(const uint8_t *about, size_t at)
{
    unsigned subject = 0;
    for (size_t far = 1; far <= SUBJECT_FAR && far <= at; far++) {
        unsigned is = about[at - far];
        bool is_known = (subject & ~(unsigned)ABOUT_ADDRESS) != 0;
        if (is == ABOUT_US)
            return subject_of_us(subject);
        if (is == ABOUT_ADDRESS && !is_known)
            subject = far > 1 ? ABOUT_ADDRESS : 0;
        else if (is >= ABOUT_WHO && is != ABOUT_ADDRESS)
            subject |= is;
        else if (is_known || is != ABOUT_NOTHING)
            break;
    }
    return subject;
}

/* Whom the words from number `at` on name, before anything else is said. */
static unsigned subject_at(const struct words *words, const uint8_t *about, size_t at)
{
    unsigned subject = 0;
    for (; at < words->count && about[at] != 0 && about[at] != ABOUT_US; at++) {
        if (about[at] == ABOUT_NOTHING && subject != 0)
            break;
        subject |= about[at] & ~(unsigned)ABOUT_NOTHING;
    }
    return at < words->count && about[at] == ABOUT_US ? 0 : subject;
}

/* What word number `at` begins to say. */
static void say(const struct words *words, const uint8_t *about, size_t at,
                struct verdict_hits *hits)
{
    const struct sayings *behind = &grammar.predicates, *before = &grammar.attributes;
    size_t bucket = text_hash(words->word[at]) % ABOUT_BUCKETS;
    for (uint8_t i = behind->head[bucket]; i != 0; i = behind->next[i])
        if (saying_covers(words, at, behind->words[i]) > 0 &&
            (subject_before(about, at) & behind->row[i]->about) != 0)
            verdict_hit_add(hits, &behind->row[i]->row);
    for (uint8_t i = before->head[bucket]; i != 0; i = before->next[i]) {
        size_t length = saying_covers(words, at, before->words[i]);
        if (length > 0 && (subject_at(words, about, at + length) & before->row[i]->about) != 0)
            verdict_hit_add(hits, &before->row[i]->row);
    }
}

void verdict_sentences_find(const struct words *words, struct verdict_hits *hits)
{
    uint8_t about[VERDICT_WORDS];
    unsigned seen = 0;
    for (size_t at = 0; at < words->count; at++)
        seen |= about[at] = (uint8_t)about_of(words->word[at]);
    for (size_t at = 0; at < words->count && seen > ABOUT_NOTHING; at++)
        say(words, about, at, hits);
}
