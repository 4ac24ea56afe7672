/*
 * Template memo: a value that stands in a message several times is worked out once.
 *
 * A first name in fifteen paragraphs is looked up, filtered, escaped and encoded for the first of
 * them; the others repeat the bytes that lie in the output already. When compiling, values that
 * cannot differ share a number; when rendering, the number says where those bytes are. Within an
 * object of a section the same name may mean something else, so there nothing is repeated.
 */
#ifndef TEMPLATE_TEMPLATE_MEMO_H
#define TEMPLATE_TEMPLATE_MEMO_H

#include "base/buffer.h"
#include "template/escape.h"
#include "template/template_tree.h"

enum { TEMPLATE_MEMOS = 64, TEMPLATE_MEMO_NONE = TEMPLATE_MEMOS };

/* What decides the bytes of a value, when the contexts are the same. */
struct template_distinct {
    const struct template_node *node;
    const struct value *settled;
    struct escape escape;
    bool guarded;
};

struct template_memos {
    struct template_distinct distinct[TEMPLATE_MEMOS];
    size_t count;
};

/* The number of a value, TEMPLATE_MEMO_NONE for {{.}} and for what is too much. */
size_t template_memo_of(struct template_memos *memos, const struct template_distinct *distinct);

/* Where the bytes of each value lie in the output; all zero: none is there yet. */
struct template_memory {
    struct template_repeat {
        size_t at, end;
    } places[TEMPLATE_MEMOS];
};

/* Appends what number `memo` gave before; false when it gave nothing yet. */
bool template_memory_repeat(const struct template_memory *memory, size_t memo, struct buffer *out);
/* What stands in `out` from `at` on is what number `memo` gives. */
void template_memory_note(struct template_memory *memory, size_t memo, size_t at,
                          const struct buffer *out);

#endif
