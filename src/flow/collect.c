/* Collect: fetches what came home and lets each mail have its effect, once. */
#include "flow/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/banned.h"
#include "flow/collect_batch.h"
#include "flow/collect_effect.h"
#include "mailbox/mailbox.h"
#include "settings/secret.h"
#include "store/lock.h"

/* --- One `collect` at a mailbox --- */

static void unlock(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static bool take_lock(const struct workspace *workspace, int *ret_fd, struct error *err)
{
    ARENA(scratch);
    const char *path = arena_printf(&scratch, "%s/collect.lock", workspace->var).at;
    *ret_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*ret_fd < 0)
        return error_at(err, FAULT_CREATE, (struct place){.path = text_of(path)},
                        "cannot be created: %s", strerror(errno));
    if (flock(*ret_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    return error_set(err, FAULT_REMAINS,
                     "another `broadside collect` is at the mailbox; this one left it alone");
}

/* The log of the database grows until who holds the dispatcher's lock empties it. */
static void checkpoint(const struct collect_options *options)
{
    struct lock *lock = NULL;
    struct error ignored;
    struct store *store = options->workspace->store;
    if (!lock_take(store, clock_wall_ms(options->clock), &lock, &ignored) || lock == NULL)
        return;
    store_checkpoint(store, lock, true, &ignored);
    lock_release(lock);
}

/* --- Walking --- */

/* Two batches: one is read and then taken while the next one is gathered and then read. */
struct walk {
    const struct collect_options *options;
    struct mailbox *mailbox;
    struct collect_counts *counts;
    struct collect_reader *reader;
    struct collect_batch *now, *next;
    bool more; /* in the mailbox */
};

static void walk_free(struct walk *walk)
{
    collect_batch_close(walk->now);
    collect_batch_close(walk->next);
}

static bool has_room(const struct walk *walk)
{
    uint64_t limit = walk->options->limit;
    const struct collect_batch *batch = walk->next;
    bool is_enough = limit > 0 && walk->counts->taken + walk->now->count + batch->count >= limit;
    bool is_stopped = walk->options->stop != NULL && *walk->options->stop != 0;
    return batch->count < COLLECT_BATCH && batch->bytes < COLLECT_BATCH_BYTES && !is_enough &&
           !is_stopped;
}

static bool must_end(const struct walk *walk)
{
    const struct collect_options *options = walk->options;
    return (options->stop != NULL && *options->stop != 0) ||
           (options->limit > 0 && walk->counts->taken >= options->limit);
}

/* What a person should still look at stays as new as it is. */
static bool is_done_with(enum bounce_effect effect)
{
    return effect != EFFECT_FOR_PEOPLE && effect != EFFECT_UNPROVEN && effect != EFFECT_POISON;
}

static void mark_all(struct mailbox *mailbox, const struct collect_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->mails[i].uid.length > 0 && is_done_with(batch->mails[i].bounce.effect))
            mailbox_mark(mailbox, batch->mails[i].uid);
}

/* The next mails that were never taken under their name. */
static bool gather_here(struct walk *walk, struct error *err)
{
    struct mailbox_mail mail;
    struct collect_batch *batch = walk->next;
    while (has_room(walk)) {
        struct bounce_known known = {0};
        bool there = false;
        if (!mailbox_next(walk->mailbox, &batch->arena, &mail, &walk->more, err))
            return false;
        if (!walk->more)
            return true;
        if (mail.uid.length > 0 && !bounce_name_find(walk->options->workspace->store,
                                                     batch->mailbox, mail.uid, &known, err))
            return false;
        if (known.id != 0) {
            if (is_done_with(known.effect))
                mailbox_mark_again(walk->mailbox, mail.uid);
            continue;
        }
        if (!mailbox_read(walk->mailbox, &batch->arena, &mail, &there, err))
            return false;
        if (there)
            collect_batch_add(batch, &mail);
    }
    return true;
}

/* A snapshot of the database keeps its log from being emptied, so it waits for no server. */
static bool gather(struct walk *walk, struct error *err)
{
    struct store *store = walk->options->workspace->store;
    if (mailbox_is_remote(walk->mailbox))
        return gather_here(walk, err);
    return bounce_begin_look(store, err) && bounce_end(store, gather_here(walk, err), err);
}

/* The next batch is being read while this one is made durable. */
static bool take(struct walk *walk, struct error *err)
{
    struct collect_batch *taken = walk->now;
    if (!collect_batch_end(taken, walk->reader->trial, err))
        return false;
    collect_batch_begin(walk->next, walk->reader->trial);
    if (!collect_batch_take(taken, walk->counts, err))
        return false;
    mark_all(walk->mailbox, taken);
    collect_batch_clear(taken);
    walk->now = walk->next;
    walk->next = taken;
    return true;
}

/* What was gathered before the mailbox failed still counts. */
static bool walk_on(struct walk *walk, struct error *err)
{
    struct error trouble = {0};
    bool whole = true;
    for (;;) {
        bool ends = must_end(walk);
        walk->counts->remains = walk->more && ends;
        if (whole && walk->more && !ends)
            whole = gather(walk, &trouble);
        if (!take(walk, err))
            return false;
        if (walk->now->count > 0)
            continue; /* it is being read */
        if (whole && (ends || !walk->more))
            return true;
        *err = trouble;
        if (!whole && !mailbox_again(walk->mailbox, err))
            return false;
        *err = (struct error){0};
        walk->more = walk->more || !whole;
        whole = true;
    }
}

static bool walk(const struct collect_options *options, struct collect_reader *reader,
                 struct mailbox *mailbox, struct text name, struct collect_counts *counts,
                 struct error *err)
{
    __attribute__((cleanup(walk_free))) struct walk walk = {
        .options = options,
        .mailbox = mailbox,
        .counts = counts,
        .reader = reader,
        .now = collect_batch_open(options, name),
        .next = collect_batch_open(options, name),
        .more = true,
    };
    return walk_on(&walk, err);
}

/* --- Opening --- */

static const char *string_or_null(struct arena *arena, struct text text)
{
    return text.length > 0 ? arena_string(arena, text) : NULL;
}

static bool connect_to(const struct workspace *workspace, struct arena *arena,
                       struct secret **ret_secret, struct mailbox **ret_mailbox, struct error *err)
{
    const struct bounce_config *bounces = &workspace->config.bounces;
    struct mailbox_server *server = arena_new(arena, struct mailbox_server);
    *ret_secret = secret_open(&bounces->password, workspace->root, err);
    if (*ret_secret == NULL)
        return false;
    *server = (struct mailbox_server){
        .url = arena_string(arena, bounces->mailbox),
        .protocol = bounces->server.is_pop3 ? MAILBOX_POP3S : MAILBOX_IMAPS,
        .host = arena_string(arena, bounces->server.host),
        .port = bounces->server.port,
        .user = arena_string(arena, bounces->server.user),
        .secret = secret_reveal(*ret_secret),
        .folder = arena_string(arena, bounces->server.folder),
        .ca_file = string_or_null(arena, bounces->ca_file),
        .timeout_ms = bounces->timeout_ms,
        .keep = bounces->keep,
    };
    return mailbox_connect(server, ret_mailbox, err);
}

/* What could not be read this time waits where it is. */
static void tell_passed_over(const struct collect_options *options, const struct mailbox *mailbox,
                             struct collect_counts *counts)
{
    uint64_t count = mailbox_passed_over(mailbox);
    if (count == 0)
        return;
    counts->remains = true;
    log_warning(options->log,
                "%llu mails could not be fetched and were left in the mailbox; the next run tries "
                "them again",
                (unsigned long long)count);
}

bool collect_mailbox(const struct collect_options *options, struct collect_counts *ret_counts,
                     struct error *err)
{
    __attribute__((cleanup(unlock))) int lock = -1;
    const struct workspace *workspace = options->workspace;
    struct text url = workspace->config.bounces.mailbox;
    struct mailbox *mailbox = NULL;
    *ret_counts = (struct collect_counts){0};
    if (url.length == 0)
        return error_set(err, FAULT_CONFIG,
                         "no mailbox is configured: write bounces.mailbox, or pipe one mail to "
                         "`broadside collect -`");
    ARENA(arena);
    struct secret *secret = NULL;
    /* Before the password is there: it never was in the memory of who reads strangers' mails. */
    __attribute__((cleanup(collect_reader_close))) struct collect_reader reader = {0};
    bool good = take_lock(workspace, &lock, err) &&
                collect_reader_open(&reader, options->workspace, err) &&
                (workspace->config.bounces.server.is_remote
                     ? connect_to(workspace, &arena, &secret, &mailbox, err)
                     : mailbox_open(url, workspace->root, &mailbox, err));
    if (good) {
        good = walk(options, &reader, mailbox, url, ret_counts, err);
        tell_passed_over(options, mailbox, ret_counts);
        mailbox_close(mailbox);
        checkpoint(options);
    }
    secret_close(secret);
    return good;
}

bool collect_one(const struct collect_options *options, int fd, struct collect_counts *ret_counts,
                 struct error *err)
{
    __attribute__((cleanup(collect_reader_close))) struct collect_reader reader = {0};
    __attribute__((cleanup(walk_free))) struct walk one = {
        .now = collect_batch_open(options, TEXT("-"))};
    struct mailbox_mail mail;
    *ret_counts = (struct collect_counts){0};
    if (!mailbox_read_one(&one.now->arena, fd, TEXT("-"), MAILBOX_MAIL, &mail, err))
        return false;
    if (mail.bytes.length == 0)
        return error_set(err, FAULT_FILE, "there is no mail on standard input");
    collect_batch_add(one.now, &mail);
    if (!collect_reader_open(&reader, options->workspace, err))
        return false;
    collect_batch_begin(one.now, reader.trial);
    return collect_batch_end(one.now, reader.trial, err) &&
           collect_batch_take(one.now, ret_counts, err);
}
