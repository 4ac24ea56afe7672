/* Composition, its header: which fields a message of ours has, in order, and what is in them. */
#include "compose/composition.h"
#include "mail/header.h"

#include "base/banned.h"

static bool put_from(struct composition *composition, struct buffer *out, struct error *err)
{
    const struct composed *composed = composition->composed;
    struct mailbox from = {composed->from_name, composed->from.whole};
    return header_mailboxes(out, "From", &from, 1, err);
}

static bool put_reply_to(struct composition *composition, struct buffer *out, struct error *err)
{
    struct mailbox mailbox = {.address = composition->composed->reply_to.whole};
    return mailbox.address.length == 0 || header_mailboxes(out, "Reply-To", &mailbox, 1, err);
}

/* RFC 2919: the list is the topic, which is what one unsubscribe ends. */
static bool put_list_id(struct composition *composition, struct buffer *out, struct error *err)
{
    const struct campaign *campaign = &composition->composed->campaign;
    struct text topic = campaign->topic.length > 0 ? campaign->topic : campaign->id;
    char identifier[CAMPAIGN_ID + ADDRESS_DOMAIN + 2];
    int length = snprintf(identifier, sizeof(identifier), "%.*s.%.*s", TEXT_ARGS(topic),
                          TEXT_ARGS(composition->composed->from.domain));
    must(length > 0 && (size_t)length < sizeof(identifier));
    return header_list_id(out, campaign->title, text_from(identifier, (size_t)length), err);
}

/* RFC 8058: a POST to the https URL unsubscribes, without a page between. */
static bool put_one_click(struct composition *composition, struct buffer *out, struct error *err)
{
    return !composition->composed->one_click ||
           header_structured(out, "List-Unsubscribe-Post", TEXT("List-Unsubscribe=One-Click"), err);
}

/*
 * RFC 3834 5: "auto-generated" tells vacation programs that no person waits for their answer; a
 * person's reply is as welcome as ever. Precedence says the same to those that are older than the
 * RFC, and is what receivers of bulk mail ask for.
 */
static bool put_automatic(struct composition *composition, struct buffer *out, struct error *err)
{
    (void)composition;
    return header_structured(out, "Precedence", TEXT("bulk"), err) &&
           header_structured(out, "Auto-Submitted", TEXT("auto-generated"), err);
}

static bool fill_date(struct merge *merge, struct buffer *out, struct error *err)
{
    (void)err;
    header_date(out, "Date", merge->stamp->first_attempt_ms);
    return true;
}

/* "First Last", or the organization when its contact has no name. */
static bool fill_to(struct merge *merge, struct buffer *out, struct error *err)
{
    const struct recipient *recipient = merge->recipient;
    struct buffer *name = &merge->composition->composed->line;
    buffer_clear(name);
    buffer_add(name, recipient->first_name);
    if (recipient->first_name.length > 0 && recipient->last_name.length > 0)
        buffer_add_byte(name, ' ');
    buffer_add(name, recipient->last_name);
    if (name->length == 0)
        buffer_add(name, recipient->organization);
    struct mailbox to = {buffer_text(name), recipient->email};
    return header_mailboxes(out, "To", &to, 1, err);
}

static bool fill_subject(struct merge *merge, struct buffer *out, struct error *err)
{
    struct composed *composed = merge->composition->composed;
    buffer_clear(&composed->line);
    return composition_render(merge, PART_SUBJECT, &composed->line, err) &&
           header_text(out, "Subject", text_trim(buffer_text(&composed->line)), err);
}

static bool fill_message_id(struct merge *merge, struct buffer *out, struct error *err)
{
    (void)err;
    const struct composed *composed = merge->composition->composed;
    const struct stamp *stamp = merge->stamp;
    char room[MESSAGE_ID_STRING];
    struct text id = stamp->key == NULL
                         ? TEXT("preview")
                         : token_message_id(stamp->key, composed->campaign.id, stamp->slot,
                                            merge->recipient->key, room);
    buffer_add_string(out, "Message-ID: <");
    buffer_add(out, id);
    buffer_add_byte(out, '@');
    buffer_add(out, composed->from.domain);
    buffer_add_string(out, ">\r\n");
    return true;
}

