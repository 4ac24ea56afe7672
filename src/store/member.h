/*
 * Member: one recipient as the group knows them, their consent, and what we may still write to
 * them.
 *
 * Texts that are absent are empty. Addresses are in the form mail/address.h gives them. An address
 * is compared by its keyed hash (mail/token.h), so the functions that meet an address need the
 * workspace's key.
 */
#ifndef STORE_MEMBER_H
#define STORE_MEMBER_H

#include "base/arena.h"
#include "mail/token.h"
#include "store/store.h"

enum member_kind {
    MEMBER_INDIVIDUAL = 0,
    MEMBER_ORGANIZATION = 1,
};

/* What a member said about a topic. On disk; the numbers stay. */
enum consent {
    CONSENT_SUBSCRIBED = 1,
    CONSENT_PENDING = 2,
    CONSENT_UNSUBSCRIBED = 3,
};

struct member {
    int64_t id;
    struct text key;   /* unique; the address unless the group gave another */
    struct text email; /* as it is written to; empty never */
    enum member_kind kind;
    struct text first_name, last_name, organization, role, language, timezone;
    struct text tags;       /* "board;partner", sorted, without duplicates */
    struct text attributes; /* a JSON object of strings, "{}" when there are none */
    int64_t created_ms, changed_ms;
};

/* "individual", "organization" */
const char *member_kind_name(enum member_kind kind);
/* "subscribed", "pending", "unsubscribed" */
const char *consent_name(enum consent consent);

/* By key, else by address. `ret_member` is NULL when there is none; else it lives in `arena`. Of
 * several members who share the address the oldest is given. */
bool member_find(struct store *store, struct arena *arena, const struct token_key *key,
                 struct text name, struct member **ret_member, struct error *err);
bool member_read(struct store *store, struct arena *arena, int64_t id, struct member **ret_member,
                 struct error *err);

/* Called per member, in the order of their ids; its texts live until it returns. False stops the
 * walk and is handed on with the error it set. */
typedef bool member_visit(void *self, const struct member *member, struct error *err);

/* Members whose key, address, name, organization or tags contain `text` (ASCII case ignored); all
 * when it is empty. Members with an id up to `after` are left out; at most `limit` (0: all). */
bool member_search(struct store *store, struct text text, int64_t after, int64_t limit,
                   member_visit *visit, void *self, struct error *err);
bool member_count(struct store *store, int64_t *ret_count, struct error *err);

struct subscription {
    struct text topic;
    enum consent consent;
    int64_t since_ms;
    struct text source;
};

struct consent_event {
    int64_t at_ms;
    struct text topic;
    enum consent consent;
    struct text source; /* "import members.csv", "one-click", "operator" */
};

struct member_delivery {
    struct text campaign, slot, state, reason, reply;
    int64_t settled_ms; /* 0: not yet */
    unsigned attempts;
};

/* Everything about one member; all of it lives in the arena given to member_history(). */
struct member_history {
    struct subscription *subscriptions;
    size_t subscription_count;
    struct consent_event *events; /* oldest first */
    size_t event_count;
    struct member_delivery *deliveries; /* newest first */
    size_t delivery_count;
    bool suppressed;
    struct text suppression; /* "class: reason", when suppressed */
};

bool member_history(struct store *store, struct arena *arena, int64_t member_id, int64_t now_ms,
                    struct member_history *ret_history, struct error *err);

/* Records what a member says about a topic (by a link, a mail, an operator); the event is kept. The
 * topic need not exist before. The change is durable when this returns. */
bool member_consent(struct store *store, int64_t member_id, struct text topic, enum consent consent,
                    int64_t now_ms, struct text source, struct error *err);

/*
 * Removes a member and all that names them. What was to be sent to them is skipped ("erased"); what
 * was sent stays counted, without address or reply. The keyed hash of the address is suppressed for
 * ever, so that a later import does not write to them again.
 */
bool member_erase(struct store *store, int64_t member_id, int64_t now_ms, struct error *err);

/*
 * All members as CSV (RFC 4180, CRLF), in a form that import reads back: the known columns, then
 * every attribute in use. Unless `raw`, a field that a spreadsheet would take for a formula (it
 * begins with = + - @ TAB or CR) gets an apostrophe in front. `write` is called with chunks.
 */
typedef bool export_write(void *self, struct text chunk, struct error *err);
bool member_export(struct store *store, bool raw, export_write *write, void *self,
                   struct error *err);

#endif
