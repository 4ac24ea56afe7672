/* Body: the bytes of a message as they stream in, with their line endings checked and the end
 * found.
 *
 * Sixty-four bytes at a time become three bit masks: where the CRs are, the LFs, the dots. A line
 * ending is right when the LF mask is the CR mask moved by one; a dot matters when it follows such
 * an LF. That runs several times faster than the wire, so the catcher can be strict (no smuggling)
 * and still not be the limit of a benchmark. */
#include "body.h"

#include <string.h>
#include <strings.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { BLOCK = 64, HEADER_LIMIT = 65536, HEADER_STEP = 1024 };

struct masks {
    uint64_t cr;
    uint64_t lf;
    uint64_t dot;
};

#if defined(__SSE2__)
static uint64_t mask_of(const __m128i quarter[4], char wanted)
{
    __m128i all = _mm_set1_epi8(wanted);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
        int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(quarter[i], all));
        mask |= (uint64_t)(uint32_t)bits << (16 * i);
    }
    return mask;
}

static struct masks masks_of(const char *block)
{
    __m128i quarter[4];
    for (int i = 0; i < 4; i++)
        quarter[i] = _mm_loadu_si128((const __m128i *)(const void *)(block + 16 * i));
    return (struct masks){mask_of(quarter, '\r'), mask_of(quarter, '\n'), mask_of(quarter, '.')};
}
#else
static struct masks masks_of(const char *block)
{
    struct masks masks = {0, 0, 0};
    for (unsigned i = 0; i < BLOCK; i++) {
        masks.cr |= (uint64_t)(block[i] == '\r') << i;
        masks.lf |= (uint64_t)(block[i] == '\n') << i;
        masks.dot |= (uint64_t)(block[i] == '.') << i;
    }
    return masks;
}
#endif

void body_begin(struct body *body)
{
    body->text.length = 0;
    body->size = 0;
    body->broken_ending = body->too_big = body->header_done = body->after_cr = false;
    body->at_line_start = true;
}

/* In small steps: the header is short, what stands behind it is not copied. */
static void keep_header(struct body *body, const char *at, size_t length)
{
    while (length > 0 && !body->header_done) {
        size_t known = body->text.length;
        size_t step = length < HEADER_STEP ? length : HEADER_STEP;
        size_t from = known < 3 ? 0 : known - 3;
        bytes_append(&body->text, at, step);
        body->header_done = body->text.length >= HEADER_LIMIT ||
                            memmem(body->text.at + from, body->text.length - from, "\r\n\r\n", 4);
        at += step;
        length -= step;
    }
}

static void keep(struct body *body, const char *at, size_t length)
{
    if (length == 0)
        return;
    body->size += length;
    body->too_big = body->too_big || body->size > body->limit;
    if (body->too_big || body->keep == BODY_KEEP_NOTHING)
        return;
    if (body->keep == BODY_KEEP_ALL)
        bytes_append(&body->text, at, length);
    else if (!body->header_done)
        keep_header(body, at, length);
}

/* What one block says: its dots at line starts, and where a line ending is broken. Moves the
 * carries on. */
struct finding {
    uint64_t dots;
    uint64_t broken;
};

/* `length` is 1 to 64; bits beyond it are zero. */
static inline struct finding find(struct body *body, struct masks masks, size_t length)
{
    uint64_t valid = UINT64_MAX >> (BLOCK - length);
    uint64_t after_cr = (masks.cr << 1 | (uint64_t)body->after_cr) & valid;
    uint64_t line_ends = masks.lf & after_cr;
    uint64_t line_starts = line_ends << 1 | (uint64_t)body->at_line_start;
    body->after_cr = (masks.cr >> (length - 1)) & 1;
    body->at_line_start = (line_ends >> (length - 1)) & 1;
    return (struct finding){masks.dot & line_starts, masks.lf ^ after_cr};
}

static struct finding find_in_tail(struct body *body, const char *at, size_t length)
{
    char padded[BLOCK] = {0};
    memcpy(padded, at, length);
    return find(body, masks_of(padded), length);
}

static inline struct finding examine(struct body *body, const char *at, size_t length)
{
    return length < BLOCK ? find_in_tail(body, at, length) : find(body, masks_of(at), BLOCK);
}

enum dot { DOT_STUFFED, DOT_ENDS, DOT_UNCLEAR };

static enum dot dot_of(const char *dot, size_t following)
{
    if (following >= 1 && dot[1] != '\r')
        return DOT_STUFFED;
    if (following < 2)
        return DOT_UNCLEAR;
    return dot[2] == '\n' ? DOT_ENDS : DOT_STUFFED;
}

size_t body_take_dotted(struct body *body, const char *at, size_t length, bool *ret_end)
{
    size_t kept = 0;
    *ret_end = false;
    for (size_t start = 0; start < length; start += BLOCK) {
        size_t block = length - start < BLOCK ? length - start : BLOCK;
        struct finding found = examine(body, at + start, block);
        for (; found.dots != 0; found.dots &= found.dots - 1) {
            size_t bit = (size_t)__builtin_ctzll(found.dots);
            size_t dot = start + bit;
            enum dot meaning = dot_of(at + dot, length - dot - 1);
            keep(body, at + kept, dot - kept);
            kept = dot + 1;
            if (meaning == DOT_STUFFED)
                continue;
            body->broken_ending |= (found.broken & (((uint64_t)1 << bit) - 1)) != 0;
            body->after_cr = false;
            body->at_line_start = true;
            *ret_end = meaning == DOT_ENDS;
            return *ret_end ? dot + 3 : dot;
        }
        body->broken_ending |= found.broken != 0;
    }
    keep(body, at + kept, length - kept);
    return length;
}

void body_take_chunk(struct body *body, const char *at, size_t length)
{
    if (body->strict_chunks) {
        for (size_t start = 0; start < length; start += BLOCK) {
            size_t block = length - start < BLOCK ? length - start : BLOCK;
            body->broken_ending |= examine(body, at + start, block).broken != 0;
        }
    }
    keep(body, at, length);
}

void body_end(struct body *body)
{
    body->broken_ending |= body->after_cr;
}

void body_message_id(const struct body *body, const char **ret_at, size_t *ret_length)
{
    static const char name[] = "message-id:";
    const char *at = body->text.length == 0 ? "" : body->text.at;
    const char *end = at + body->text.length;
    *ret_at = "-";
    *ret_length = 1;
    while (at < end && *at != '\r') {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        if ((size_t)(end - at) > sizeof name && strncasecmp(at, name, sizeof name - 1) == 0) {
            at += sizeof name - 1;
            while (at < end && strchr(" \t\r\n", *at) != NULL && *at != '\0')
                at++;
            const char *id = at;
            while (at < end && (unsigned char)*at > ' ')
                at++;
            if (at > id) {
                *ret_at = id;
                *ret_length = (size_t)(at - id);
            }
            return;
        }
        at = line_end == NULL ? end : line_end + 1;
    }
}
