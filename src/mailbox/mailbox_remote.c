/*
 * Mailbox on a server: names first, then one mail after the other, through a worker process.
 *
 * A mail whose fetching failed twice, whatever the reason, is passed over until the next run: it
 * stays where it is, and the others go on.
 */
#include <time.h>

#include "base/banned.h"
#include "mailbox/mailbox_kind.h"
#include "mailbox/mailbox_worker.h"

enum {
    FAILURES = 8,       /* without a mail in between; then this run gives up */
    FAILURE_OF_ALL = 4, /* … of one that no single mail can be blamed for */
    CONNECTIONS = 100,  /* of one run */
    PAUSE_SECONDS = 1,  /* before all but the first of them */
    PASSED_OVER = 16,   /* mails of one run */
    MARK_ANSWERS = 5,   /* as slow as one may be; POP3 gives one for each mail */
    WORKER_MS = 10000,  /* beyond the server's time, for a process that is stopped or busy */
};

struct name {
    uint32_t handle; /* on this connection */
    struct text uid; /* for ever; may be empty */
};

struct remote {
    const struct mailbox_server *server;
    struct mailbox_worker *worker; /* NULL: none now */
    struct arena answers;          /* what it said last */
    struct arena arena;            /* the names of this connection */
    struct name *names;
    size_t count, capacity, at, sought; /* `sought`: where the last mark was */
    uint32_t next;                      /* the number to list on from */
    bool listed;
    uint32_t marks[FRAME_MARKS];
    size_t mark_count;
    enum mailbox_trouble trouble;
    bool at_mail; /* it came with a mail */
    unsigned failures, connections;
    char suspect[MAILBOX_UID + 1]; /* the mail whose fetching failed last */
    char passed_over[PASSED_OVER][MAILBOX_UID + 1];
    size_t passed_over_count;
};

/* --- The worker --- */

static bool fail(struct remote *remote, enum mailbox_trouble trouble, struct text words,
                 struct error *err)
{
    remote->trouble = trouble;
    remote->at_mail = false;
    mailbox_worker_end(remote->worker);
    remote->worker = NULL;
    remote->mark_count = 0;
    return mailbox_trouble_say(trouble, remote->server, words, err);
}

/* `times` answers of the server may be waited for. */
static bool ask(struct remote *remote, enum frame_word word, struct text bytes, int times,
                struct frame *ret_answer, struct error *err)
{
    if (remote->worker == NULL)
        return fail(remote, TROUBLE_ENDED, TEXT(""), err);
    arena_clear(&remote->answers);
    enum mailbox_trouble trouble = mailbox_worker_ask(
        remote->worker, word, bytes, remote->server->timeout_ms * times + WORKER_MS,
        &remote->answers, ret_answer);
    return trouble == TROUBLE_NONE || fail(remote, trouble, ret_answer->bytes, err);
}

static void add_string(struct buffer *out, const char *string)
{
    buffer_add(out, text_of(string));
    buffer_add_byte(out, '\0');
}

/* As mailbox_session.c takes it apart. */
static void add_server(struct buffer *out, const struct mailbox_server *server)
{
    const long long numbers[] = {server->protocol, server->port, server->keep, server->timeout_ms};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        buffer_add_number(out, numbers[i]);
        buffer_add_byte(out, '\0');
    }
    add_string(out, server->host);
    add_string(out, server->user);
    add_string(out, server->folder);
    add_string(out, server->ca_file);
    add_string(out, server->secret);
}

/* Connecting, greeting, two words of the login, capabilities, the folder: six answers. */
static bool connect_anew(struct remote *remote, struct error *err)
{
    struct frame done;
    BUFFER(bytes, 32 * 1024);
    arena_clear(&remote->arena);
    remote->count = remote->at = remote->sought = 0;
    remote->next = 1;
    remote->listed = false;
    remote->connections++;
    remote->trouble = TROUBLE_NONE;
    remote->worker = mailbox_worker_start(err);
    if (remote->worker == NULL)
        return false;
    add_server(&bytes, remote->server);
    must(!bytes.overflowed);
    bool good = ask(remote, FRAME_OPEN, buffer_text(&bytes), 6, &done, err);
    memory_wipe(bytes.at, bytes.length);
    return good;
}

