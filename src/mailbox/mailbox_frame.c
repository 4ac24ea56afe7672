/* Frame: what a mailbox and its worker say to each other over their socket. */
#include "mailbox/mailbox_frame.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/banned.h"
#include "base/clock.h"
#include "base/memory.h"

struct head {
    uint32_t word, length;
};

static bool write_all(int fd, const char *at, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, at, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return false;
        at += sent > 0 ? sent : 0;
        length -= sent > 0 ? (size_t)sent : 0;
    }
    return true;
}

bool frame_write(int fd, enum frame_word word, struct text bytes)
{
    must(bytes.length <= FRAME_BYTES);
    struct head head = {word, (uint32_t)bytes.length};
    return write_all(fd, (const char *)&head, sizeof(head)) &&
           write_all(fd, bytes.at, bytes.length);
}

static bool wait_readable(int fd, int64_t deadline_ms)
{
    for (;;) {
        int64_t left = deadline_ms - clock_steady_ms(&clock_system);
        int wait = deadline_ms == INT64_MAX ? -1 : left > INT32_MAX ? INT32_MAX : (int)left;
        struct pollfd watched = {.fd = fd, .events = POLLIN};
        int ready = left > 0 ? poll(&watched, 1, wait) : 0;
        if (ready >= 0 || errno != EINTR)
            return ready > 0;
    }
}

static enum frame_end read_all(int fd, int64_t deadline_ms, char *at, size_t length)
{
    while (length > 0) {
        if (!wait_readable(fd, deadline_ms))
            return FRAME_LATE;
        ssize_t got = recv(fd, at, length, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
            return FRAME_ENDED;
        at += got > 0 ? got : 0;
        length -= got > 0 ? (size_t)got : 0;
    }
    return FRAME_WHOLE;
}

enum frame_end frame_read(int fd, int64_t deadline_ms, struct arena *arena, struct frame *ret_frame)
{
    struct head head;
    enum frame_end end = read_all(fd, deadline_ms, (char *)&head, sizeof(head));
    if (end != FRAME_WHOLE)
        return end;
    if (head.word < FRAME_OPEN || head.word > FRAME_TROUBLE || head.length > FRAME_BYTES)
        return FRAME_SENSELESS;
    char *bytes = arena_take(arena, head.length + 1);
    *ret_frame = (struct frame){(enum frame_word)head.word, {bytes, head.length}};
    return read_all(fd, deadline_ms, bytes, head.length);
}

bool frame_take_number(struct text *rest, char behind, uint64_t most, uint64_t *ret_number)
{
    struct text digits;
    return text_take_until(rest, behind, &digits) && text_to_number(digits, ret_number) &&
           *ret_number <= most;
}
