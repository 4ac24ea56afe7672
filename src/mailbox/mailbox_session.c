/* Session: the worker process of a mailbox on a server. */
#include "mailbox/mailbox_session.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/banned.h"
#include "base/confine.h"
#include "mailbox/mailbox_dialogue.h"
#include "mailbox/mailbox_frame.h"

enum { MEMORY = 512 * 1024 * 1024 };

struct session {
    struct arena arena; /* the server's strings */
    struct mailbox_server server;
    const struct mailbox_dialogue *dialogue; /* NULL: not open */
    struct mailbox_stream *stream;
    void *state;
    char words[STREAM_WORDS];
};

/* --- Answers --- */

static bool say(enum frame_word word, const struct buffer *bytes)
{
    return frame_write(SESSION_SOCKET, word, buffer_text(bytes));
}

/* What the server said belongs to what it refused; else its last words were about something else.
 */
static const char *words_of(const struct session *session, enum mailbox_trouble trouble)
{
    bool is_refusal = trouble == TROUBLE_REFUSED || trouble == TROUBLE_NO_LOGIN ||
                      trouble == TROUBLE_BUSY || trouble == TROUBLE_NO_FOLDER ||
                      trouble == TROUBLE_NO_LIST;
    if (session->state != NULL)
        return is_refusal ? session->dialogue->words(session->state) : NULL;
    return session->words;
}

static bool say_trouble(const struct session *session, enum mailbox_trouble trouble)
{
    BUFFER(out, FRAME_BYTES);
    buffer_printf(&out, "%u\n", (unsigned)trouble);
    buffer_add(&out, text_slice(text_of(words_of(session, trouble)), 0, DIALOGUE_LINES));
    return say(FRAME_TROUBLE, &out);
}

static bool say_done(const struct session *session, enum mailbox_trouble trouble)
{
    return trouble != TROUBLE_NONE ? say_trouble(session, trouble)
                                   : frame_write(SESSION_SOCKET, FRAME_DONE, TEXT(""));
}

/* --- What is asked --- */

static bool take_string(struct session *session, struct text *rest, const char **ret_string)
{
    struct text string;
    if (!text_take_until(rest, '\0', &string))
        return false;
    *ret_string = arena_string(&session->arena, string);
    return true;
}

/* As mailbox_remote.c puts it together. */
static bool read_server(struct session *session, struct text bytes)
{
    struct mailbox_server *server = &session->server;
    uint64_t protocol, port, keep, timeout_ms;
    if (!frame_take_number(&bytes, '\0', MAILBOX_POP3S, &protocol) ||
        !frame_take_number(&bytes, '\0', UINT16_MAX, &port) ||
        !frame_take_number(&bytes, '\0', 1, &keep) ||
        !frame_take_number(&bytes, '\0', INT32_MAX, &timeout_ms) ||
        !take_string(session, &bytes, &server->host) ||
        !take_string(session, &bytes, &server->user) ||
        !take_string(session, &bytes, &server->folder) ||
        !take_string(session, &bytes, &server->ca_file) ||
        !take_string(session, &bytes, &server->secret))
        return false;
    server->protocol = (enum mailbox_protocol)protocol;
    server->port = (uint16_t)port;
    server->keep = keep != 0;
    server->timeout_ms = (int64_t)timeout_ms;
    if (server->ca_file[0] == '\0')
        server->ca_file = NULL;
    return true;
}

static bool do_open(struct session *session, struct text bytes)
{
    static const struct mailbox_dialogue *const dialogues[] = {
        [MAILBOX_IMAPS] = &mailbox_imap, [MAILBOX_POP3S] = &mailbox_pop3};
    if (session->dialogue != NULL || !read_server(session, bytes))
        return false;
    session->dialogue = dialogues[session->server.protocol];
    confine_processor(60);
    enum mailbox_trouble trouble =
        mailbox_stream_open(&session->server, &session->stream, session->words);
    if (trouble == TROUBLE_NONE)
        trouble = session->dialogue->open(session->stream, &session->server, &session->state);
    return say_done(session, trouble);
}

