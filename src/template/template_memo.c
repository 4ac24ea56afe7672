/* Template memo: a value that stands in a message several times is worked out once. */
#include "template/template_memo.h"

#include "base/banned.h"

static bool is_same(const struct template_distinct *a, const struct template_distinct *b)
{
    return a->settled == b->settled && a->guarded == b->guarded &&
           escape_equal(a->escape, b->escape) &&
           text_equal(a->node->path.written, b->node->path.written) &&
           filter_chain_equal(&a->node->filters, &b->node->filters);
}

size_t template_memo_of(struct template_memos *memos, const struct template_distinct *distinct)
{
    if (distinct->node->path.count == 0)
        return TEMPLATE_MEMO_NONE;
    for (size_t i = 0; i < memos->count; i++)
        if (is_same(&memos->distinct[i], distinct))
            return i;
    if (memos->count == TEMPLATE_MEMOS)
        return TEMPLATE_MEMO_NONE;
    memos->distinct[memos->count] = *distinct;
    return memos->count++;
}

bool template_memory_repeat(const struct template_memory *memory, size_t memo, struct buffer *out)
{
    if (memo == TEMPLATE_MEMO_NONE || memory->places[memo].end == 0)
        return false;
    struct template_repeat place = memory->places[memo];
    size_t length = place.end - place.at;
    /* Room first: growing would move the bytes that are repeated. */
    if (buffer_reserve(out, length))
        buffer_append(out, out->at + place.at, length);
    return true;
}

void template_memory_note(struct template_memory *memory, size_t memo, size_t at,
                          const struct buffer *out)
{
    if (memo != TEMPLATE_MEMO_NONE && !out->overflowed)
        memory->places[memo] = (struct template_repeat){at, out->length};
}
