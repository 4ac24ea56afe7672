/* Edition choice: by name, or by being the only one. */
#include "desk/edition_choice.h"

#include "base/banned.h"

enum { NAMES_SHOWN = 5 };

static bool is_meant(const struct edition_choice *choice, const struct edition *edition)
{
    return (choice->name == NULL || text_equal(edition->slot, text_of(choice->name))) &&
           (choice->fits == NULL || choice->fits(edition));
}

static bool say_several(const struct edition_choice *choice, const struct edition *editions,
                        size_t count, struct error *err)
{
    BUFFER(names, ERROR_MESSAGE);
    size_t shown = 0;
    for (size_t i = 0; i < count && shown <= NAMES_SHOWN; i++)
        if (is_meant(choice, &editions[i]) && ++shown <= NAMES_SHOWN)
            buffer_printf(&names, "%s%.*s", shown > 1 ? ", " : "", TEXT_ARGS(editions[i].slot));
    return error_set(err, FAULT_USAGE, "%.*s has several %s editions; say which by --edition: %s%s",
                     TEXT_ARGS(choice->campaign), choice->sort, buffer_string(&names),
                     shown > NAMES_SHOWN ? ", …" : "");
}

bool edition_choose(struct session *session, struct store *store,
                    const struct edition_choice *choice, struct edition **ret_edition,
                    struct error *err)
{
    struct edition *editions;
    size_t count, meant = 0;
    *ret_edition = NULL;
    if (!edition_list(store, &session->arena, choice->campaign, &editions, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_meant(choice, &editions[i]) && meant++ == 0)
            *ret_edition = &editions[i];
    return meant < 2 || choice->sort == NULL || say_several(choice, editions, count, err);
}
