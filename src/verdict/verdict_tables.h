/*
 * Verdict tables: what postmasters would review. Rows only; verdict.c weighs them.
 *
 * Every row is one reason to believe in a class, with a weight. Per class the best phrase, the
 * enhanced code and the basic code add up; the heaviest class wins, and its heaviest row is the
 * verdict's `rule`. Weights are spaced so that
 *   words that leave no doubt  >  exact code + vague words  >  clear words  >  exact code  > hints.
 */
#ifndef VERDICT_VERDICT_TABLES_H
#define VERDICT_VERDICT_TABLES_H

#include <stddef.h>

#include "verdict/verdict.h"

enum verdict_weight {
    WEIGHT_NONE = 0,
    WEIGHT_TRACE = 1, /* breaks ties */
    WEIGHT_HINT = 3,  /* says this, among other things */
    WEIGHT_CODE = 5,  /* a code that has one meaning, when it is used as RFC 3463 says */
    WEIGHT_CLEAR = VERDICT_CLEAR, /* words for exactly this */
    WEIGHT_MORE = 13,  /* words that outweigh a code and other clear words, which name a symptom */
    WEIGHT_SURE = 15,  /* words that outweigh any code and any clear words */
    WEIGHT_TOP = 19,   /* words that name the cause of what even sure words describe */
    WEIGHT_ABOVE = 23, /* the same, against sure words and the code that goes with them */
    WEIGHT_OWN = 40,   /* a postmaster's own words: more than all of the others together */
};

/* What a phrase says beside its class: sending time asks, and the reader of bounce mails. */
enum verdict_sign {
    SIGN_NONE = 0,
    SIGN_GREYLISTED = 1,      /* come back later: the ladder of delays, not a slower rate */
    SIGN_TOO_FAST = 2,        /* rate words */
    SIGN_MANY_RECIPIENTS = 4, /* this transaction is full, the next one is not */
    SIGN_AT_CONNECT = 8,      /* a quoted reply says which command it answered */
    SIGN_AT_MAIL = 16,
    SIGN_AT_RCPT = 32,
    SIGN_AT_DATA = 64,
    SIGN_FAILURE = 128,    /* what mail programs say in a notice: it failed */
    SIGN_DELAY = 256,      /* … it is still being tried */
    SIGN_FINAL = 512,      /* … it will not be tried again */
    SIGN_ABSENCE = 1024,   /* a person is away, or a machine answers for one */
    SIGN_CHALLENGE = 2048, /* a filter asks the sender to prove something */
    SIGN_UNSUBSCRIBE = 4096,
    SIGN_NOTIFICATION = 8192, /* a bounce put in a form of its own, such as JSON */
};

/*
 * Words in lower case, one space between. Compared with text in which punctuation is a space,
 * apostrophes are dropped, an address is "@", a host name is "." and its registered label
 * (".spamhaus" for zen.spamhaus.org). "*" stands for up to VERDICT_GAP words. The last of several
 * words may go on: "quota exceed" finds "quota exceeded"; a single word is met whole.
 */
struct verdict_phrase {
    const char *words;
    enum verdict_class class;
    enum verdict_weight weight;
    enum verdict_sign sign;
};

enum { VERDICT_GAP = 6 };

struct verdict_phrases {
    const struct verdict_phrase *rows;
    size_t count;
};

/* Tables by what they speak of, each in its own file. */
extern const struct verdict_phrases verdict_phrases_gone;   /* nobody there */
extern const struct verdict_phrases verdict_phrases_box;    /* a box that is off, full, unwilling */
extern const struct verdict_phrases verdict_phrases_policy; /* us: who we are */
extern const struct verdict_phrases verdict_phrases_sender; /* us: our address */
extern const struct verdict_phrases verdict_phrases_pace;   /* us: too fast */
extern const struct verdict_phrases verdict_phrases_content; /* this message */
extern const struct verdict_phrases verdict_phrases_network; /* names, connections, queues */
extern const struct verdict_phrases verdict_phrases_system;  /* machines */
extern const struct verdict_phrases verdict_phrases_world;   /* other languages than English */
extern const struct verdict_phrases verdict_phrases_notice;  /* what kind of mail */
extern const struct verdict_phrases verdict_phrases_absence; /* what kind of reply */

/* What a single word is, for sentences about somebody (verdict_sayings.c): a mask. */
enum verdict_about {
    ABOUT_NOTHING = 1, /* filler */
    ABOUT_US = 2,      /* the word for who behind it is not the reader */
    ABOUT_WHO = 4,     /* anybody with an address */
    ABOUT_BOX = 8,     /* where mail lies */
    ABOUT_DOMAIN = 16,
    ABOUT_READER = 32, /* who gets the mail, and nobody else */
    ABOUT_MESSAGE = 64,
    ABOUT_ADDRESS = 128, /* an address as such: the reader's, unless it is called the sender's */
};

struct verdict_word {
    const char *word;
    unsigned about;
};

/* What is said of `about` (a mask of subjects), as a row of its own. */
struct verdict_saying {
    unsigned about;
    struct verdict_phrase row;
};

struct verdict_sayings {
    const struct verdict_saying *rows;
    size_t count;
};

extern const struct verdict_word verdict_words[];
extern const size_t verdict_word_count;
extern const struct verdict_sayings verdict_predicates; /* behind their subject */
extern const struct verdict_sayings verdict_attributes; /* before it */

/* An enhanced code (RFC 3463 and the registry; Microsoft's three-digit details). The leading digit
 * is not looked at; `last` closes a range of details. */
struct verdict_enhanced_row {
    unsigned short subject, detail, last;
    enum verdict_class class;
    enum verdict_weight weight;
    const char *rule;
};

/* A basic code, when it was given at one of `stages` (a mask of 1 << stage). */
struct verdict_basic_row {
    unsigned short code;
    unsigned stages;
    enum verdict_class class;
    enum verdict_weight weight;
    const char *rule;
};

extern const struct verdict_enhanced_row verdict_enhanced_rows[];
extern const size_t verdict_enhanced_count;
extern const struct verdict_basic_row verdict_basic_rows[];
extern const size_t verdict_basic_count;

#endif