static void remote_close(void *state)
{
    struct remote *remote = state;
    mailbox_worker_end(remote->worker);
    memory_free(remote->names);
    arena_free(&remote->answers);
    arena_free(&remote->arena);
    memory_free(remote);
}

void *mailbox_remote_open(const struct mailbox_server *server, struct error *err)
{
    struct remote *remote = memory_take(sizeof(*remote));
    remote->server = server;
    if (connect_anew(remote, err))
        return remote;
    remote_close(remote);
    return NULL;
}

/* --- Marks --- */

static bool send_marks(struct remote *remote, struct error *err)
{
    struct frame done;
    BUFFER(bytes, FRAME_BYTES);
    if (remote->mark_count == 0)
        return true;
    for (size_t i = 0; i < remote->mark_count; i++)
        buffer_printf(&bytes, "%u ", remote->marks[i]);
    remote->mark_count = 0;
    return ask(remote, FRAME_MARK, buffer_text(&bytes), MARK_ANSWERS, &done, err);
}

/* Marks come in the order of the names, so the search goes on where the last one ended. */
static const struct name *find_name(struct remote *remote, struct text uid)
{
    for (size_t i = 0; i < remote->count; i++) {
        size_t at = (remote->sought + i) % remote->count;
        if (!text_equal(remote->names[at].uid, uid))
            continue;
        remote->sought = at;
        return &remote->names[at];
    }
    return NULL;
}

/* What cannot be told now is told by the next run, which finds the mail under its name. */
static void remote_mark(void *state, struct text uid)
{
    struct remote *remote = state;
    struct error ignored;
    const struct name *name = find_name(remote, uid);
    if (name == NULL || remote->worker == NULL)
        return;
    if (remote->mark_count == FRAME_MARKS && !send_marks(remote, &ignored))
        return;
    remote->marks[remote->mark_count++] = name->handle;
}

/* What is kept a person may have shown as unread again, and it stays so. */
static void remote_mark_again(void *state, struct text uid)
{
    const struct remote *remote = state;
    if (!remote->server->keep)
        remote_mark(state, uid);
}

static void remote_finish(void *state)
{
    struct remote *remote = state;
    struct frame done;
    struct error ignored;
    if (remote->worker != NULL && send_marks(remote, &ignored))
        (void)ask(remote, FRAME_CLOSE, TEXT(""), 1, &done, &ignored);
}

/* --- Names --- */

/* RFC 1939 7 lets a name have visible characters only; one with others is none. */
static bool add_name(struct remote *remote, struct text line)
{
    uint64_t handle;
    if (!frame_take_number(&line, ' ', UINT32_MAX, &handle) || line.length > MAILBOX_UID)
        return false;
    if (!text_is_ascii(line) || text_has_control(line, NULL))
        line = TEXT("");
    if (remote->count == remote->capacity) {
        remote->capacity = remote->capacity == 0 ? 256 : remote->capacity * 2;
        remote->names = memory_grow(remote->names, remote->capacity * sizeof(*remote->names));
    }
    remote->names[remote->count++] =
        (struct name){(uint32_t)handle, arena_text(&remote->arena, line)};
    return true;
}

/* One stretch of names; an empty one is the last. */
static bool list_on(struct remote *remote, struct error *err)
{
    ARENA(scratch);
    struct frame said;
    struct text line;
    uint64_t next;
    struct text first = arena_printf(&scratch, "%u\n", remote->next);
    if (!ask(remote, FRAME_LIST, first, 2, &said, err))
        return false;
    bool good = said.word == FRAME_NAMES && frame_take_number(&said.bytes, '\n', UINT32_MAX, &next);
    remote->listed = good && (next <= remote->next || next > MAILBOX_MAILS);
    remote->next = good ? (uint32_t)next : 0;
    while (good && text_take_line(&said.bytes, &line))
        good = add_name(remote, line);
    return good || fail(remote, TROUBLE_WORKER, TEXT("it names mails without sense"), err);
}

