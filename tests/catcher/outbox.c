/* Outbox: what a connection will say, when, and what happens once it is said. */
#include "outbox.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_MARKS = 8, COMPACT_AT = 65536 };

void outbox_say(struct outbox *outbox, const void *at, size_t length)
{
    bytes_append(&outbox->bytes, at, length);
}

void outbox_mark(struct outbox *outbox, int64_t due_ns, enum then then)
{
    size_t last =
        outbox->mark_count == 0 ? outbox->sent : outbox->marks[outbox->mark_count - 1].end;
    if (then == THEN_NOTHING && last == outbox->bytes.length)
        return;
    if (outbox->mark_count == outbox->mark_room) {
        outbox->mark_room = outbox->mark_room == 0 ? FIRST_MARKS : outbox->mark_room * 2;
        outbox->marks = memory_resized(outbox->marks, outbox->mark_room * sizeof *outbox->marks);
    }
    outbox->marks[outbox->mark_count++] =
        (struct mark){.end = outbox->bytes.length, .due_ns = due_ns, .then = then};
}

size_t outbox_ready(const struct outbox *outbox, int64_t now_ns)
{
    size_t end = outbox->sent;
    for (size_t i = 0; i < outbox->mark_count; i++) {
        if (outbox->marks[i].due_ns > now_ns)
            return end - outbox->sent;
        end = outbox->marks[i].end;
        if (outbox->marks[i].then != THEN_NOTHING)
            return end - outbox->sent;
    }
    return outbox->bytes.length - outbox->sent;
}

static void remove_front(struct outbox *outbox, size_t marks)
{
    outbox->mark_count -= marks;
    memmove(outbox->marks, outbox->marks + marks, outbox->mark_count * sizeof *outbox->marks);
}

static void compact(struct outbox *outbox)
{
    bytes_drop_front(&outbox->bytes, outbox->sent);
    for (size_t i = 0; i < outbox->mark_count; i++)
        outbox->marks[i].end -= outbox->sent;
    outbox->sent = 0;
}

void outbox_leave(struct outbox *outbox, size_t length)
{
    outbox->sent += length;
    size_t passed = 0;
    while (passed < outbox->mark_count && outbox->marks[passed].end <= outbox->sent &&
           outbox->marks[passed].then == THEN_NOTHING)
        passed++;
    if (passed > 0)
        remove_front(outbox, passed);
    if (outbox->sent == outbox->bytes.length || outbox->sent >= COMPACT_AT)
        compact(outbox);
}

enum then outbox_act(struct outbox *outbox, int64_t now_ns)
{
    if (outbox->mark_count == 0 || outbox->marks[0].end > outbox->sent ||
        outbox->marks[0].due_ns > now_ns)
        return THEN_NOTHING;
    enum then then = outbox->marks[0].then;
    remove_front(outbox, 1);
    return then;
}

int64_t outbox_due(const struct outbox *outbox)
{
    return outbox->mark_count == 0 ? OUTBOX_NEVER : outbox->marks[0].due_ns;
}

bool outbox_is_empty(const struct outbox *outbox)
{
    return outbox->sent == outbox->bytes.length && outbox->mark_count == 0;
}

void outbox_free(struct outbox *outbox)
{
    bytes_free(&outbox->bytes);
    free(outbox->marks);
}
