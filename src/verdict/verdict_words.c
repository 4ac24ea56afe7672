/*
 * Verdict words: which phrases of the tables stand in a server's text.
 *
 * The text is cut into words once; every word is looked up in a hash of first words, and the few
 * phrases that begin with it are compared. So the cost grows with the text, not with the tables:
 * a reply takes a few microseconds against some hundred phrases.
 */
#include "verdict/verdict_cut.h"

#include <string.h>
#include <threads.h>

#include "base/banned.h"
#include "base/memory.h"

enum { BUCKETS = 2048, PHRASES = 4096, NO_ROW = 0 };

/* Phrases chained by the hash of their first word; numbers count from 1. */
static struct {
    uint16_t head[BUCKETS];
    uint16_t next[PHRASES + 1];
    const struct verdict_phrase *row[PHRASES + 1];
    struct text words[PHRASES + 1]; /* of the row */
    uint16_t first[PHRASES + 1];    /* how long its first word is */
    char second[PHRASES + 1];       /* how the second word begins; '*' or 0: look closer */
    uint64_t behind[PHRASES + 1];   /* the mark of the word behind the first "*"; 0: no "*" */
    size_t count;
    bool is_piece[256]; /* see is_piece() */
} table;

static once_flag table_made = ONCE_FLAG_INIT;

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (signed char)byte < 0;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

struct text verdict_first_word(struct text words)
{
    size_t space = text_find_byte(words, ' ');
    return space == TEXT_NONE ? words : text_slice(words, 0, space);
}

static unsigned bucket_of(struct text word)
{
    return (unsigned)(text_hash(word) % BUCKETS);
}

/* Words that begin alike share one of 64 marks. A phrase's last word may go on in the text, so only
 * its first two bytes can be asked for. */
static uint64_t mark_of(struct text word)
{
    unsigned second = word.length > 1 ? (unsigned char)word.at[1] : 0;
    return UINT64_C(1) << (((unsigned char)word.at[0] * 31 + second) % 64);
}

static uint64_t mark_behind(struct text words)
{
    size_t star = text_find(words, TEXT(" * "));
    return star == TEXT_NONE ? 0 : mark_of(verdict_first_word(text_after(words, star + 3)));
}

static void table_add(const struct verdict_phrases *phrases)
{
    for (size_t i = 0; i < phrases->count; i++) {
        must(table.count < PHRASES);
        uint16_t number = (uint16_t)++table.count;
        struct text all = text_of(phrases->rows[i].words);
        struct text first = verdict_first_word(all);
        unsigned bucket = bucket_of(first);
        table.second[number] = first.length + 1 < all.length ? all.at[first.length + 1] : '\0';
        table.behind[number] = mark_behind(all);
        table.words[number] = all;
        table.first[number] = (uint16_t)first.length;
        table.row[number] = &phrases->rows[i];
        table.next[number] = table.head[bucket];
        table.head[bucket] = number;
    }
}

static void table_make(void)
{
    for (int byte = 0; byte < 256; byte++)
        table.is_piece[byte] = is_letter((char)byte) || is_digit((char)byte) ||
                               (byte != 0 && strchr(".-_+@'#$%~!^*", byte) != NULL);
    table_add(&verdict_phrases_gone);
    table_add(&verdict_phrases_box);
    table_add(&verdict_phrases_policy);
    table_add(&verdict_phrases_sender);
    table_add(&verdict_phrases_pace);
    table_add(&verdict_phrases_content);
    table_add(&verdict_phrases_network);
    table_add(&verdict_phrases_system);
    table_add(&verdict_phrases_world);
    table_add(&verdict_phrases_notice);
    table_add(&verdict_phrases_absence);
    verdict_sentences_make();
}

void verdict_words_extend(const struct verdict_phrases *phrases)
{
    call_once(&table_made, table_make);
    must(phrases->count <= VERDICT_OWN_ROWS);
    table_add(phrases);
}

/* --- Cutting into words --- */

/* What may stand inside an address, a host name or a word. Space, quotes, brackets, colons, slashes
 * and the signs of a URL's query end a piece. */
static bool is_piece(char byte)
{
    return table.is_piece[(unsigned char)byte];
}

static void word_add(struct words *words, struct text piece, bool is_host)
{
    if (words->count == VERDICT_WORDS || words->used + piece.length + 1 > VERDICT_TEXT)
        return;
    char *at = words->bytes + words->used;
    size_t length = 0;
    if (is_host)
        at[length++] = '.';
    for (size_t i = 0; i < piece.length; i++)
        if (piece.at[i] != '\'')
            at[length++] = text_lower_byte(piece.at[i]);
    words->used += length;
    if (length == 0)
        return;
    words->word[words->count++] = text_from(at, length);
    words->marks |= mark_of(text_from(at, length));
}

