/* SMTP, the writing half: which command may leave now, and in which company. */
#include <string.h>

#include "base/banned.h"
#include "wire/smtp_state.h"

static void put(struct smtp *smtp, struct text bytes, int64_t now_ms)
{
    if (bytes.length == 0)
        return;
    if (smtp->taken == smtp->queued)
        smtp->moved_ms = now_ms;
    smtp->queued += bytes.length;
    if (smtp->piece_count > 0) {
        unsigned last = (smtp->piece_first + smtp->piece_count - 1) % smtp_room(smtp);
        struct text *piece = &smtp->pieces[last];
        if (piece->at + piece->length == bytes.at) {
            piece->length += bytes.length;
            return;
        }
    }
    must(smtp->piece_count < smtp_room(smtp));
    smtp->pieces[(smtp->piece_first + smtp->piece_count++) % smtp_room(smtp)] = bytes;
}

static void expect(struct smtp *smtp, struct slot *slot, enum smtp_step step, int64_t now_ms)
{
    must(smtp->expected_count < smtp_room(smtp));
    if (smtp->expected_count == 0)
        smtp->awaiting_ms = now_ms;
    unsigned at = (smtp->expected_first + smtp->expected_count++) % smtp_room(smtp);
    smtp->expected[at] = (struct expectation){.end = smtp->queued, .step = step, .slot = slot};
    slot->pending++;
}

/* Commands are kept in the slot: adjoining ones become one piece. They are joined by hand: this is
 * done for every message, and printf would be a good part of it. */
static void add(struct slot *slot, struct text bytes)
{
    must(slot->lines_length + bytes.length <= sizeof(slot->lines));
    if (bytes.length > 0)
        memcpy(slot->lines + slot->lines_length, bytes.at, bytes.length);
    slot->lines_length += bytes.length;
}

static void add_number(struct slot *slot, size_t number)
{
    char digits[20];
    size_t first = sizeof(digits);
    do
        digits[--first] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    add(slot, text_from(digits + first, sizeof(digits) - first));
}

/* What was added since `begin` leaves. */
static void put_added(struct smtp *smtp, struct slot *slot, size_t begin, int64_t now_ms)
{
    put(smtp, text_from(slot->lines + begin, slot->lines_length - begin), now_ms);
}

static void put_command(struct smtp *smtp, struct slot *slot, enum smtp_step step, size_t begin,
                        int64_t now_ms)
{
    put_added(smtp, slot, begin, now_ms);
    expect(smtp, slot, step, now_ms);
}

static void issue_rset(struct smtp *smtp, struct slot *slot, int64_t now_ms)
{
    size_t begin = slot->lines_length;
    if (!smtp->dirty)
        return;
    add(slot, TEXT("RSET\r\n"));
    put_command(smtp, slot, STEP_RSET, begin, now_ms);
    smtp->dirty = false;
}

static void issue_mail(struct smtp *smtp, struct slot *slot, int64_t now_ms)
{
    const struct smtp_message *message = &slot->message;
    size_t begin = slot->lines_length;
    add(slot, TEXT("MAIL FROM:<"));
    add(slot, message->from);
    add(slot, TEXT(">"));
    if (smtp->settings.capabilities.size_known) {
        add(slot, TEXT(" SIZE="));
        add_number(slot, message->body.length);
    }
    add(slot, message->eight_bit ? TEXT(" BODY=8BITMIME") : TEXT(""));
    add(slot, message->smtputf8 ? TEXT(" SMTPUTF8") : TEXT(""));
    add(slot, TEXT("\r\n"));
    put_command(smtp, slot, STEP_MAIL, begin, now_ms);
    slot->state = SLOT_ENVELOPE;
}

static void issue_rcpt(struct smtp *smtp, struct slot *slot, int64_t now_ms)
{
    size_t begin = slot->lines_length;
    add(slot, TEXT("RCPT TO:<"));
    add(slot, slot->message.to);
    add(slot, TEXT(">\r\n"));
    put_command(smtp, slot, STEP_RCPT, begin, now_ms);
}

static void issue_data(struct smtp *smtp, struct slot *slot, int64_t now_ms)
{
    size_t begin = slot->lines_length;
    if (smtp->bdat)
        return;
    add(slot, TEXT("DATA\r\n"));
    put_command(smtp, slot, STEP_DATA, begin, now_ms);
}

static void (*const issuers[])(struct smtp *, struct slot *, int64_t) = {
    [STEP_RSET] = issue_rset,
    [STEP_MAIL] = issue_mail,
    [STEP_RCPT] = issue_rcpt,
    [STEP_DATA] = issue_data,
};

/* Without PIPELINING a command waits until the one before it is answered. */
static bool may_issue(const struct smtp *smtp)
{
    return smtp->settings.capabilities.pipelining || smtp->expected_count == 0;
}