static bool do_list(struct session *session, struct text bytes)
{
    uint64_t first;
    uint32_t next = 0;
    BUFFER(names, FRAME_BYTES);
    if (!frame_take_number(&bytes, '\n', UINT32_MAX, &first) || first == 0)
        return false;
    enum mailbox_trouble trouble =
        session->dialogue->list(session->state, (uint32_t)first, &names, &next);
    if (trouble != TROUBLE_NONE)
        return say_trouble(session, trouble);
    BUFFER(out, FRAME_BYTES);
    buffer_printf(&out, "%u\n", next);
    buffer_add(&out, buffer_text(&names));
    return say(FRAME_NAMES, &out);
}

/* On the wire each line ends with CRLF, in a Maildir with LF: the same mail has the same bytes
 * here, by whatever way it came. */
static void drop_returns(struct buffer *mail)
{
    size_t to = 0;
    for (size_t i = 0; i < mail->length; i++)
        if (mail->at[i] != '\r' || i + 1 == mail->length || mail->at[i + 1] != '\n')
            mail->at[to++] = mail->at[i];
    buffer_cut(mail, to);
}

static bool do_fetch(struct session *session, struct text bytes)
{
    uint64_t handle, size = 0;
    bool there = false;
    BUFFER(mail, MAILBOX_MAIL);
    if (!frame_take_number(&bytes, '\n', UINT32_MAX, &handle))
        return false;
    enum mailbox_trouble trouble =
        session->dialogue->fetch(session->state, (uint32_t)handle, &mail, &size, &there);
    if (trouble != TROUBLE_NONE)
        return say_trouble(session, trouble);
    if (!there)
        return frame_write(SESSION_SOCKET, FRAME_GONE, TEXT(""));
    bool is_whole = size == mail.length;
    drop_returns(&mail);
    BUFFER(out, FRAME_BYTES);
    buffer_printf(&out, "%llu\n", (unsigned long long)(is_whole ? mail.length : size));
    buffer_add(&out, buffer_text(&mail));
    return say(FRAME_MAIL, &out);
}

static bool do_mark(struct session *session, struct text bytes)
{
    uint32_t handles[FRAME_MARKS];
    size_t count = 0;
    for (uint64_t handle; bytes.length > 0; handles[count++] = (uint32_t)handle)
        if (count == FRAME_MARKS || !frame_take_number(&bytes, ' ', UINT32_MAX, &handle))
            return false;
    return say_done(session, session->dialogue->mark(session->state, handles, count));
}

static bool do_close(struct session *session, struct text bytes)
{
    (void)bytes;
    session->dialogue->close(session->state);
    (void)say_done(session, TROUBLE_NONE);
    return false;
}

static bool answer(struct session *session, const struct frame *frame)
{
    static bool (*const doers[])(struct session *, struct text) = {
        [FRAME_OPEN] = do_open, [FRAME_LIST] = do_list,   [FRAME_FETCH] = do_fetch,
        [FRAME_MARK] = do_mark, [FRAME_CLOSE] = do_close,
    };
    bool is_asked = frame->word <= FRAME_CLOSE;
    if (!is_asked || (frame->word != FRAME_OPEN && session->state == NULL))
        return false;
    return doers[frame->word](session, frame->bytes);
}

/* --- The process --- */

bool mailbox_session_is_asked(int argc, char **argv)
{
    return argc == 2 && strcmp(argv[1], SESSION_WORD) == 0;
}

/* A group of its own: whoever stops the parent at a terminal stops it when it is ready. */
static void settle_down(void)
{
    confine_sight();
    confine_streams();
    confine_files();
    confine_memory(MEMORY);
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, SIG_IGN); /* sent to all of a service: the parent ends behind the batch */
}

_Noreturn void mailbox_session_run(void)
{
    struct session session = {0};
    int type = 0;
    socklen_t size = sizeof(type);
    if (getsockopt(SESSION_SOCKET, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
        fputs("broadside: mailbox-worker is started by `broadside collect` alone\n", stderr);
        _exit(64);
    }
    settle_down();
    for (bool goes_on = true; goes_on;) {
        ARENA(arena);
        struct frame frame;
        goes_on = frame_read(SESSION_SOCKET, INT64_MAX, &arena, &frame) == FRAME_WHOLE &&
                  answer(&session, &frame);
    }
    _exit(0); /* the system takes all back; libetpan's own end may talk to the server again */
}