/* The labels of a host name, last first; at most four matter. */
enum { LABELS = 4 };

static size_t labels_of(struct text host, struct text labels[LABELS])
{
    size_t count = 0;
    while (count < LABELS && host.length > 0) {
        size_t dot = text_find_last_byte(host, '.');
        labels[count++] = dot == TEXT_NONE ? host : text_after(host, dot + 1);
        host = dot == TEXT_NONE ? text_slice(host, 0, 0) : text_slice(host, 0, dot);
    }
    return count;
}

/* "co" of co.jp, "com" of com.br: no name was registered there. */
static bool is_public_label(struct text label)
{
    static const char *const labels[] = {"co", "com", "net", "org", "ne", "or",
                                         "ac", "go",  "gov", "edu", "ad", "ed"};
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        if (text_equal(label, text_of(labels[i])))
            return true;
    return false;
}

/* A host name ends in a short label of small letters; "exist.Please" and "unknown.Try" do not. */
static bool host_label(struct text piece, struct text *ret_label)
{
    struct text labels[LABELS];
    size_t count = labels_of(piece, labels);
    if (count < 2 || labels[0].length < 2 || labels[0].length > 7 || labels[1].length == 0)
        return false;
    for (size_t i = 0; i < labels[0].length; i++)
        if (labels[0].at[i] < 'a' || labels[0].at[i] > 'z')
            return false;
    if (count == 2 && labels[0].length > 4)
        return false;
    bool is_deeper = count > 2 && labels[0].length == 2 && is_public_label(labels[1]);
    *ret_label = labels[is_deeper ? 2 : 1];
    return true;
}

/* "5.1.1" and "192.0.2.1" stay whole. */
static bool is_number(struct text piece)
{
    for (size_t i = 0; i < piece.length; i++)
        if (!is_digit(piece.at[i]) && piece.at[i] != '.')
            return false;
    return piece.length > 0;
}

static bool is_word_byte(char byte)
{
    return is_letter(byte) || is_digit(byte) || byte == '\'';
}

/* Chinese and Japanese do without blanks: each of their characters is a word (U+3040 to U+9FFF; in
 * UTF-8 three bytes from E3 81 on), and their punctuation (U+3000, U+FF00) is none. */
static bool is_wide(struct text piece, size_t at)
{
    unsigned char lead = (unsigned char)piece.at[at];
    return piece.length - at >= 3 && ((lead >= 0xE3 && lead <= 0xE9) || lead == 0xEF);
}

static void wide_add(struct words *words, struct text character)
{
    bool is_mark = memcmp(character.at, "\xE3\x80", 2) == 0 || character.at[0] == '\xEF';
    if (!is_mark)
        word_add(words, character, false);
}

static void words_split(struct words *words, struct text piece)
{
    size_t start = 0, i = 0;
    while (i <= piece.length) {
        bool is_end = i == piece.length, is_broad = !is_end && is_wide(piece, i);
        if (!is_end && !is_broad && is_word_byte(piece.at[i])) {
            i++;
            continue;
        }
        if (i > start)
            word_add(words, text_slice(piece, start, i - start), false);
        if (is_broad)
            wide_add(words, text_slice(piece, i, 3));
        i += is_broad ? 3 : 1;
        start = i;
    }
}

static struct text strip(struct text piece)
{
    while (piece.length > 0 && !is_word_byte(piece.at[0]))
        piece = text_after(piece, 1);
    while (piece.length > 0 && !is_word_byte(piece.at[piece.length - 1]))
        piece.length--;
    return piece;
}

/* "550" and "5.1.1" stand at the head of every line of a reply, so in the middle of sentences. They
 * are read elsewhere (code_find) and are no words. */
static bool is_code(struct text piece)
{
    bool is_reply = piece.length == 3 && (piece.at[0] == '4' || piece.at[0] == '5');
    return is_number(piece) && (is_reply || text_find_byte(piece, '.') != TEXT_NONE);
}

/* "550-5.1.1" and "5.7.1-x": codes before a hyphen stand for themselves. */
static void numbers_split(struct words *words, struct text piece)
{
    size_t hyphen;
    while ((hyphen = text_find_byte(piece, '-')) != TEXT_NONE &&
           is_code(text_slice(piece, 0, hyphen)))
        piece = text_after(piece, hyphen + 1);
    if (!is_code(piece))
        words_split(words, piece);
}

static void piece_add(struct words *words, struct text piece)
{
    struct text label;
    size_t sign = text_find_byte(piece, '@');
    piece = strip(piece);
    if (piece.length == 0)
        return;
    if (sign != TEXT_NONE && sign > 0 && text_find_byte(piece, '@') != TEXT_NONE)
        word_add(words, TEXT("@"), false);
    else if (host_label(piece, &label))
        word_add(words, label, true);
    else
        numbers_split(words, piece);
}