static bool is_passed_over(const struct remote *remote, struct text uid)
{
    for (size_t i = 0; i < remote->passed_over_count; i++)
        if (text_equal(uid, text_of(remote->passed_over[i])))
            return true;
    return false;
}

/* All names come before the first mark: what IMAP deletes shifts the numbers it is listed by. */
static bool remote_next(void *state, struct arena *arena, struct mailbox_mail *mail,
                        bool *ret_there, struct error *err)
{
    struct remote *remote = state;
    *ret_there = false;
    while (!remote->listed)
        if (!list_on(remote, err))
            return false;
    while (remote->at < remote->count) {
        struct text uid = remote->names[remote->at++].uid;
        if (is_passed_over(remote, uid))
            continue;
        mail->uid = arena_text(arena, uid);
        *ret_there = true;
        return true;
    }
    return true;
}

/* --- Bytes --- */

/* Failing at one mail twice is the mail's fault: it is left alone until the next run. */
static void suspect(struct remote *remote, struct text uid)
{
    static const int room = sizeof(remote->suspect);
    if (text_equal(uid, text_of(remote->suspect)) && remote->passed_over_count < PASSED_OVER)
        snprintf(remote->passed_over[remote->passed_over_count++], (size_t)room, "%.*s",
                 TEXT_ARGS(uid));
    snprintf(remote->suspect, (size_t)room, "%.*s", TEXT_ARGS(uid));
    remote->at_mail = true;
}

static bool read_frame(const struct frame *said, struct arena *arena, struct mailbox_mail *mail)
{
    struct text bytes = said->bytes;
    if (said->word == FRAME_GONE)
        return true;
    if (said->word != FRAME_MAIL || !frame_take_number(&bytes, '\n', INT64_MAX, &mail->size) ||
        bytes.length > MAILBOX_MAIL)
        return false;
    mail->bytes = arena_text(arena, bytes);
    return true;
}

static bool remote_read(void *state, struct arena *arena, struct mailbox_mail *mail,
                        bool *ret_there, struct error *err)
{
    ARENA(scratch);
    struct remote *remote = state;
    struct frame said;
    must(remote->at > 0);
    bool had_worker = remote->worker != NULL;
    struct text handle = arena_printf(&scratch, "%u\n", remote->names[remote->at - 1].handle);
    if (!ask(remote, FRAME_FETCH, handle, 2, &said, err)) {
        if (had_worker && mail->uid.length > 0)
            suspect(remote, mail->uid);
        return false;
    }
    if (!read_frame(&said, arena, mail))
        return fail(remote, TROUBLE_WORKER, TEXT("it gives a mail without sense"), err);
    *ret_there = said.word == FRAME_MAIL;
    remote->failures = 0;
    return true;
}

/* --- Once more --- */

static bool remote_again(void *state, struct error *err)
{
    struct remote *remote = state;
    const struct timespec pause = {.tv_sec = PAUSE_SECONDS};
    while (mailbox_trouble_passes(remote->trouble) && remote->connections < CONNECTIONS) {
        bool is_first = remote->failures == 0;
        remote->failures += remote->at_mail ? 1 : FAILURE_OF_ALL;
        if (remote->failures >= FAILURES)
            return false;
        if (!is_first)
            nanosleep(&pause, NULL);
        if (connect_anew(remote, err))
            return true;
    }
    return false;
}

static uint64_t remote_passed_over(const void *state)
{
    const struct remote *remote = state;
    return remote->passed_over_count;
}

const struct mailbox_kind mailbox_remote = {
    .close = remote_close,
    .next = remote_next,
    .read = remote_read,
    .mark = remote_mark,
    .mark_again = remote_mark_again,
    .finish = remote_finish,
    .again = remote_again,
    .passed_over = remote_passed_over,
};
