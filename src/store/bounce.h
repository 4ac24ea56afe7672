/*
 * Bounce: mails that came home, whose they were, and what each of them changed.
 *
 * A mail is taken once, known by its bytes: the row that says so and everything the mail changes
 * (a suppression, a state, a consent) are written in one transaction, between bounce_begin() and
 * bounce_end(). Whatever a mailbox does with its names, and wherever a run ends, nothing counts
 * twice. What of a mail was read is kept, so that it can be judged again when the tables know more.
 *
 * Every function but bounce_begin() is called inside that transaction, unless it says otherwise.
 */
#ifndef STORE_BOUNCE_H
#define STORE_BOUNCE_H

#include "store/ledger.h"
#include "store/suppression.h"

/* How a mail is known to be about a delivery. On disk; the numbers stay. The first two prove
 * nothing: anybody can write an address into a mail. */
enum bounce_proof {
    PROOF_NONE = 0,
    PROOF_ADDRESS = 1,     /* it names an address that we wrote to */
    PROOF_MESSAGE_ID = 2,  /* it answers a Message-ID of ours, which is signed */
    PROOF_HEADER = 3,      /* it returns our X-Broadside header, which is signed */
    PROOF_RETURN_PATH = 4, /* it was sent to a return path of ours, which is signed */
    PROOF_TOKEN = 5,       /* it brings back the token of an unsubscribe link */
};

/* What taking it changed. On disk; the numbers stay. */
enum bounce_effect {
    EFFECT_NONE = 0,         /* an auto-reply, a delay: nothing to do */
    EFFECT_SUPPRESSED = 1,   /* its address is not written to again */
    EFFECT_COUNTED = 2,      /* counts towards the soft threshold */
    EFFECT_UNSUBSCRIBED = 3, /* its member left */
    EFFECT_OURS = 4,         /* our content, DNS or reputation: the reader is innocent */
    EFFECT_UNPROVEN = 5,     /* says something about a delivery, but nothing proves it */
    EFFECT_FOR_PEOPLE = 6,   /* no bounce at all: somebody wrote */
    EFFECT_POISON = 7,       /* could not be read without harm */
};

enum { BOUNCE_EFFECTS = EFFECT_POISON + 1 };

/* "suppressed", "for-people"; "return path", "address" */
const char *bounce_effect_name(enum bounce_effect effect);
const char *bounce_proof_name(enum bounce_proof proof);

struct bounce {
    int64_t id; /* 0: not stored yet */
    unsigned char digest[DIGEST_SIZE];
    uint64_t size; /* of the whole mail; `raw` may be its head only */
    int64_t taken_ms;
    struct text kind; /* "bounce", "complaint" … */
    enum bounce_proof proof;
    int64_t delivery_id;              /* 0: nobody's */
    unsigned char hash[ADDRESS_HASH]; /* of the address as sent */
    bool has_hash;
    struct text address; /* as sent when it is proven, else as the mail has it */
    struct text class, action, status, diagnostic, rule;
    unsigned reply_code;
    bool permanent, counted;
    enum bounce_effect effect;
    struct text raw;
};

bool bounce_begin(struct store *store, struct error *err);
/* Only to look: many names are found in one snapshot in less than half the time. bounce_end() ends
 * it; nothing is written in between, and nobody is waited for. */
bool bounce_begin_look(struct store *store, struct error *err);
/* Commits when `good`, else rolls back; whether both are well. */
bool bounce_end(struct store *store, bool good, struct error *err);

/* A mail that was taken before; `id` 0: never. */
struct bounce_known {
    int64_t id;
    enum bounce_effect effect;
};

/* In or outside a transaction: the mail of this name. */
bool bounce_name_find(struct store *store, struct text mailbox, struct text uid,
                      struct bounce_known *ret_known, struct error *err);
/* The mail with these bytes. */
bool bounce_find(struct store *store, const unsigned char digest[DIGEST_SIZE], uint64_t size,
                 struct bounce_known *ret_known, struct error *err);
bool bounce_name_add(struct store *store, struct text mailbox, struct text uid, int64_t id,
                     struct error *err);
/* Writes it; `ret_id` is its number. */
bool bounce_add(struct store *store, const struct bounce *bounce, int64_t *ret_id,
                struct error *err);
/* Writes anew what was found out: all but digest, size, raw and taken_ms. */
bool bounce_change(struct store *store, const struct bounce *bounce, struct error *err);
/* In or outside a transaction: the next stored mail behind `after` that still has its bytes; NULL
 * at the end. In `arena`. */
bool bounce_next(struct store *store, struct arena *arena, int64_t after,
                 struct bounce **ret_bounce, struct error *err);

/* A delivery as a bounce needs it. In an arena. */
struct bounce_target {
    int64_t delivery_id, edition_id, member_id;
    enum delivery_state state;
    int64_t settled_ms;
    struct text address; /* as sent; empty once its member is erased */
    struct text key;     /* of the member */
    struct text campaign, slot, topic;
};

enum { BOUNCE_CANDIDATES = 64 };

/* NULL when there is none. */
bool bounce_target_of(struct store *store, struct arena *arena, int64_t edition_id,
                      int64_t member_id, struct bounce_target **ret_target, struct error *err);
/* What was attempted to the members of an address, newest edition first, at most
 * BOUNCE_CANDIDATES. */
bool bounce_candidates(struct store *store, struct arena *arena,
                       const unsigned char hash[ADDRESS_HASH], struct bounce_target **ret_targets,
                       size_t *ret_count, struct error *err);

/* Adds or strengthens a suppression; its `hash` is read, not its address. */
bool bounce_suppress(struct store *store, const struct suppression *suppression, struct error *err);
/* Takes off the suppression that this source brought, and none else. */
bool bounce_lift(struct store *store, const unsigned char hash[ADDRESS_HASH], struct text source,
                 bool *ret_lifted, struct error *err);
/* Evidence about an UNKNOWN row; of any other row nothing. */
bool bounce_resolve(struct store *store, const struct settlement *settlement, int64_t now_ms,
                    bool *ret_moved, struct error *err);
/* The member leaves what the edition was about. False in `ret_known` when that has no topic: then
 * only a suppression keeps the promise. */
bool bounce_unsubscribe(struct store *store, const struct bounce_target *target, int64_t now_ms,
                        struct text source, bool *ret_known, struct error *err);

/* What came home about an edition, proven. */
struct bounce_tally {
    int64_t sent, complaints, ours;
};
bool bounce_tally_of(struct store *store, int64_t edition_id, struct bounce_tally *ret_tally,
                     struct error *err);
/* Deliveries of which a mail says, proven, that they did not arrive. */
bool bounce_returned(struct store *store, int64_t edition_id, int64_t *ret_count,
                     struct error *err);

#endif
