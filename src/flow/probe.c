/* Probe: merging every member once, for what is wrong with single ones. */
#include "flow/probe.h"

#include "base/banned.h"
#include "flow/plan.h"

/* The same place may be said of in other words for each member: a date filter quotes its value. */
static bool is_same(const struct error *one, const struct error *other)
{
    if (one->line != other->line || one->column != other->column ||
        strcmp(one->path, other->path) != 0)
        return false;
    return one->line > 0 || strcmp(one->message, other->message) == 0;
}

static struct probe_mistake *mistake_of(struct probe *probe, const struct error *error)
{
    for (size_t i = 0; i < probe->count; i++)
        if (is_same(&probe->mistakes[i]->error, error))
            return probe->mistakes[i];
    if (probe->count == PROBE_MISTAKES)
        return NULL;
    struct probe_mistake *mistake = arena_new(probe->arena, struct probe_mistake);
    *mistake = (struct probe_mistake){.error = *error};
    probe->mistakes[probe->count++] = mistake;
    return mistake;
}

static void note(struct probe *probe, const struct error *error, struct text key)
{
    struct probe_mistake *mistake = mistake_of(probe, error);
    if (mistake == NULL) {
        probe->others++;
        return;
    }
    if (mistake->members < PROBE_EXAMPLES)
        mistake->examples[mistake->members] =
            arena_text(probe->arena, text_slice(key, 0, PROBE_KEY));
    mistake->members++;
}

bool probe_member(void *self, const struct member *member, struct error *err)
{
    struct probe *probe = self;
    struct recipient recipient = plan_recipient(member);
    struct error mistake;
    (void)err;
    if (!composition_try(composition_of(probe->composed, member->language), &recipient, &mistake))
        note(probe, &mistake, member->key);
    return true;
}

/* "for member a: …", "for 12 members (a, b, c, …): …" */
static void report(const struct probe_mistake *mistake, struct findings *findings)
{
    BUFFER(keys, PROBE_EXAMPLES * (PROBE_KEY + 2) + 8);
    struct error error = mistake->error;
    for (int64_t i = 0; i < mistake->members && i < PROBE_EXAMPLES; i++)
        buffer_printf(&keys, "%s%.*s", i > 0 ? ", " : "", TEXT_ARGS(mistake->examples[i]));
    if (mistake->members > PROBE_EXAMPLES)
        buffer_add_string(&keys, ", …");
    if (mistake->members == 1)
        error_within(&error, "for member %s", buffer_string(&keys));
    else
        error_within(&error, "for %lld members (%s)", (long long)mistake->members,
                     buffer_string(&keys));
    findings_take(findings, &error);
}

void probe_report(const struct probe *probe, struct findings *findings)
{
    for (size_t i = 0; i < probe->count; i++)
        report(probe->mistakes[i], findings);
    if (probe->others > 0)
        findings_error(findings, FAULT_FILE, (struct place){0},
                       "%lld more members cannot be merged, for other reasons than the first %d",
                       (long long)probe->others, PROBE_MISTAKES);
}
