/*
 * Dialogue, IMAP (RFC 3501) by libetpan, and only what it reads without harm: LOGIN, SELECT, UID
 * SEARCH, UID FETCH of the first bytes, UID STORE, UID EXPUNGE (RFC 4315).
 *
 * A name is "UIDVALIDITY.UID": the same pair never means another mail (2.3.1.1). A server without
 * UIDVALIDITY gives no names; then the bytes alone tell mails apart.
 */
#include <libetpan/mailimap.h>
#include <libetpan/uidplus.h>

#include "base/banned.h"
#include "mailbox/mailbox_dialogue.h"
#include "mailbox/mailbox_frame.h"

enum { SELECTED = 256 * 1024 /* bytes of the answer to SELECT: it lists flags */ };

struct imap {
    struct mailbox_stream *stream;
    mailimap *session;
    bool keep, can_expunge;
};

/* What libetpan calls an error may be the stream's. */
static enum mailbox_trouble trouble_of(const struct imap *imap, int code,
                                       enum mailbox_trouble refused)
{
    enum mailbox_trouble broken = mailbox_stream_trouble(imap->stream);
    if (broken != TROUBLE_NONE)
        return broken;
    bool no_sense = code == MAILIMAP_ERROR_STREAM || code == MAILIMAP_ERROR_PARSE ||
                    code == MAILIMAP_ERROR_PROTOCOL || code == MAILIMAP_ERROR_FATAL ||
                    code == MAILIMAP_ERROR_MEMORY || code == MAILIMAP_ERROR_BAD_STATE;
    return code <= MAILIMAP_NO_ERROR_NON_AUTHENTICATED ? TROUBLE_NONE
           : no_sense                                  ? TROUBLE_NONSENSE
                                                       : refused;
}

static const char *imap_words(void *state)
{
    const struct imap *imap = state;
    return imap->session->imap_response;
}

/* RFC 5530 3: the user and the password may be right all the same. */
static bool is_for_now(const mailimap *session)
{
    static const char *const codes[] = {"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"};
    const struct mailimap_response_info *said = session->imap_response_info;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (said != NULL && said->rsp_atom != NULL &&
            text_equal_nocase(text_of(said->rsp_atom), text_of(codes[i])))
            return true;
    return false;
}

/* PREAUTH would be somebody else's mailbox: nobody asked for a password. */
static enum mailbox_trouble log_in(struct imap *imap, const struct mailbox_server *server)
{
    mailbox_stream_allow(imap->stream, DIALOGUE_LINES);
    int code = mailimap_connect(imap->session, mailbox_stream_for_etpan(imap->stream));
    enum mailbox_trouble trouble = trouble_of(imap, code, TROUBLE_REFUSED);
    if (trouble != TROUBLE_NONE)
        return trouble;
    if (code == MAILIMAP_NO_ERROR_AUTHENTICATED)
        return TROUBLE_REFUSED;
    mailbox_stream_allow(imap->stream, DIALOGUE_LINES);
    code = mailimap_login(imap->session, server->user, server->secret);
    return trouble_of(imap, code, is_for_now(imap->session) ? TROUBLE_BUSY : TROUBLE_NO_LOGIN);
}

static enum mailbox_trouble ask_capabilities(struct imap *imap)
{
    struct mailimap_capability_data *capabilities = NULL;
    mailbox_stream_allow(imap->stream, DIALOGUE_LINES);
    int code = mailimap_capability(imap->session, &capabilities);
    if (code == MAILIMAP_NO_ERROR && capabilities != NULL) {
        imap->can_expunge = mailimap_has_uidplus(imap->session);
        mailimap_capability_data_free(capabilities);
    }
    return trouble_of(imap, code, TROUBLE_NONE);
}