/* U+2019, the typographer's apostrophe, is an apostrophe: "couldn’t". */
static struct text plain_apostrophes(struct text text, char bytes[VERDICT_TEXT])
{
    size_t length = 0;
    for (size_t i = 0; i < text.length && length < VERDICT_TEXT; i++) {
        bool is_curly = text.length - i >= 3 && memcmp(text.at + i, "\xE2\x80\x99", 3) == 0;
        bytes[length++] = is_curly ? '\'' : text.at[i];
        i += is_curly ? 2 : 0;
    }
    return text_from(bytes, length);
}

static void words_of(struct words *words, struct text text)
{
    char bytes[VERDICT_TEXT];
    text = plain_apostrophes(text, bytes);
    words->count = words->used = 0;
    words->marks = 0;
    size_t start = 0;
    for (size_t i = 0; i <= text.length; i++) {
        if (i < text.length && is_piece(text.at[i]))
            continue;
        if (i > start)
            piece_add(words, text_slice(text, start, i - start));
        start = i + 1;
    }
}

static void words_add(struct buffer *out, struct text piece)
{
    struct words words;
    words_of(&words, piece);
    for (size_t i = 0; i < words.count; i++) {
        if (out->length > 0)
            buffer_add_byte(out, ' ');
        buffer_add(out, words.word[i]);
    }
}

void verdict_words_format(struct text written, struct buffer *out)
{
    struct text piece;
    call_once(&table_made, table_make);
    while (text_take_until(&written, ' ', &piece)) {
        if (text_equal(piece, TEXT("*")))
            buffer_add_string(out, out->length > 0 ? " *" : "*");
        else
            words_add(out, piece);
    }
}

/* --- Comparing --- */

/* `rest` of a phrase from word number `at` on; `gap` words may be skipped before its first. */
static bool rest_matches(const struct words *words, size_t at, struct text rest, size_t gap)
{
    struct text wanted = verdict_first_word(rest);
    struct text behind = text_after(rest, wanted.length + 1);
    if (text_equal(wanted, TEXT("*")))
        return rest_matches(words, at, behind, VERDICT_GAP);
    for (size_t skipped = 0; skipped <= gap && at + skipped < words->count; skipped++) {
        struct text word = words->word[at + skipped];
        bool is_last = behind.length == 0;
        bool is_same =
            is_last && wanted.length > 2 ? text_starts(word, wanted) : text_equal(word, wanted);
        if (is_same && (is_last || rest_matches(words, at + skipped + 1, behind, 0)))
            return true;
    }
    return false;
}

static bool phrase_matches(const struct words *words, size_t at, uint16_t number)
{
    struct text all = table.words[number];
    size_t first = table.first[number];
    return text_equal(words->word[at], text_slice(all, 0, first)) &&
           (first == all.length || rest_matches(words, at + 1, text_after(all, first + 1), 0));
}

/* Most candidates share nothing but the first word. */
static bool may_match(const struct words *words, size_t at, uint16_t number)
{
    char second = table.second[number];
    if ((table.behind[number] & ~words->marks) != 0)
        return false;
    return second == '*' || second == '\0' ||
           (at + 1 < words->count && words->word[at + 1].at[0] == second);
}

void verdict_hit_add(struct verdict_hits *hits, const struct verdict_phrase *row)
{
    const struct verdict_phrase **best = &hits->best[row->class];
    hits->signs |= (unsigned)row->sign;
    if (*best == NULL || row->weight > (*best)->weight)
        *best = row;
}

void verdict_words_find(struct text text, struct verdict_hits *ret_hits)
{
    struct words words;
    call_once(&table_made, table_make);
    *ret_hits = (struct verdict_hits){0};
    words_of(&words, text);
    for (size_t at = 0; at < words.count; at++)
        for (uint16_t i = table.head[bucket_of(words.word[at])]; i != NO_ROW; i = table.next[i])
            if (may_match(&words, at, i) && phrase_matches(&words, at, i))
                verdict_hit_add(ret_hits, table.row[i]);
    verdict_sentences_find(&words, ret_hits);
}

enum facts_command verdict_words_command(unsigned signs)
{
    if (signs & SIGN_AT_DATA)
        return COMMAND_DATA;
    if (signs & SIGN_AT_RCPT)
        return COMMAND_RCPT;
    if (signs & SIGN_AT_MAIL)
        return COMMAND_MAIL;
    return signs & SIGN_AT_CONNECT ? COMMAND_CONNECT : COMMAND_UNKNOWN;
}