static void issue_next(struct smtp *smtp, struct slot *slot, int64_t now_ms)
{
    issuers[slot->next](smtp, slot, now_ms);
    slot->next = slot->next == STEP_DATA ? STEP_ISSUED : slot->next + 1;
}

/* One step of the slot at the cursor; false when it has to wait. */
static bool advance_slot(struct smtp *smtp, struct slot *slot, int64_t now_ms)
{
    bool done = slot->state == SLOT_SPENT && slot->pending == 0;
    if (done || slot->state == SLOT_COMPLETING) {
        smtp->cursor++;
        return true;
    }
    if (slot->state == SLOT_SPENT || slot->answered || slot->next == STEP_ISSUED ||
        smtp->speculative || !may_issue(smtp))
        return false;
    issue_next(smtp, slot, now_ms);
    return true;
}

static void retire_slots(struct smtp *smtp)
{
    while (smtp->head != smtp->cursor && smtp_slot(smtp, smtp->head)->state == SLOT_SPENT &&
           smtp_slot(smtp, smtp->head)->pending == 0)
        smtp->head++;
}

void smtp_advance(struct smtp *smtp, int64_t now_ms)
{
    while (!smtp->over && smtp->cursor != smtp->tail &&
           advance_slot(smtp, smtp_slot(smtp, smtp->cursor), now_ms))
        ;
    retire_slots(smtp);
}

/* True when a line begins with a dot. In blocks without a branch: the compiler makes it wide. */
static bool needs_stuffing(struct text body)
{
    enum { BLOCK = 256 };
    if (body.length > 0 && body.at[0] == '.')
        return true;
    size_t i = 1;
    for (; i + BLOCK <= body.length; i += BLOCK) {
        unsigned char hit = 0;
        for (size_t j = 0; j < BLOCK; j++)
            hit |= (unsigned char)((body.at[i + j - 1] == '\n') & (body.at[i + j] == '.'));
        if (hit)
            return true;
    }
    for (; i < body.length; i++)
        if (body.at[i - 1] == '\n' && body.at[i] == '.')
            return true;
    return false;
}

/* RFC 5321 4.5.2 */
static struct text stuffed(struct slot *slot)
{
    struct text body = slot->message.body;
    if (!needs_stuffing(body))
        return body;
    slot->stuffed.limit = body.length * 2;
    buffer_clear(&slot->stuffed);
    for (size_t i = 0; i < body.length; i++) {
        if (body.at[i] == '.' && (i == 0 || body.at[i - 1] == '\n'))
            buffer_add_byte(&slot->stuffed, '.');
        buffer_add_byte(&slot->stuffed, body.at[i]);
    }
    return buffer_text(&slot->stuffed);
}

static void put_dotted(struct smtp *smtp, struct slot *slot, int64_t now_ms)
{
    struct text body = stuffed(slot);
    put(smtp, body, now_ms);
    if (body.length == 0 || text_ends(body, TEXT("\r\n")))
        put(smtp, TEXT(".\r\n"), now_ms);
    else
        put(smtp, TEXT("\r\n.\r\n"), now_ms);
}

static void put_chunk(struct smtp *smtp, struct slot *slot, int64_t now_ms)
{
    size_t begin = slot->lines_length;
    add(slot, TEXT("BDAT "));
    add_number(slot, slot->message.body.length);
    add(slot, TEXT(" LAST\r\n"));
    put_added(smtp, slot, begin, now_ms);
    put(smtp, slot->message.body, now_ms);
}

void smtp_complete(struct smtp *smtp, struct slot *slot, int64_t now_ms)
{
    if (smtp->speculative)
        while (slot->next != STEP_ISSUED)
            issue_next(smtp, slot, now_ms);
    if (smtp->bdat)
        put_chunk(smtp, slot, now_ms);
    else
        put_dotted(smtp, slot, now_ms);
    expect(smtp, slot, STEP_COMPLETION, now_ms);
    slot->completes_at = smtp->queued;
    slot->state = SLOT_COMPLETING;
    /* RFC 3030 2: after a refused BDAT the state is indeterminate, and the refusal may come when
     * the next envelope is already on its way. So every transaction behind a BDAT begins anew. */
    smtp->dirty = smtp->bdat;
}

void smtp_issue_lone_dot(struct smtp *smtp, struct slot *slot, int64_t now_ms)
{
    put(smtp, TEXT(".\r\n"), now_ms);
    expect(smtp, slot, STEP_LONE_DOT, now_ms);
    smtp->dirty = false;
}

void smtp_issue_quit(struct smtp *smtp)
{
    put(smtp, TEXT("QUIT\r\n"), smtp->moved_ms);
}