static enum mailbox_trouble imap_open(struct mailbox_stream *stream,
                                      const struct mailbox_server *server, void **ret_state)
{
    struct imap *imap = memory_take(sizeof(*imap));
    *imap = (struct imap){stream, mailimap_new(0, NULL), server->keep, false};
    *ret_state = imap;
    if (imap->session == NULL)
        memory_gone();
    enum mailbox_trouble trouble = log_in(imap, server);
    if (trouble == TROUBLE_NONE)
        trouble = ask_capabilities(imap);
    if (trouble != TROUBLE_NONE)
        return trouble;
    mailbox_stream_allow(stream, SELECTED);
    trouble = trouble_of(imap, mailimap_select(imap->session, server->folder), TROUBLE_NO_FOLDER);
    return trouble == TROUBLE_NONE && imap->session->imap_selection_info == NULL ? TROUBLE_NONSENSE
                                                                                 : trouble;
}

/* --- Names --- */

static void add_names(const struct imap *imap, clist *found, struct buffer *names)
{
    uint32_t validity = imap->session->imap_selection_info->sel_uidvalidity;
    size_t count = 0;
    for (clistiter *at = clist_begin(found); at != NULL && count < FRAME_NAMES_MOST;
         at = clist_next(at), count++) {
        uint32_t uid = *(const uint32_t *)clist_content(at);
        if (validity != 0)
            buffer_printf(names, "%u %u.%u\n", uid, validity, uid);
        else
            buffer_printf(names, "%u \n", uid);
    }
}

/* By sequence number, a stretch at a time, so that no answer is long. A mail that another program
 * expunges meanwhile shifts the numbers: one may be passed over, and is met by the next run. */
static enum mailbox_trouble imap_list(void *state, uint32_t first, struct buffer *names,
                                      uint32_t *ret_next)
{
    struct imap *imap = state;
    clist *found = NULL;
    uint32_t exists = imap->session->imap_selection_info->sel_exists;
    *ret_next = first;
    if (first > exists)
        return TROUBLE_NONE;
    uint32_t last = exists - first < FRAME_NAMES_MOST ? exists : first + FRAME_NAMES_MOST - 1;
    *ret_next = last + 1;
    struct mailimap_search_key key = {.sk_type = MAILIMAP_SEARCH_KEY_SET};
    key.sk_data.sk_set = mailimap_set_new_interval(first, last);
    mailbox_stream_allow(imap->stream, DIALOGUE_LINES);
    int code = mailimap_uid_search(imap->session, NULL, &key, &found);
    mailimap_set_free(key.sk_data.sk_set);
    if (code == MAILIMAP_NO_ERROR && found != NULL) {
        add_names(imap, found, names);
        mailimap_search_result_free(found);
    }
    return trouble_of(imap, code, TROUBLE_NO_LIST);
}

/* --- Bytes --- */

/* The items of one answer to FETCH: are they about our mail, and what is in them? */
static bool take_items(clist *items, uint32_t uid, struct buffer *mail, uint64_t *size)
{
    bool is_ours = false;
    for (clistiter *at = clist_begin(items); at != NULL; at = clist_next(at)) {
        const struct mailimap_msg_att_item *item = clist_content(at);
        if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC)
            continue;
        const struct mailimap_msg_att_static *said = item->att_data.att_static;
        if (said->att_type == MAILIMAP_MSG_ATT_UID)
            is_ours = said->att_data.att_uid == uid;
        else if (said->att_type == MAILIMAP_MSG_ATT_RFC822_SIZE)
            *size = said->att_data.att_rfc822_size;
        else if (said->att_type == MAILIMAP_MSG_ATT_BODY_SECTION) {
            const struct mailimap_msg_att_body_section *part = said->att_data.att_body_section;
            buffer_clear(mail);
            buffer_add(mail, text_slice(text_from(part->sec_body_part, part->sec_length), 0,
                                        MAILBOX_MAIL));
        }
    }
    return is_ours;
}

