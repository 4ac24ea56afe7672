/*
 * Selection: which members an edition is for, and why the others are not.
 *
 * The order in which a reason is given: not subscribed, unsubscribed, conditions, excluded,
 * received, frequency, suppressed, duplicate. A member is left out for the first that holds.
 */
#ifndef STORE_SELECTION_H
#define STORE_SELECTION_H

#include "store/member.h"

enum { SELECTION_CONDITIONS = 64, SELECTION_TEXTS = 1000, SELECTION_TOPICS = 64 };

/* The member's `field` is one of `texts`. A field is a known column (kind, role, language, tags …)
 * or an attribute; `tags` holds when any tag matches. Texts are compared byte for byte. */
struct selection_condition {
    struct text field;
    const struct text *texts;
    size_t count;
};

enum selection_per { PER_MEMBER, PER_ADDRESS, PER_ORGANIZATION };

struct selection {
    struct text topic;         /* what one unsubscribe ends; empty: none */
    const struct text *topics; /* subscribed to any of them; none: all members */
    size_t topic_count;
    const struct selection_condition *where; /* all must hold */
    size_t where_count;
    const struct selection_condition *exclude; /* none may hold */
    size_t exclude_count;
    struct text received_campaign; /* left out: who was sent this campaign … */
    int64_t received_within_ms;    /* … within this time before now; 0: ever */
    int64_t frequency_count;       /* left out: who gets so many newsletters … */
    int64_t frequency_ms;          /* … within this time; 0: no cap */
    enum selection_per per;
    int64_t limit; /* 0: none */
    int64_t now_ms;
};

enum left_out {
    LEFT_OUT_NOT_SUBSCRIBED,
    LEFT_OUT_UNSUBSCRIBED,
    LEFT_OUT_CONDITIONS,
    LEFT_OUT_EXCLUDED,
    LEFT_OUT_RECEIVED,
    LEFT_OUT_FREQUENCY, /* had as many messages as the cap allows */
    LEFT_OUT_SUPPRESSED,
    LEFT_OUT_DUPLICATE, /* another member of the same address or organization gets it */
    LEFT_OUT_LIMIT,
    LEFT_OUT_COUNT,
};

struct selection_counts {
    int64_t members; /* selected + everything in left_out */
    int64_t selected;
    int64_t left_out[LEFT_OUT_COUNT];
};

/* "not subscribed", … */
const char *left_out_name(enum left_out left_out);

/* Counts; changes nothing. */
bool selection_count(struct store *store, const struct selection *selection,
                     struct selection_counts *ret_counts, struct error *err);

/* How many are selected of each recipient domain. */
typedef bool domain_visit(void *self, struct text domain, int64_t count, struct error *err);
bool selection_domains(struct store *store, const struct selection *selection, domain_visit *visit,
                       void *self, struct error *err);

/* Every selected member, in the order of their ids; for check, plan and previews. `ret_counts` may
 * be NULL. */
bool selection_walk(struct store *store, const struct selection *selection, member_visit *visit,
                    void *self, struct selection_counts *ret_counts, struct error *err);

#endif
