/* Edition choice: which edition of a campaign a person means. */
#ifndef DESK_EDITION_CHOICE_H
#define DESK_EDITION_CHOICE_H

#include "desk/session.h"
#include "store/edition.h"

struct edition_choice {
    struct text campaign;
    const char *name;                            /* NULL: the only one that fits */
    bool (*fits)(const struct edition *edition); /* NULL: any */
    const char *sort;                            /* what fits, in a word: "held"; NULL: the newest
                                                    of all that fit is meant */
};

/* `ret_edition` is NULL when there is none; else in the session's arena. Of several, without a
 * name, it is FAULT_USAGE, and says which there are. */
bool edition_choose(struct session *session, struct store *store,
                    const struct edition_choice *choice, struct edition **ret_edition,
                    struct error *err);

#endif