/* A server may tell of other mails in between. */
static bool take_answer(clist *answers, uint32_t uid, struct buffer *mail, uint64_t *size)
{
    for (clistiter *at = clist_begin(answers); at != NULL; at = clist_next(at)) {
        const struct mailimap_msg_att *answer = clist_content(at);
        if (take_items(answer->att_list, uid, mail, size))
            return true;
    }
    return false;
}

static enum mailbox_trouble ask(struct imap *imap, uint32_t uid, struct mailimap_fetch_att *what,
                                struct buffer *mail, uint64_t *size, bool *ret_there)
{
    clist *answers = NULL;
    struct mailimap_set *set = mailimap_set_new_single(uid);
    struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att(what);
    mailbox_stream_allow(imap->stream, MAILBOX_MAIL + DIALOGUE_LINES);
    int code = mailimap_uid_fetch(imap->session, set, type, &answers);
    *ret_there =
        code == MAILIMAP_NO_ERROR && answers != NULL && take_answer(answers, uid, mail, size);
    if (answers != NULL && code == MAILIMAP_NO_ERROR)
        mailimap_fetch_list_free(answers);
    mailimap_fetch_type_free(type);
    mailimap_set_free(set);
    return trouble_of(imap, code, TROUBLE_NONE);
}

/* The size is asked for only when the mail is longer than what we read of it. */
static enum mailbox_trouble imap_fetch(void *state, uint32_t handle, struct buffer *mail,
                                       uint64_t *ret_size, bool *ret_there)
{
    struct imap *imap = state;
    enum mailbox_trouble trouble = ask(imap, handle,
                                       mailimap_fetch_att_new_body_peek_section_partial(
                                           mailimap_section_new(NULL), 0, MAILBOX_MAIL),
                                       mail, ret_size, ret_there);
    *ret_size = mail->length;
    if (trouble != TROUBLE_NONE || !*ret_there || mail->length < MAILBOX_MAIL)
        return trouble;
    BUFFER(nothing, MAILBOX_MAIL);
    return ask(imap, handle, mailimap_fetch_att_new_rfc822_size(), &nothing, ret_size, ret_there);
}

/* --- Marks --- */

static enum mailbox_trouble add_flag(struct imap *imap, struct mailimap_set *set,
                                     struct mailimap_flag *flag)
{
    struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
    mailimap_flag_list_add(flags, flag);
    struct mailimap_store_att_flags *change = mailimap_store_att_flags_new_add_flags_silent(flags);
    mailbox_stream_allow(imap->stream, MAILBOX_MAIL);
    int code = mailimap_uid_store(imap->session, set, change);
    mailimap_store_att_flags_free(change);
    return trouble_of(imap, code, TROUBLE_NONE);
}

/* Without UIDPLUS an EXPUNGE would also remove what others flagged; then the flag must do. */
static enum mailbox_trouble imap_mark(void *state, const uint32_t *handles, size_t count)
{
    struct imap *imap = state;
    struct mailimap_set *set = mailimap_set_new_empty();
    for (size_t i = 0; i < count; i++)
        mailimap_set_add_single(set, handles[i]);
    enum mailbox_trouble trouble =
        add_flag(imap, set, imap->keep ? mailimap_flag_new_seen() : mailimap_flag_new_deleted());
    if (trouble == TROUBLE_NONE && !imap->keep && imap->can_expunge) {
        mailbox_stream_allow(imap->stream, MAILBOX_MAIL);
        trouble = trouble_of(imap, mailimap_uid_expunge(imap->session, set), TROUBLE_NONE);
    }
    mailimap_set_free(set);
    return trouble;
}

/* Not CLOSE, which expunges (6.4.2). */
static void imap_close(void *state)
{
    struct imap *imap = state;
    mailbox_stream_allow(imap->stream, DIALOGUE_LINES);
    mailimap_logout(imap->session);
}

const struct mailbox_dialogue mailbox_imap = {
    .open = imap_open,
    .list = imap_list,
    .fetch = imap_fetch,
    .mark = imap_mark,
    .close = imap_close,
    .words = imap_words,
};