/* RFC 2369 3.2: the first one is preferred. */
static bool fill_unsubscribe(struct merge *merge, struct buffer *out, struct error *err)
{
    struct composed *composed = merge->composition->composed;
    struct buffer *line = &composed->line;
    buffer_clear(line);
    if (composed->sender.unsubscribe_url.length > 0)
        buffer_printf(line, "<%.*s>", TEXT_ARGS(merge->unsubscribe_url));
    if (merge->unsubscribe_mailto.length > 0)
        buffer_printf(line, "%s<%.*s>", line->length > 0 ? ", " : "",
                      TEXT_ARGS(merge->unsubscribe_mailto));
    return line->length == 0 || header_structured(out, "List-Unsubscribe", buffer_text(line), err);
}

/* Four fields, the sender's last, as Gmail counts complaints: none may hold a colon or a blank. */
static bool fill_feedback(struct merge *merge, struct buffer *out, struct error *err)
{
    struct composed *composed = merge->composition->composed;
    struct text fields[] = {composed->campaign.id, merge->stamp->slot, composed->campaign.topic,
                            composed->sender.feedback_id};
    struct buffer *line = &composed->line;
    buffer_clear(line);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        buffer_add_string(line, i > 0 ? ":" : "");
        for (size_t j = 0; j < fields[i].length; j++) {
            bool unfit = fields[i].at[j] == ':' || fields[i].at[j] == ' ';
            buffer_add_byte(line, unfit ? '.' : fields[i].at[j]);
        }
    }
    return composed->sender.feedback_id.length == 0 ||
           header_structured(out, "Feedback-ID", buffer_text(line), err);
}

/* Our own witness: a bounce that quotes the header proves which delivery it is about. */
static bool fill_trace(struct merge *merge, struct buffer *out, struct error *err)
{
    (void)err;
    buffer_add_string(out, "X-Broadside: ");
    buffer_add(out, merge->trace);
    buffer_add_string(out, "\r\n");
    return true;
}

/* The header from top to bottom: what is constant, and what is filled per reader. */
static const struct {
    bool (*put)(struct composition *composition, struct buffer *out, struct error *err);
    enum hole hole; /* when there is no put */
} rows[] = {
    {NULL, HOLE_DATE},        //
    {put_from, 0},            //
    {NULL, HOLE_TO},          //
    {put_reply_to, 0},        //
    {NULL, HOLE_SUBJECT},     //
    {NULL, HOLE_MESSAGE_ID},  //
    {put_list_id, 0},         //
    {NULL, HOLE_UNSUBSCRIBE}, //
    {put_one_click, 0},       //
    {put_automatic, 0},       //
    {NULL, HOLE_FEEDBACK},    //
    {NULL, HOLE_TRACE},
};

static bool (*const fills[])(struct merge *merge, struct buffer *out, struct error *err) = {
    [HOLE_DATE] = fill_date,
    [HOLE_TO] = fill_to,
    [HOLE_SUBJECT] = fill_subject,
    [HOLE_MESSAGE_ID] = fill_message_id,
    [HOLE_UNSUBSCRIBE] = fill_unsubscribe,
    [HOLE_FEEDBACK] = fill_feedback,
    [HOLE_TRACE] = fill_trace,
};

bool composition_headers(struct composition *composition, struct message_layout *layout,
                         struct error *err)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].put == NULL)
            message_hole(layout, (int)rows[i].hole);
        else if (!rows[i].put(composition, message_constant(layout), err))
            return false;
    }
    return true;
}

bool composition_header_fill(struct merge *merge, enum hole hole, struct buffer *out,
                             struct error *err)
{
    must((size_t)hole < sizeof(fills) / sizeof(fills[0]));
    return fills[hole](merge, out, err);
}
