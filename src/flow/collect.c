/* Collect: fetches what came home and lets each mail have its effect, once. */
#include "flow/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/banned.h"
#include "flow/collect_batch.h"
#include "flow/collect_effect.h"
#include "settings/secret.h"
#include "store/lock.h"
#include "wire/mailbox.h"

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

static bool has_room(const struct collect_options *options, const struct collect_batch *batch,
                     const struct collect_counts *counts)
{
    bool is_enough = options->limit > 0 && counts->taken + batch->count >= options->limit;
    bool is_stopped = options->stop != NULL && *options->stop != 0;
    return batch->count < COLLECT_BATCH && batch->bytes < COLLECT_BATCH_BYTES && !is_enough &&
           !is_stopped;
}

static bool must_end(const struct collect_options *options, const struct collect_counts *counts)
{
    return (options->stop != NULL && *options->stop != 0) ||
           (options->limit > 0 && counts->taken >= options->limit);
}

/* What a person should still look at stays as new as it is. */
static void mark(struct mailbox *mailbox, struct text uid, enum bounce_effect effect)
{
    if (uid.length > 0 && effect != EFFECT_FOR_PEOPLE && effect != EFFECT_UNPROVEN &&
        effect != EFFECT_POISON)
        mailbox_mark(mailbox, uid);
}

static void mark_all(struct mailbox *mailbox, const struct collect_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        mark(mailbox, batch->mails[i].uid, batch->mails[i].bounce.effect);
}

/* Taken by a run that ended before it could delete the mail, or that judged it otherwise. */
static void mark_known(struct mailbox *mailbox, struct text uid, enum bounce_effect effect)
{
    if (mailbox_removes(mailbox))
        mark(mailbox, uid, effect);
}

/* The next mails that were never taken under their name. `ret_more` is false at the end. */
static bool gather(const struct collect_options *options, struct mailbox *mailbox,
                   struct collect_batch *batch, const struct collect_counts *counts, bool *ret_more,
                   struct error *err)
{
    struct mailbox_mail mail;
    *ret_more = true;
    while (has_room(options, batch, counts)) {
        struct bounce_known known = {0};
        bool there = false;
        if (!mailbox_next(mailbox, &batch->arena, &mail, ret_more, err))
            return false;
        if (!*ret_more)
            return true;
        if (mail.uid.length > 0 &&
            !bounce_name_find(options->workspace->store, batch->mailbox, mail.uid, &known, err))
            return false;
        if (known.id != 0) {
            mark_known(mailbox, mail.uid, known.effect);
            continue;
        }
        if (!mailbox_read(mailbox, &batch->arena, &mail, &there, err))
            return false;
        if (there)
            collect_batch_add(batch, &mail);
    }
    return true;
}

static bool walk(const struct collect_options *options, struct mailbox *mailbox, struct text name,
                 struct collect_counts *counts, struct error *err)
{
    COLLECT_BATCH_OF(batch);
    bool more = true;
    while (more) {
        counts->remains = must_end(options, counts);
        if (counts->remains)
            return true;
        collect_batch_clear(&batch, name);
        /* What was gathered before the mailbox failed still counts. */
        bool whole = gather(options, mailbox, &batch, counts, &more, err);
        struct error trouble = *err;
        if (!collect_batch_take(&batch, options, counts, err))
            return false;
        mark_all(mailbox, &batch);
        if (whole)
            continue;
        *err = trouble;
        if (!mailbox_again(mailbox, err))
            return false;
        *err = (struct error){0};
        more = true;
    }
    return true;
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
    bool good = take_lock(workspace, &lock, err) &&
                (workspace->config.bounces.server.is_remote
                     ? connect_to(workspace, &arena, &secret, &mailbox, err)
                     : mailbox_open(url, workspace->root, &mailbox, err));
    if (good) {
        good = walk(options, mailbox, url, ret_counts, err);
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
    COLLECT_BATCH_OF(batch);
    struct mailbox_mail mail;
    *ret_counts = (struct collect_counts){0};
    collect_batch_clear(&batch, TEXT("-"));
    if (!mailbox_read_one(&batch.arena, fd, TEXT("-"), MAILBOX_MAIL, &mail, err))
        return false;
    if (mail.bytes.length == 0)
        return error_set(err, FAULT_FILE, "there is no mail on standard input");
    collect_batch_add(&batch, &mail);
    return collect_batch_take(&batch, options, ret_counts, err);
}
