/* Readers: the members a preview or a test is made for. One of each language and kind, or a named
 * one. */
#ifndef PROOF_READERS_H
#define PROOF_READERS_H

#include "compose/recipient.h"
#include "desk/session.h"
#include "flow/workspace.h"
#include "store/selection.h"

enum { READERS_MOST = 32 };

struct readers {
    struct session *session;
    struct arena *arena; /* where texts live; NULL: the session's */
    struct recipient at[READERS_MOST];
    size_t count;
};

/* A member as a recipient whose texts live in `arena`. */
struct recipient readers_copy(struct arena *arena, const struct member *member);

/* Takes the member in when it is the first of its language and kind. */
void readers_offer(struct readers *readers, const struct member *member);

/* `as` is a key or an address, or NULL: then the first selected member of each language and kind.
 */
bool readers_choose(struct readers *readers, const struct workspace *workspace,
                    const struct selection *selection, const char *as, struct error *err);

#endif
