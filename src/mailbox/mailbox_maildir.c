/* Mailbox in a Maildir: one file a mail, named once and for ever. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"
#include "base/memory.h"
#include "mailbox/mailbox_kind.h"
#include "mailbox/mailbox_marker.h"

/* https://cr.yp.to/proto/maildir.html: a delivered mail is in new/, a seen one in cur/ with ":2,"
 * and flags behind its name; the name before the colon never changes. */
struct maildir {
    struct arena arena;
    const char *path;
    int folder;         /* the same, open: names in it are looked up without walking there */
    const char **files; /* "new/NAME", "cur/NAME:2,S"; by NAME, which begins with the time */
    size_t count, capacity, at;
    struct mailbox_marker *marker; /* NULL: nothing was marked yet */
};

static const char *base_of(const char *file)
{
    return file + sizeof("new/") - 1;
}

static struct text uid_of(const char *file)
{
    struct text base = text_of(base_of(file));
    return text_slice(base, 0, text_find_byte(base, ':'));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(base_of(*(const char *const *)a), base_of(*(const char *const *)b));
}

static void keep(struct maildir *maildir, const char *folder, const char *name)
{
    if (maildir->count == maildir->capacity) {
        maildir->capacity = maildir->capacity == 0 ? 256 : maildir->capacity * 2;
        maildir->files = memory_grow(maildir->files, maildir->capacity * sizeof(*maildir->files));
    }
    maildir->files[maildir->count++] = arena_printf(&maildir->arena, "%s/%s", folder, name).at;
}

static bool list(struct maildir *maildir, const char *folder, struct error *err)
{
    ARENA(scratch);
    struct text path = arena_printf(&scratch, "%s/%s", maildir->path, folder);
    DIR *entries = opendir(path.at);
    if (entries == NULL)
        return error_at(err, FAULT_UNREACHABLE, (struct place){.path = path},
                        "cannot be opened: %s; a Maildir has the folders new, cur and tmp",
                        strerror(errno));
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (entry->d_name[0] != '.' && strlen(entry->d_name) <= MAILBOX_UID &&
            maildir->count < MAILBOX_MAILS)
            keep(maildir, folder, entry->d_name);
    closedir(entries);
    return true;
}

static void maildir_close(void *state)
{
    struct maildir *maildir = state;
    mailbox_marker_close(maildir->marker);
    if (maildir->folder >= 0)
        close(maildir->folder);
    memory_free(maildir->files);
    arena_free(&maildir->arena);
    memory_free(maildir);
}

/* new/ before cur/: a mail that another program moves meanwhile is seen twice, never missed. */
static void *maildir_open(const char *path, struct error *err)
{
    struct maildir *maildir = memory_take(sizeof(*maildir));
    maildir->path = arena_string(&maildir->arena, text_of(path));
    maildir->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!list(maildir, "new", err) || !list(maildir, "cur", err)) {
        maildir_close(maildir);
        return NULL;
    }
    if (maildir->count > 0)
        qsort(maildir->files, maildir->count, sizeof(*maildir->files), by_name);
    return maildir;
}

static bool maildir_next(void *state, struct arena *arena, struct mailbox_mail *mail,
                         bool *ret_there, struct error *err)
{
    struct maildir *maildir = state;
    (void)arena, (void)err;
    *ret_there = maildir->at < maildir->count;
    if (*ret_there)
        mail->uid = uid_of(maildir->files[maildir->at++]);
    return true;
}

static int open_file(const struct maildir *maildir, const char *file)
{
    return openat(maildir->folder, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
}

/* A file that went away or is none of ours to read (a folder, a link, another's) is passed over:
 * one such thing must not keep the rest from being read. It is met again by the next run. */
static bool maildir_read(void *state, struct arena *arena, struct mailbox_mail *mail,
                         bool *ret_there, struct error *err)
{
    struct maildir *maildir = state;
    struct stat status;
    struct text uid = mail->uid;
    (void)err;
    must(maildir->at > 0);
    int fd = open_file(maildir, maildir->files[maildir->at - 1]);
    *ret_there = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    if (*ret_there) {
        size_t cap =
            (uint64_t)status.st_size < MAILBOX_MAIL ? (size_t)status.st_size : MAILBOX_MAIL;
        char *bytes = arena_take(arena, cap + 1);
        ssize_t got = pread(fd, bytes, cap, 0);
        *ret_there = got >= 0;
        *mail = (struct mailbox_mail){uid, text_from(bytes, got > 0 ? (size_t)got : 0),
                                      (uint64_t)status.st_size};
    }
    if (fd >= 0)
        close(fd);
    return true;
}

/* A mail in cur/ that is not seen yet (moved there by another program) stays as it is. */
static void maildir_mark(void *state, struct text uid)
{
    struct maildir *maildir = state;
    if (maildir->marker == NULL)
        maildir->marker = mailbox_marker_open(maildir->folder);
    mailbox_marker_add(maildir->marker, uid);
}

/* No person puts a mail back into new/: it is there because a run ended before it marked it. */
static void maildir_mark_again(void *state, struct text uid)
{
    const struct maildir *maildir = state;
    must(maildir->at > 0);
    if (text_starts(text_of(maildir->files[maildir->at - 1]), TEXT("new/")))
        maildir_mark(state, uid);
}

const struct mailbox_kind mailbox_maildir = {
    .open = maildir_open,
    .close = maildir_close,
    .next = maildir_next,
    .read = maildir_read,
    .mark = maildir_mark,
    .mark_again = maildir_mark_again,
};
