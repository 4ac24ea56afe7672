/* Outbox: what a connection will say, when, and what happens once it is said. */
#ifndef CATCHER_OUTBOX_H
#define CATCHER_OUTBOX_H

#include "bytes.h"

/* What happens when the bytes before a mark have left. */
enum then {
    THEN_NOTHING,
    THEN_CLOSE, /* properly: TLS close_notify, FIN */
    THEN_DROP,  /* FIN alone; inside TLS that is a truncation */
    THEN_RESET, /* RST */
    THEN_TLS,   /* the handshake begins */
};

struct mark {
    size_t end; /* offset into bytes: the mark rules over everything before it */
    int64_t due_ns;
    enum then then;
};

/* Bytes wait in one run; marks cut the run into stretches with a time each. Without marks all may
 * leave at once. */
struct outbox {
    struct bytes bytes;
    size_t sent;
    struct mark *marks;
    size_t mark_count;
    size_t mark_room;
};

#define OUTBOX_NEVER INT64_MAX

void outbox_say(struct outbox *outbox, const void *at, size_t length);
/* Everything said so far leaves at `due_ns` at the earliest, and then `then` happens. */
void outbox_mark(struct outbox *outbox, int64_t due_ns, enum then then);
/* How many bytes from `bytes.at + sent` on may leave now. */
size_t outbox_ready(const struct outbox *outbox, int64_t now_ns);
/* `length` bytes have left. */
void outbox_leave(struct outbox *outbox, size_t length);
/* Takes the next act that is due because all bytes before it have left; THEN_NOTHING when there is
 * none. */
enum then outbox_act(struct outbox *outbox, int64_t now_ns);
/* When the next mark falls due; OUTBOX_NEVER without marks. */
int64_t outbox_due(const struct outbox *outbox);
bool outbox_is_empty(const struct outbox *outbox);
void outbox_free(struct outbox *outbox);

#endif
