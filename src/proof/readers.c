/* Readers: the members a preview or a test is made for. */
#include "proof/readers.h"

#include "base/banned.h"
#include "desk/desk.h"
#include "flow/plan.h"

struct recipient readers_copy(struct arena *arena, const struct member *member)
{
    struct recipient reader = plan_recipient(member);
    struct text *texts[] = {
        &reader.key,  &reader.email,    &reader.first_name, &reader.last_name, &reader.organization,
        &reader.role, &reader.language, &reader.timezone,   &reader.tags,      &reader.attributes};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i] = arena_text(arena, *texts[i]);
    return reader;
}

static void add_reader(struct readers *readers, const struct member *member)
{
    struct arena *arena = readers->arena != NULL ? readers->arena : &readers->session->arena;
    readers->at[readers->count++] = readers_copy(arena, member);
}

void readers_offer(struct readers *readers, const struct member *member)
{
    for (size_t i = 0; i < readers->count; i++)
        if (text_equal(readers->at[i].language, member->language) &&
            readers->at[i].is_organization == (member->kind == MEMBER_ORGANIZATION))
            return;
    if (readers->count < READERS_MOST)
        add_reader(readers, member);
}

static bool choose(void *self, const struct member *member, struct error *err)
{
    (void)err;
    readers_offer(self, member);
    return true;
}

static bool add_named(struct readers *readers, const struct workspace *workspace, const char *as,
                      struct error *err)
{
    struct member *member = NULL;
    if (!desk_member(readers->session, workspace, as, &member, err))
        return false;
    add_reader(readers, member);
    return true;
}

bool readers_choose(struct readers *readers, const struct workspace *workspace,
                    const struct selection *selection, const char *as, struct error *err)
{
    if (workspace->store == NULL)
        return error_set(err, FAULT_FILE,
                         "there are no members yet; `broadside import FILE.csv` brings them in");
    if (as != NULL)
        return add_named(readers, workspace, as, err);
    if (!selection_walk(workspace->store, selection, choose, readers, NULL, err))
        return false;
    return readers->count > 0 ||
           error_set(err, FAULT_FILE,
                     "the audience selects nobody; --as KEY shows it as any member sees it");
}
