/* Mailbox: mails that wait to be read, wherever they lie. */
#include "mailbox/mailbox.h"

#include <errno.h>
#include <unistd.h>

#include "base/banned.h"
#include "base/buffer.h"
#include "mailbox/mailbox_kind.h"

struct mailbox {
    const struct mailbox_kind *kind;
    void *state;
};

static struct mailbox *make(const struct mailbox_kind *kind, void *state)
{
    struct mailbox *mailbox = memory_take(sizeof(*mailbox));
    *mailbox = (struct mailbox){kind, state};
    return mailbox;
}

bool mailbox_connect(const struct mailbox_server *server, struct mailbox **ret_mailbox,
                     struct error *err)
{
    void *state = mailbox_remote_open(server, err);
    if (state != NULL)
        *ret_mailbox = make(&mailbox_remote, state);
    return state != NULL;
}

static const struct {
    const char *scheme;
    const struct mailbox_kind *kind;
} kinds[] = {
    {"maildir:", &mailbox_maildir},
    {"mbox:", &mailbox_mbox},
};

bool mailbox_open(struct text url, const char *root, struct mailbox **ret_mailbox,
                  struct error *err)
{
    ARENA(scratch);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct text scheme = text_of(kinds[i].scheme);
        if (!text_starts(url, scheme))
            continue;
        struct text path = text_after(url, scheme.length);
        if (!text_starts(path, TEXT("/")))
            path = arena_printf(&scratch, "%s/%.*s", root, TEXT_ARGS(path));
        void *state = kinds[i].kind->open(arena_string(&scratch, path), err);
        if (state == NULL)
            return false;
        *ret_mailbox = make(kinds[i].kind, state);
        return true;
    }
    return error_set(err, FAULT_CONFIG, "bounces.mailbox: %.*s is no sort of mailbox",
                     TEXT_ARGS(text_slice(url, 0, text_find_byte(url, ':'))));
}

void mailbox_close(struct mailbox *mailbox)
{
    if (mailbox == NULL)
        return;
    if (mailbox->kind->finish != NULL)
        mailbox->kind->finish(mailbox->state);
    mailbox->kind->close(mailbox->state);
    memory_free(mailbox);
}

bool mailbox_is_remote(const struct mailbox *mailbox)
{
    return mailbox->kind == &mailbox_remote;
}

bool mailbox_next(struct mailbox *mailbox, struct arena *arena, struct mailbox_mail *ret_mail,
                  bool *ret_there, struct error *err)
{
    *ret_mail = (struct mailbox_mail){0};
    return mailbox->kind->next(mailbox->state, arena, ret_mail, ret_there, err);
}

bool mailbox_read(struct mailbox *mailbox, struct arena *arena, struct mailbox_mail *mail,
                  bool *ret_there, struct error *err)
{
    *ret_there = true;
    if (mailbox->kind->read == NULL)
        return true;
    return mailbox->kind->read(mailbox->state, arena, mail, ret_there, err);
}

void mailbox_mark(struct mailbox *mailbox, struct text uid)
{
    if (mailbox->kind->mark != NULL)
        mailbox->kind->mark(mailbox->state, uid);
}

void mailbox_mark_again(struct mailbox *mailbox, struct text uid)
{
    if (mailbox->kind->mark_again != NULL)
        mailbox->kind->mark_again(mailbox->state, uid);
}

bool mailbox_again(struct mailbox *mailbox, struct error *err)
{
    return mailbox->kind->again != NULL && mailbox->kind->again(mailbox->state, err);
}

uint64_t mailbox_passed_over(const struct mailbox *mailbox)
{
    return mailbox->kind->passed_over != NULL ? mailbox->kind->passed_over(mailbox->state) : 0;
}

/* Reads to the end although only the head is kept: a mail server whose pipe breaks sends the mail
 * back as a bounce of its own. */
bool mailbox_read_one(struct arena *arena, int fd, struct text name, size_t cap,
                      struct mailbox_mail *ret_mail, struct error *err)
{
    BUFFER(bytes, cap + 1);
    char piece[16 * 1024];
    uint64_t size = 0;
    for (;;) {
        ssize_t got = read(fd, piece, sizeof(piece));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_at(err, FAULT_FILE, (struct place){.path = name}, "cannot be read: %s",
                            strerror(errno));
        if (got == 0)
            break;
        size += (size_t)got;
        size_t room = cap - bytes.length;
        buffer_append(&bytes, piece, (size_t)got < room ? (size_t)got : room);
    }
    *ret_mail =
        (struct mailbox_mail){.bytes = arena_text(arena, buffer_text(&bytes)), .size = size};
    return true;
}
