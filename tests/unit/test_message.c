/* Message: what its functions promise. */
#include "check.h"

#include "mail/message.h"

enum { TEXT_HOLE = 3, HTML_HOLE = 5 };

static const struct message_body bodies[] = {
    {.type = "text/plain", .hole = TEXT_HOLE},
    {.type = "text/html", .hole = HTML_HOLE},
};
static const struct message_attachment attachment = {
    TEXT_INIT("toolkit.pdf"), TEXT_INIT("application/pdf"), TEXT_INIT("%PDF")};

static bool lay_out(struct arena *arena, struct message *message, size_t count, size_t attachments,
                    struct text seed)
{
    struct message_layout layout;
    struct error err;
    message_begin(&layout, message, arena);
    buffer_add_string(message_constant(&layout), "Subject: x\r\n");
    bool laid =
        message_bodies(&layout, bodies, count, &attachment, attachments, TEXT("es"), seed, &err);
    message_end(&layout);
    return laid;
}

/* The message with "[n]" in its holes. */
static struct text fill(const struct message *message, struct buffer *out)
{
    for (size_t i = 0; i < message->count; i++) {
        buffer_add(out, message->stretches[i].constant);
        if (message->stretches[i].hole != MESSAGE_HOLE_NONE)
            buffer_printf(out, "[%d]\r\n", message->stretches[i].hole);
    }
    return buffer_text(out);
}

static void one_body(void)
{
    ARENA(arena);
    BUFFER(out, 65536);
    struct message message;
    check("one body is laid out", lay_out(&arena, &message, 1, 0, TEXT("seed")));
    check_text("without a multipart", fill(&message, &out),
               TEXT("Subject: x\r\nMIME-Version: 1.0\r\nContent-Language: es\r\n"
                    "Content-Type: text/plain; charset=utf-8\r\n"
                    "Content-Transfer-Encoding: quoted-printable\r\n\r\n[3]\r\n\r\n"));
}

static void several(void)
{
    ARENA(arena);
    BUFFER(out, 65536);
    BUFFER(again, 65536);
    BUFFER(other, 65536);
    struct message message;
    check("bodies and an attachment", lay_out(&arena, &message, 2, 1, TEXT("seed")));
    check_number("are two holes between three stretches", message.count, 3);
    struct text all = fill(&message, &out);
    size_t mixed = text_find(all, TEXT("multipart/mixed"));
    size_t alternative = text_find(all, TEXT("multipart/alternative"));
    size_t text = text_find(all, TEXT("[3]")), html = text_find(all, TEXT("[5]"));
    size_t file = text_find(all, TEXT("filename=\"toolkit.pdf\"\r\n\r\nJVBERg==\r\n"));
    check("mixed around alternative around text, then HTML, then the file",
          mixed < alternative && alternative < text && text < html && html < file &&
              file != TEXT_NONE);
    lay_out(&arena, &message, 2, 1, TEXT("seed"));
    check_text("the same content has the same bytes", fill(&message, &again), all);
    lay_out(&arena, &message, 2, 1, TEXT("seed2"));
    check("other content has another boundary", !text_equal(fill(&message, &other), all));
}

static void names(void)
{
    ARENA(arena);
    struct message message;
    struct message_layout layout;
    struct error err;
    const struct message_attachment bad = {TEXT_INIT("a\r\nX: y.pdf"), TEXT_INIT("text/csv"), {0}};
    message_begin(&layout, &message, &arena);
    check("a line break in a file name is refused",
          !message_bodies(&layout, bodies, 1, &bad, 1, TEXT("en"), TEXT("s"), &err));
    message_end(&layout);
    check_text("a known ending", message_type_of(TEXT("a.PDF")), TEXT("application/pdf"));
    check_text("an unknown ending", message_type_of(TEXT("a.xyz")),
               TEXT("application/octet-stream"));
}

int main(void)
{
    one_body();
    several();
    names();
    return check_done();
}
