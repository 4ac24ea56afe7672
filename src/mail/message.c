/* Message: one MIME message laid out in advance. */
#include "mail/message.h"

#include "mail/encode.h"
#include "mail/header.h"
#include "mail/token.h"

#include "base/banned.h"

/* All constants of one message: what a relay would ever take, encoded. */
enum { MESSAGE_CONSTANTS = 64 * 1024 * 1024 };

/* 26 digits of base32: 130 bits. The letter tells the levels apart. */
enum { BOUNDARY_DIGITS = 26, BOUNDARY = BOUNDARY_DIGITS + 8 };

void message_begin(struct message_layout *layout, struct message *message, struct arena *arena)
{
    *message = (struct message){0};
    *layout = (struct message_layout){
        .message = message,
        .arena = arena,
        .pending = BUFFER_INIT(MESSAGE_CONSTANTS),
    };
}

struct buffer *message_constant(struct message_layout *layout)
{
    return &layout->pending;
}

void message_hole(struct message_layout *layout, int hole)
{
    struct message *message = layout->message;
    must(message->count < MESSAGE_STRETCHES);
    message->stretches[message->count++] = (struct message_stretch){
        .constant = arena_text(layout->arena, buffer_text(&layout->pending)),
        .hole = hole,
    };
    buffer_clear(&layout->pending);
}

void message_end(struct message_layout *layout)
{
    if (layout->pending.length > 0)
        message_hole(layout, MESSAGE_HOLE_NONE);
    buffer_free(&layout->pending);
}

static void boundary_of(struct text seed, char level, char boundary[BOUNDARY])
{
    unsigned char digest[DIGEST_SIZE];
    char room[2 * DIGEST_SIZE];
    struct buffer digits = {.at = room, .capacity = sizeof(room), .limit = sizeof(room) - 1};
    digest_of(seed, digest);
    encode_base32(text_from((const char *)digest, DIGEST_SIZE), &digits);
    snprintf(boundary, BOUNDARY, "=_%c_%.*s", level, BOUNDARY_DIGITS, digits.at);
}

static void put_multipart(struct buffer *out, const char *subtype, const char *boundary)
{
    buffer_printf(out, "Content-Type: multipart/%s;\r\n boundary=\"%s\"\r\n", subtype, boundary);
}

static void put_part_begin(struct buffer *out, const char *boundary)
{
    buffer_printf(out, "--%s\r\n", boundary);
}

/*
 * RFC 2046 5.1.1: the CRLF before a delimiter belongs to it. The parts here end at column 0, so it
 * is an empty line, and a soft line break at the end of a part stays a whole one.
 */
static void put_part_end(struct buffer *out)
{
    buffer_append(out, "\r\n", 2);
}

static void put_multipart_end(struct buffer *out, const char *boundary)
{
    buffer_printf(out, "--%s--\r\n", boundary);
}

static void put_body(struct message_layout *layout, const struct message_body *body)
{
    buffer_printf(&layout->pending,
                  "Content-Type: %s; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                  body->type);
    if (body->hole == MESSAGE_HOLE_NONE)
        buffer_add(&layout->pending, body->constant);
    else
        message_hole(layout, body->hole);
    put_part_end(&layout->pending);
}

static void put_alternative(struct message_layout *layout, const struct message_body *bodies,
                            size_t count, struct text seed)
{
    char boundary[BOUNDARY];
    if (count == 1) {
        put_body(layout, &bodies[0]);
        return;
    }
    boundary_of(seed, 'a', boundary);
    put_multipart(&layout->pending, "alternative", boundary);
    put_part_end(&layout->pending);
    for (size_t i = 0; i < count; i++) {
        put_part_begin(&layout->pending, boundary);
        put_body(layout, &bodies[i]);
    }
    put_multipart_end(&layout->pending, boundary);
}

static bool put_attachment(struct buffer *out, const struct message_attachment *attachment,
                           struct error *err)
{
    if (!header_value_check("the name of an attachment", attachment->name, err))
        return false;
    buffer_printf(out, "Content-Type: %.*s\r\nContent-Transfer-Encoding: base64\r\n",
                  TEXT_ARGS(attachment->type));
    buffer_add_string(out, "Content-Disposition: attachment");
    encode_parameter("filename", attachment->name, out);
    buffer_append(out, "\r\n\r\n", 4);
    encode_base64(attachment->bytes, out);
    put_part_end(out);
    return true;
}

static bool put_mixed(struct message_layout *layout, const struct message_body *bodies,
                      size_t count, const struct message_attachment *attachments,
                      size_t attachment_count, struct text seed, struct error *err)
{
    char boundary[BOUNDARY];
    struct buffer *out = &layout->pending;
    boundary_of(seed, 'm', boundary);
    put_multipart(out, "mixed", boundary);
    put_part_end(out);
    put_part_begin(out, boundary);
    put_alternative(layout, bodies, count, seed);
    for (size_t i = 0; i < attachment_count; i++) {
        put_part_begin(out, boundary);
        if (!put_attachment(out, &attachments[i], err))
            return false;
    }
    put_multipart_end(out, boundary);
    return true;
}

bool message_bodies(struct message_layout *layout, const struct message_body *bodies, size_t count,
                    const struct message_attachment *attachments, size_t attachment_count,
                    struct text language, struct text seed, struct error *err)
{
    must(count > 0);
    struct buffer *out = &layout->pending;
    buffer_add_string(out, "MIME-Version: 1.0\r\n");
    if (language.length > 0 && !header_structured(out, "Content-Language", language, err))
        return false;
    if (attachment_count == 0)
        put_alternative(layout, bodies, count, seed);
    else if (!put_mixed(layout, bodies, count, attachments, attachment_count, seed, err))
        return false;
    if (layout->pending.overflowed)
        return error_set(err, FAULT_FILE, "the message is larger than %d MB",
                         MESSAGE_CONSTANTS / (1024 * 1024));
    return true;
}

struct text message_type_of(struct text file_name)
{
    static const struct {
        struct text ending;
        const char *type;
    } types[] = {
        {TEXT_INIT(".pdf"), "application/pdf"},
        {TEXT_INIT(".png"), "image/png"},
        {TEXT_INIT(".jpg"), "image/jpeg"},
        {TEXT_INIT(".jpeg"), "image/jpeg"},
        {TEXT_INIT(".gif"), "image/gif"},
        {TEXT_INIT(".webp"), "image/webp"},
        {TEXT_INIT(".csv"), "text/csv"},
        {TEXT_INIT(".ics"), "text/calendar"},
        {TEXT_INIT(".zip"), "application/zip"},
        {TEXT_INIT(".doc"), "application/msword"},
        {TEXT_INIT(".odt"), "application/vnd.oasis.opendocument.text"},
        {TEXT_INIT(".docx"),
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {TEXT_INIT(".xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {TEXT_INIT(".pptx"),
         "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
        {TEXT_INIT(".mp3"), "audio/mpeg"},
        {TEXT_INIT(".mp4"), "video/mp4"},
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (text_ends_nocase(file_name, types[i].ending))
            return text_of(types[i].type);
    return TEXT("application/octet-stream");
}
