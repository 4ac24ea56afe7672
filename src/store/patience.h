/*
 * Patience: how often an address may fail softly until it is left alone for a while.
 *
 * A soft end is a mail that came home and counts, or what a server said at sending time about a
 * mailbox that is full, disabled or unwilling. They are counted by delivery, within a window, and
 * from the last delivery on that is held to have arrived: one that was sent so long ago that its
 * bounce would be home by now.
 */
#ifndef STORE_PATIENCE_H
#define STORE_PATIENCE_H

#include "mail/token.h"
#include "store/store.h"

enum {
    PATIENCE_MOST = 5,          /* soft ends, one after the other … */
    PATIENCE_MOST_INACTIVE = 3, /* … or so many, when the last says that the mailbox is disabled */
    PATIENCE_DAYS = 90,         /* … within so many days */
    PATIENCE_REST_DAYS = 90,    /* … and for how long it is left alone then */
    PATIENCE_QUIET_DAYS = 3,    /* no bounce for so long: it arrived */
};

/* What an address has failed lately, the end of `class` being the last of it. */
struct patience {
    bool is_over;
    int64_t ends;     /* when it is over */
    int64_t until_ms; /* of the rest */
};

/* By the address' hash and its member. */
bool patience_with(struct store *store, const unsigned char hash[ADDRESS_HASH], int64_t member_id,
                   struct text class, int64_t now_ms, struct patience *ret_patience,
                   struct error *err);
/* By a delivery, which is FAILED already. */
bool patience_after(struct store *store, int64_t delivery_id, struct text class, int64_t now_ms,
                    struct patience *ret_patience, struct error *err);

#endif
