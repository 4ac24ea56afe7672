/* Mailbox in an mbox file: mails one behind the other, each after a "From " line (RFC 4155). */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/banned.h"
#include "base/buffer.h"
#include "mailbox/mailbox_kind.h"

enum { PIECE = 64 * 1024, FROM_LINE = 5 };

/* Positions change when another program deletes a mail, so they are no names: mails of an mbox are
 * known by their bytes alone. */
struct mbox {
    int fd;
    char piece[PIECE]; /* what was read and not yet taken: from `at` to `end` */
    size_t at, end;
    bool ended;
    bool line_begins; /* the next byte begins a line */
    bool after_blank; /* and the line before it was empty, or there is none */
};

static void mbox_close(void *state)
{
    struct mbox *mbox = state;
    close(mbox->fd); /* and gives the lock back */
    memory_free(mbox);
}

/* Mail servers that deliver here lock by fcntl, dot-lock or both; reading needs only the first: a
 * mail that is being appended would be read in half. */
static bool lock(int fd, const char *path, struct error *err)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_SETLK, &lock) == 0)
        return true;
    return error_at(err, FAULT_REMAINS, (struct place){.path = text_of(path)},
                    "another program is writing to the mailbox: run again later");
}

static void *mbox_open(const char *path, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        error_at(err, FAULT_UNREACHABLE, (struct place){.path = text_of(path)},
                 "cannot be opened: %s", strerror(errno));
        return NULL;
    }
    if (!lock(fd, path, err)) {
        close(fd);
        return NULL;
    }
    struct mbox *mbox = memory_take(sizeof(*mbox));
    mbox->fd = fd;
    mbox->line_begins = mbox->after_blank = true;
    return mbox;
}

/* At least `wanted` bytes in the window, unless the file ends before. */
static bool fill(struct mbox *mbox, size_t wanted, struct error *err)
{
    while (mbox->end - mbox->at < wanted && !mbox->ended) {
        memmove(mbox->piece, mbox->piece + mbox->at, mbox->end - mbox->at);
        mbox->end -= mbox->at;
        mbox->at = 0;
        ssize_t got = read(mbox->fd, mbox->piece + mbox->end, PIECE - mbox->end);
        if (got < 0 && errno != EINTR)
            return error_set(err, FAULT_UNREACHABLE, "the mailbox cannot be read: %s",
                             strerror(errno));
        mbox->ended = got == 0;
        mbox->end += got > 0 ? (size_t)got : 0;
    }
    return true;
}

/* The next piece of a line, with its LF when it is the last. */
static struct text take_piece(struct mbox *mbox)
{
    struct text rest = text_from(mbox->piece + mbox->at, mbox->end - mbox->at);
    size_t newline = text_find_byte(rest, '\n');
    struct text piece = text_slice(rest, 0, newline == TEXT_NONE ? rest.length : newline + 1);
    bool is_blank =
        mbox->line_begins && (text_equal(piece, TEXT("\n")) || text_equal(piece, TEXT("\r\n")));
    mbox->line_begins = newline != TEXT_NONE;
    mbox->after_blank = is_blank;
    mbox->at += piece.length;
    return piece;
}

/* Where a mail begins, and so the one before it ends. */
static bool at_border(const struct mbox *mbox)
{
    struct text rest = text_from(mbox->piece + mbox->at, mbox->end - mbox->at);
    return mbox->line_begins && mbox->after_blank && text_starts(rest, TEXT("From "));
}

static bool skip_border(struct mbox *mbox, struct error *err)
{
    do {
        take_piece(mbox);
        if (!fill(mbox, FROM_LINE, err))
            return false;
    } while (!mbox->line_begins && mbox->at < mbox->end);
    return true;
}

static bool take_mail(struct mbox *mbox, struct buffer *bytes, uint64_t *size, struct error *err)
{
    while (fill(mbox, FROM_LINE, err)) {
        if (mbox->at == mbox->end || at_border(mbox))
            return true;
        struct text piece = take_piece(mbox);
        *size += piece.length;
        buffer_add(bytes, text_slice(piece, 0, MAILBOX_MAIL - bytes->length));
    }
    return false;
}

/* The empty line before the next "From " line is the mailbox's, not the mail's. */
static void drop_separator(struct buffer *bytes, uint64_t *size)
{
    static const struct text ends[] = {TEXT_INIT("\n\r\n"), TEXT_INIT("\n\n")};
    if (*size > bytes->length)
        return;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (!text_ends(buffer_text(bytes), ends[i]))
            continue;
        buffer_cut(bytes, bytes->length - (ends[i].length - 1));
        *size = bytes->length;
        return;
    }
}

static bool mbox_next(void *state, struct arena *arena, struct mailbox_mail *mail, bool *ret_there,
                      struct error *err)
{
    struct mbox *mbox = state;
    BUFFER(bytes, MAILBOX_MAIL + 1);
    *ret_there = false;
    if (!fill(mbox, FROM_LINE, err))
        return false;
    if (mbox->at == mbox->end)
        return true;
    if (!at_border(mbox))
        return error_set(err, FAULT_UNREACHABLE,
                         "bounces.mailbox is no mbox file: it does not begin with a From line");
    if (!skip_border(mbox, err) || !take_mail(mbox, &bytes, &mail->size, err))
        return false;
    drop_separator(&bytes, &mail->size);
    mail->bytes = arena_text(arena, buffer_text(&bytes));
    *ret_there = true;
    return true;
}

const struct mailbox_kind mailbox_mbox = {
    .open = mbox_open,
    .close = mbox_close,
    .next = mbox_next,
};
