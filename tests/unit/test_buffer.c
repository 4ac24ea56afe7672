/* Buffer and arena: limits hold, memory is kept. */
#include "base/arena.h"
#include "base/buffer.h"
#include "check.h"

static void a_buffer_keeps_its_limit(void)
{
    BUFFER(buffer, 100);
    buffer_add_repeated(&buffer, 'x', 100);
    check("exactly the limit fits", buffer.length == 100 && !buffer.overflowed);
    buffer_add_byte(&buffer, 'y');
    check("one more does not", buffer.length == 100 && buffer.overflowed);
    buffer_cut(&buffer, 0);
    buffer_add_repeated(&buffer, 'x', 200);
    check("the overflow sticks", buffer.overflowed);
    buffer_clear(&buffer);
    buffer_printf(&buffer, "%d-%s", 42, "z");
    check_text("formatted", buffer_text(&buffer), TEXT("42-z"));
    buffer_consume(&buffer, 3);
    check_text("consumed from the head", buffer_text(&buffer), TEXT("z"));
}

static void an_arena_reuses_its_blocks(void)
{
    ARENA(arena);
    char *first = arena_take(&arena, 10000);
    arena_take(&arena, 10000);
    char *large = arena_take(&arena, 100000);
    memset(large, 'x', 100000);
    arena_clear(&arena);
    check("a cleared arena starts at its first block", arena_take(&arena, 10000) == first);
    check("and hands out zeroes", first[0] == 0 && first[9999] == 0);
    check_text("printf", arena_printf(&arena, "%03d", 7), TEXT("007"));
}

static void an_error_is_clean(void)
{
    struct error err;
    char line[ERROR_LINE];
    error_at(&err, FAULT_FILE, (struct place){TEXT("a.yaml"), 3, 5}, "bad\r\nthing \x1b[31m");
    check_text("controls are replaced", text_of(error_line(&err, line)),
               TEXT("a.yaml:3:5: bad??thing ?[31m"));
    error_within(&err, "while %s", "reading");
    check_text("context comes before", text_of(err.message),
               TEXT("while reading: bad??thing ?[31m"));
    check_number("the fault stays", err.fault, FAULT_FILE);
}

int main(void)
{
    a_buffer_keeps_its_limit();
    an_arena_reuses_its_blocks();
    an_error_is_clean();
    return check_done();
}
