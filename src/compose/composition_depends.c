/*
 * Composition, what it depends on: whether every member can be merged without trying each of them.
 *
 * A name is safe when it is asked for before it is shown, has a default, is given by every member,
 * or by the campaign's data. Everything else may be missing for somebody.
 */
#include "compose/composition.h"

#include "base/banned.h"

struct depends {
    const struct composition *composition;
    bool any;
};

/* What values_fill() always gives. */
static bool is_always_there(const struct composition *composition, struct text name)
{
    static const struct text names[] = {TEXT_INIT("email"), TEXT_INIT("key"), TEXT_INIT("kind")};
    const struct content_sender *sender = &composition->composed->sender;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (text_equal(names[i], name))
            return true;
    return text_equal(name, TEXT("unsubscribe_url")) &&
           (sender->unsubscribe_url.length > 0 || sender->unsubscribe_mailto.length > 0);
}

static bool is_shown(const struct value *value)
{
    return value->type != VALUE_NULL && !(value->type == VALUE_STRING && value->text.length == 0);
}

/* An attribute of the same name would win, but it would be there as well. */
static bool is_in_data(const struct value *data, struct text name)
{
    const struct value *at = data;
    struct text rest = name, step;
    while (at != NULL && text_take_until(&rest, '.', &step))
        at = value_find(at, step);
    return at != NULL && at != data && is_shown(at);
}

static void look(void *self, const struct template_name *name)
{
    struct depends *depends = self;
    const struct composition *composition = depends->composition;
    bool safe = name->section || name->guarded || is_always_there(composition, name->name) ||
                is_in_data(&composition->composed->campaign.data, name->name);
    depends->any = depends->any || !safe;
}

bool composition_depends(const struct composition *composition)
{
    struct depends depends = {.composition = composition};
    for (int part = PART_SUBJECT; part <= PART_HTML; part++)
        template_names(composition->variants[VARIANT_USUAL].parts[part], look, &depends);
    return depends.any;
}
