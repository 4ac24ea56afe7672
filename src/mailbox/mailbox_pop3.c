/*
 * Dialogue, POP3 (RFC 1939) by libetpan: USER, PASS, LIST, UIDL, TOP, DELE, QUIT. TOP rather than
 * RETR, which makes a mail read on servers that know both; a server without TOP is asked to RETR.
 *
 * A name is what UIDL says; a server without UIDL gives none, and the bytes alone tell mails apart.
 * What DELE marks is deleted by QUIT, all or nothing: a connection that ends before deletes
 * nothing, and the next run marks again what was taken.
 */
#include <libetpan/mailpop3.h>

#include "base/banned.h"
#include "mailbox/mailbox_dialogue.h"
#include "mailbox/mailbox_frame.h"

enum {
    LISTED = 32 * 1024 * 1024,  /* bytes of the answers to LIST and UIDL together */
    FETCHED = 4 * 1024 * 1024,  /* of one mail */
    TOP_LINES = FETCHED / 1024, /* of a mail that is too long: its lines have at most 998 bytes */
};

struct pop3 {
    struct mailbox_stream *stream;
    mailpop3 *session;
    bool keep;
};

static enum mailbox_trouble trouble_of(const struct pop3 *pop3, int code,
                                       enum mailbox_trouble refused)
{
    enum mailbox_trouble broken = mailbox_stream_trouble(pop3->stream);
    if (broken != TROUBLE_NONE)
        return broken;
    if (code == MAILPOP3_NO_ERROR)
        return TROUBLE_NONE;
    /* Neither +OK nor -ERR leaves libetpan without words. */
    return pop3->session->pop3_response == NULL || code == MAILPOP3_ERROR_STREAM ? TROUBLE_NONSENSE
                                                                                 : refused;
}

static const char *pop3_words(void *state)
{
    const struct pop3 *pop3 = state;
    return pop3->session->pop3_response;
}

/* RFC 2449 8.1, RFC 3206 4: the user and the password may be right all the same. */
static bool is_for_now(const mailpop3 *session)
{
    static const char *const codes[] = {"[IN-USE]", "[LOGIN-DELAY]", "[SYS/"};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (session->pop3_response != NULL &&
            text_starts_nocase(text_of(session->pop3_response), text_of(codes[i])))
            return true;
    return false;
}

/* libetpan cuts a command of more than 512 bytes short, and a space ends a user (RFC 1939 7). */
static bool can_be_said(const struct mailbox_server *server)
{
    return strlen(server->user) <= DIALOGUE_SECRET && strlen(server->secret) <= DIALOGUE_SECRET &&
           strchr(server->user, ' ') == NULL;
}

static enum mailbox_trouble pop3_open(struct mailbox_stream *stream,
                                      const struct mailbox_server *server, void **ret_state)
{
    struct pop3 *pop3 = memory_take(sizeof(*pop3));
    *pop3 = (struct pop3){stream, mailpop3_new(0, NULL), server->keep};
    *ret_state = pop3;
    if (pop3->session == NULL)
        memory_gone();
    if (!can_be_said(server))
        return TROUBLE_UNSENDABLE;
    mailbox_stream_allow(stream, DIALOGUE_LINES);
    int code = mailpop3_connect(pop3->session, mailbox_stream_for_etpan(stream));
    enum mailbox_trouble trouble = trouble_of(pop3, code, TROUBLE_REFUSED);
    if (trouble != TROUBLE_NONE)
        return trouble;
    mailbox_stream_allow(stream, DIALOGUE_LINES);
    code = mailpop3_user(pop3->session, server->user);
    if (code == MAILPOP3_NO_ERROR) {
        mailbox_stream_allow(stream, DIALOGUE_LINES);
        code = mailpop3_pass(pop3->session, server->secret);
    }
    return trouble_of(pop3, code, is_for_now(pop3->session) ? TROUBLE_BUSY : TROUBLE_NO_LOGIN);
}

