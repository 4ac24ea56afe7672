/* Frame: what a mailbox and its worker say comes through whole, and nothing else does. */
#include "check.h"

#include <sys/socket.h>
#include <unistd.h>

#include "mailbox/mailbox_frame.h"

static int ends[2];

static void comes_through(void)
{
    ARENA(arena);
    struct frame frame;
    check("it is written", frame_write(ends[0], FRAME_MAIL, text_from("3\na\0b", 5)));
    check("and read", frame_read(ends[1], INT64_MAX, &arena, &frame) == FRAME_WHOLE);
    check_number("its word", frame.word, FRAME_MAIL);
    check_text("its bytes", frame.bytes, text_from("3\na\0b", 5));
    check("an empty one too", frame_write(ends[0], FRAME_GONE, TEXT("")) &&
                                  frame_read(ends[1], INT64_MAX, &arena, &frame) == FRAME_WHOLE &&
                                  frame.bytes.length == 0);
    check("nobody waits beyond the deadline", frame_read(ends[1], 1, &arena, &frame) == FRAME_LATE);
}

static const struct {
    const char *promise;
    uint32_t word, length;
} senseless[] = {
    {"no word of ours", 0, 0},
    {"a word behind the last", FRAME_TROUBLE + 1, 0},
    {"more bytes than a frame may have", FRAME_MAIL, FRAME_BYTES + 1},
    {"a length that wraps", FRAME_MAIL, UINT32_MAX},
};

static void refuses(void)
{
    for (size_t i = 0; i < COUNT_OF(senseless); i++) {
        ARENA(arena);
        struct frame frame;
        uint32_t head[] = {senseless[i].word, senseless[i].length};
        must(send(ends[0], head, sizeof(head), 0) == sizeof(head));
        check(senseless[i].promise,
              frame_read(ends[1], INT64_MAX, &arena, &frame) == FRAME_SENSELESS);
    }
}

static const struct {
    const char *promise, *bytes;
    bool taken;
    uint64_t number;
} numbers[] = {
    {"a number", "17 rest", true, 17},   {"the last one", "17", true, 17},
    {"not a sign", "-1 rest", false, 0}, {"not beyond the most", "101 rest", false, 0},
    {"not nothing", "", false, 0},       {"not a word", "x rest", false, 0},
};

static void takes_numbers(void)
{
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct text rest = text_of(numbers[i].bytes);
        uint64_t number = 0;
        bool taken = frame_take_number(&rest, ' ', 100, &number);
        check(numbers[i].promise,
              taken == numbers[i].taken && (!taken || number == numbers[i].number));
    }
}

static void sees_the_end(void)
{
    ARENA(arena);
    struct frame frame;
    must(send(ends[0], "half", 4, 0) == 4);
    close(ends[0]);
    check("half a frame is an end", frame_read(ends[1], INT64_MAX, &arena, &frame) == FRAME_ENDED);
    check("and nothing can be said any more", !frame_write(ends[1], FRAME_DONE, TEXT("")));
}

int main(void)
{
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    comes_through();
    refuses();
    takes_numbers();
    sees_the_end();
    return check_done();
}
