/*
 * Preview: a campaign as any of its readers will see it, as pages of a local server.
 *
 * Whoever watches the workspace renews `struct preview_show` and counts its version up; the pages
 * ask for the version and load themselves anew. The last version that composed stays in sight while
 * the files hold a mistake.
 */
#ifndef WEB_PREVIEW_H
#define WEB_PREVIEW_H

#include "compose/persona.h"
#include "web/http.h"

enum { PREVIEW_PEOPLE = 40 /* found by a search */ };

struct preview_show {
    const char *root;          /* of the workspace: lines of files are shown */
    struct text path;          /* of the campaign */
    struct composed *composed; /* NULL: nothing has composed yet */
    bool broken;               /* what is there now does not compose: see the findings */
    const struct findings *findings;
    const struct persona *personas;
    size_t persona_count;
    int64_t selected, members;
    unsigned long version;
    const struct token_key *key; /* may be NULL */
    int64_t now_ms;
};

/* Who knows the members. `ret_found` false: there is none. Texts live in `arena`. */
struct preview_people {
    bool (*find)(void *self, struct arena *arena, struct text key, struct recipient *ret_reader,
                 bool *ret_found, struct error *err);
    bool (*search)(void *self, struct arena *arena, struct text words, struct recipient *ret_people,
                   size_t room, size_t *ret_count, struct error *err);
    void *self;
};

struct preview {
    struct preview_show show;
    struct preview_people people;
    struct text first; /* the key of the member that is shown first; empty: whoever is first */
    bool release;      /* pages that wait for a change are let go, to see whether they live */
};

/* An http_answer; `self` is the struct preview. */
void preview_answer(void *self, const struct http_request *request, struct http_reply *reply);

#endif
