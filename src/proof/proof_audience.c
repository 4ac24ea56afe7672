/* Proof of an audience: words that no member answers to, and how many are selected. */
#include "proof/proof_audience.h"

#include "base/banned.h"
#include "base/nearest.h"
#include "lint/lint.h"
#include "store/vocabulary.h"

/* ---- Words that no member answers to ---- */

struct guessing {
    struct arena *arena;
    struct nearest nearest;
};

static void offer(void *self, struct text word)
{
    struct guessing *guessing = self;
    struct text before = guessing->nearest.name;
    nearest_offer(&guessing->nearest, word);
    if (guessing->nearest.name.at != before.at)
        guessing->nearest.name = arena_text(guessing->arena, word);
}

/* A sort of words: how one is known, how all are listed, and what is said of one that is not. */
struct sort {
    bool (*knows)(struct store *store, struct text word, bool *ret_known, struct error *err);
    bool (*list)(struct store *store, vocabulary_visit *visit, void *self, struct error *err);
    const char *says;
};

static const struct sort fields = {vocabulary_knows_field, vocabulary_fields,
                                   "no member has a field"};
static const struct sort topics = {vocabulary_knows_topic, vocabulary_topics,
                                   "nobody was ever subscribed to"};

struct proofing_audience {
    const struct campaign *campaign;
    struct arena *arena;
    struct store *store;
    struct findings *findings;
};

static bool proof_word(const struct proofing_audience *proofing, const struct sort *sort,
                       struct text word, struct place place, struct error *err)
{
    bool known;
    struct guessing guessing = {.arena = proofing->arena, .nearest = nearest_to(word)};
    if (!sort->knows(proofing->store, word, &known, err))
        return false;
    if (known)
        return true;
    if (!sort->list(proofing->store, offer, &guessing, err))
        return false;
    struct text near = guessing.nearest.name;
    lint_report(proofing->campaign, proofing->findings, "audience-unknown", place,
                "%s \"%.*s\"%s%.*s%s", sort->says, TEXT_ARGS(word),
                near.length > 0 ? "; did you mean \"" : "", TEXT_ARGS(near),
                near.length > 0 ? "\"?" : "");
    return true;
}

static bool proof_conditions(const struct proofing_audience *proofing,
                             const struct named_texts_list *conditions, struct error *err)
{
    for (size_t i = 0; i < conditions->count; i++)
        if (!proof_word(proofing, &fields, conditions->at[i].name, conditions->at[i].place, err))
            return false;
    return true;
}

static bool proof_words(const struct proofing_audience *proofing, struct error *err)
{
    const struct audience *audience = &proofing->campaign->audience;
    for (size_t i = 0; i < audience->topics.count; i++)
        if (!proof_word(proofing, &topics, audience->topics.at[i], audience->place, err))
            return false;
    return proof_conditions(proofing, &audience->where, err) &&
           proof_conditions(proofing, &audience->exclude.conditions, err);
}

/* ---- How many it selects ---- */

/* Whom the campaign's writer left out; all others are left out by what became of them. */
static const bool by_choice[LEFT_OUT_COUNT] = {
    [LEFT_OUT_NOT_SUBSCRIBED] = true, [LEFT_OUT_CONDITIONS] = true, [LEFT_OUT_LIMIT] = true};

/* "3 suppressed address, 1 excluded"; returns how many that are. */
static int64_t say_left_out(const struct selection_counts *counts, bool chosen, struct buffer *out)
{
    int64_t all = 0;
    for (size_t i = 0; i < LEFT_OUT_COUNT; i++) {
        int64_t count = counts->left_out[i];
        if (count == 0 || (by_choice[i] && !chosen))
            continue;
        all += count;
        buffer_printf(out, "%s%lld %s", out->length > 0 ? ", " : "", (long long)count,
                      left_out_name((enum left_out)i));
    }
    return all;
}

static void report_counts(const struct plan *plan, struct findings *findings)
{
    const struct campaign *campaign = plan->campaign;
    const struct selection_counts *counts = &plan->counts;
    BUFFER(why, ERROR_MESSAGE);
    bool nobody = counts->members > 0 && counts->selected == 0;
    int64_t left_out = say_left_out(counts, nobody, &why);
    if (nobody)
        lint_report(campaign, findings, "audience-empty", campaign->audience.place,
                    "the audience selects none of %lld members: %s", (long long)counts->members,
                    buffer_string(&why));
    else if (left_out > 0)
        lint_report(campaign, findings, "members-skipped", campaign->audience.place,
                    "%lld of %lld members would not get it: %s", (long long)left_out,
                    (long long)counts->members, buffer_string(&why));
}

bool proof_audience(const struct plan *plan, struct arena *arena, struct store *store,
                    struct findings *findings, struct error *err)
{
    const struct proofing_audience proofing = {plan->campaign, arena, store, findings};
    /* Before anybody is imported every word is unknown. */
    if (plan->counts.members > 0 && !proof_words(&proofing, err))
        return false;
    report_counts(plan, findings);
    return true;
}
