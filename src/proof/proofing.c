/* Proofing: everything there is to say about a campaign before it goes out. */
#include "proof/proofing.h"

#include "base/banned.h"
#include "compose/persona.h"
#include "proof/proof_audience.h"

struct counting {
    struct proof *proof;
    struct arena *arena;
};

static void count_language(struct counting *counting, struct text language)
{
    struct proof *proof = counting->proof;
    for (size_t i = 0; i < proof->language_count; i++)
        if (text_equal(proof->languages[i].language, language)) {
            proof->languages[i].count++;
            return;
        }
    if (proof->language_count < PROOFING_LANGUAGES)
        proof->languages[proof->language_count++] =
            (struct lint_language){arena_text(counting->arena, language), 1};
}

static bool look_at_member(void *self, const struct member *member, struct error *err)
{
    struct counting *counting = self;
    (void)err;
    count_language(counting, member->language);
    readers_offer(&counting->proof->readers, member);
    return true;
}

/* Nobody yet: the personas show what there is to see. */
static size_t choose_readers(struct proof *proof, struct arena *arena,
                             const struct recipient **ret_readers)
{
    struct persona *personas = arena_array(arena, struct persona, PERSONAS_MOST);
    *ret_readers = proof->readers.at;
    if (proof->readers.count > 0)
        return proof->readers.count;
    size_t count = personas_of(arena, proof->plan.composed, personas), chosen = 0;
    struct recipient *readers = arena_array(arena, struct recipient, count + 1);
    for (size_t i = 0; i < count; i++)
        if (!personas[i].is_extreme)
            readers[chosen++] = personas[i].reader;
    *ret_readers = readers;
    return chosen;
}

static bool look_at_members(struct proof *proof, struct arena *arena,
                            const struct workspace *workspace, struct findings *findings,
                            struct error *err)
{
    struct counting counting = {proof, arena};
    /* Who shares an address is no matter here, and finding it out takes longer than all the rest.
     */
    struct selection everyone = proof->plan.selection;
    everyone.per = PER_MEMBER;
    if (workspace->store == NULL)
        return true;
    if (!selection_walk(workspace->store, &everyone, look_at_member, &counting, NULL, err))
        return false;
    return proof_audience(&proof->plan, arena, workspace->store, findings, err);
}

static void lint(struct proof *proof, struct session *session, struct arena *arena,
                 const struct workspace *workspace, struct findings *findings)
{
    struct lint_subject subject = {
        .composed = proof->plan.composed,
        .bundle = proof->plan.bundle,
        .languages = proof->languages,
        .language_count = proof->language_count,
        .key = workspace->store != NULL ? &workspace->key : NULL,
        .now_ms = clock_wall_ms(session->clock),
    };
    subject.reader_count = choose_readers(proof, arena, &subject.readers);
    lint_campaign(arena, &subject, findings);
    proof->tests = personas_test(arena, proof->plan.composed, subject.key, findings);
}

/* A campaign may be composed although single members cannot be merged. */
static bool plan(struct proof *proof, struct session *session, struct arena *arena,
                 const struct workspace *workspace, struct text path, struct findings *findings,
                 bool *ret_made, struct error *err)
{
    unsigned before = findings->errors;
    *proof = (struct proof){.readers = {.session = session, .arena = arena}};
    *ret_made = plan_make(&proof->plan, arena, workspace, path, clock_wall_ms(session->clock),
                          findings, err);
    proof->composed = proof->plan.composed != NULL;
    bool told = *ret_made || findings->errors > before;
    if (told)
        *err = (struct error){0};
    return told;
}

bool proof_make(struct proof *proof, struct session *session, struct arena *arena,
                const struct workspace *workspace, struct text path, struct findings *findings,
                struct error *err)
{
    struct error unexpected;
    bool made;
    if (!plan(proof, session, arena, workspace, path, findings, &made, err))
        return false;
    if (made && !plan_expected(&proof->plan, &unexpected))
        findings_warning(findings, proof->plan.campaign->audience.expect.place, "%s",
                         unexpected.message);
    if (!proof->composed)
        return true;
    if (!look_at_members(proof, arena, workspace, findings, err))
        return false;
    lint(proof, session, arena, workspace, findings);
    return true;
}

bool proof_files(struct proof *proof, struct session *session, struct arena *arena,
                 const struct workspace *workspace, struct text path, struct findings *findings,
                 struct error *err)
{
    struct workspace without = *workspace;
    bool made;
    without.store = NULL;
    if (!plan(proof, session, arena, &without, path, findings, &made, err))
        return false;
    if (proof->composed)
        lint(proof, session, arena, workspace, findings);
    return true;
}

void proof_close(struct proof *proof)
{
    plan_close(&proof->plan);
}