static void add_names(carray *mails, uint32_t first, struct buffer *names, uint32_t *ret_next)
{
    uint32_t at = first - 1, end = at + FRAME_NAMES_MOST;
    for (; at < carray_count(mails) && at < end; at++) {
        const struct mailpop3_msg_info *mail = carray_get(mails, at);
        struct text name = text_of(mail == NULL ? NULL : mail->msg_uidl);
        if (mail == NULL || mail->msg_deleted)
            continue;
        if (name.length > MAILBOX_UID)
            name = TEXT("");
        buffer_printf(names, "%u %.*s\n", mail->msg_index, TEXT_ARGS(name));
    }
    *ret_next = at + 1;
}

static enum mailbox_trouble pop3_list(void *state, uint32_t first, struct buffer *names,
                                      uint32_t *ret_next)
{
    struct pop3 *pop3 = state;
    carray *mails = NULL;
    mailbox_stream_allow(pop3->stream, LISTED);
    int code = mailpop3_list(pop3->session, &mails);
    enum mailbox_trouble trouble = trouble_of(pop3, code, TROUBLE_NO_LIST);
    if (trouble == TROUBLE_NONE && mails != NULL)
        add_names(mails, first, names, ret_next);
    return trouble;
}

/* All lines when it is short, else the first ones: POP3 knows no bytes. */
static int ask(struct pop3 *pop3, const struct mailpop3_msg_info *info, char **ret_bytes,
               size_t *ret_length)
{
    unsigned lines = info->msg_size <= MAILBOX_MAIL ? MAILBOX_MAIL : TOP_LINES;
    mailbox_stream_allow(pop3->stream, FETCHED + DIALOGUE_LINES);
    int code = mailpop3_top(pop3->session, info->msg_index, lines, ret_bytes, ret_length);
    if (code != MAILPOP3_ERROR_NO_SUCH_MESSAGE || pop3->session->pop3_response == NULL)
        return code;
    mailbox_stream_allow(pop3->stream, FETCHED + DIALOGUE_LINES);
    return mailpop3_retr(pop3->session, info->msg_index, ret_bytes, ret_length);
}

static enum mailbox_trouble pop3_fetch(void *state, uint32_t handle, struct buffer *mail,
                                       uint64_t *ret_size, bool *ret_there)
{
    struct pop3 *pop3 = state;
    struct mailpop3_msg_info *info = NULL;
    char *bytes = NULL;
    size_t length = 0;
    mailbox_stream_allow(pop3->stream, LISTED);
    if (mailpop3_get_msg_info(pop3->session, handle, &info) != MAILPOP3_NO_ERROR)
        return trouble_of(pop3, MAILPOP3_NO_ERROR, TROUBLE_NONE);
    int code = ask(pop3, info, &bytes, &length);
    *ret_there = code == MAILPOP3_NO_ERROR;
    if (*ret_there) {
        buffer_add(mail, text_slice(text_from(bytes, length), 0, MAILBOX_MAIL));
        *ret_size = info->msg_size <= MAILBOX_MAIL ? length : info->msg_size;
        mailpop3_top_free(bytes);
    }
    return trouble_of(pop3, code, TROUBLE_NONE);
}

static enum mailbox_trouble pop3_mark(void *state, const uint32_t *handles, size_t count)
{
    struct pop3 *pop3 = state;
    enum mailbox_trouble trouble = TROUBLE_NONE;
    for (size_t i = 0; i < count && !pop3->keep && trouble == TROUBLE_NONE; i++) {
        mailbox_stream_allow(pop3->stream, DIALOGUE_LINES);
        trouble =
            trouble_of(pop3, mailpop3_dele(pop3->session, (unsigned)handles[i]), TROUBLE_NONE);
    }
    return trouble;
}

static void pop3_close(void *state)
{
    struct pop3 *pop3 = state;
    mailbox_stream_allow(pop3->stream, DIALOGUE_LINES);
    mailpop3_quit(pop3->session);
}

const struct mailbox_dialogue mailbox_pop3 = {
    .open = pop3_open,
    .list = pop3_list,
    .fetch = pop3_fetch,
    .mark = pop3_mark,
    .close = pop3_close,
    .words = pop3_words,
};
