/* Mailbox: whatever lies in a mailbox is walked once, read in a capped way and never changed. */
#include "check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "mailbox/mailbox.h"

static char folder[] = "/tmp/broadside-mailbox-XXXXXX";

static const char *at(struct arena *arena, const char *name)
{
    return arena_printf(arena, "%s/%s", folder, name).at;
}

static void put(const char *name, struct text content)
{
    ARENA(arena);
    FILE *file = fopen(at(&arena, name), "w");
    must(file != NULL && fwrite(content.at, 1, content.length, file) == content.length &&
         fclose(file) == 0);
}

/* All mails, each as "[uid:bytes]". */
static bool walk(const char *url, struct buffer *out, struct error *err)
{
    ARENA(arena);
    struct mailbox *mailbox;
    struct mailbox_mail mail;
    bool there = true, good;
    if (!mailbox_open(text_of(url), folder, &mailbox, err))
        return false;
    while ((good = mailbox_next(mailbox, &arena, &mail, &there, err)) && there) {
        good = mailbox_read(mailbox, &arena, &mail, &there, err);
        if (good && there)
            buffer_printf(out, "[%.*s:%.*s]", TEXT_ARGS(mail.uid), TEXT_ARGS(mail.bytes));
    }
    mailbox_close(mailbox);
    return good;
}

static const struct {
    const char *promise, *content, *mails;
} boxes[] = {
    {"an empty file has no mail", "", ""},
    {"one mail", "From x\nSubject: a\n\nb\n", "[:Subject: a\n\nb\n]"},
    {"the empty line between two is no mail's", "From x\na\n\nFrom y\nb\n\n", "[:a\n][:b\n]"},
    {"with CRLF too", "From x\r\na\r\n\r\nFrom y\r\nb\r\n", "[:a\r\n][:b\r\n]"},
    {"From within a paragraph is text", "From x\na\nFrom here on\n", "[:a\nFrom here on\n]"},
    {"a mail may be empty", "From x\n\nFrom y\nb\n", "[:\n][:b\n]"},
    {"the end may be missing", "From x\na", "[:a]"},
    {"or be in the middle of a From line", "From x", "[:]"},
};

static void reads_mbox(void)
{
    for (size_t i = 0; i < COUNT_OF(boxes); i++) {
        BUFFER(out, 4096);
        struct error err;
        put("box", text_of(boxes[i].content));
        check(boxes[i].promise, walk("mbox:box", &out, &err));
        check_text(boxes[i].promise, buffer_text(&out), text_of(boxes[i].mails));
    }
    BUFFER(out, 4096);
    struct error err;
    put("box", TEXT("Subject: none\n\nFrom x\n"));
    check("what does not begin with From is no mbox", !walk("mbox:box", &out, &err));
    check("and a box that is not there says so",
          !walk("mbox:none", &out, &err) && err.fault == FAULT_UNREACHABLE);
}

static void caps_a_mail(void)
{
    ARENA(arena);
    BUFFER(big, 8 * 1024 * 1024);
    struct mailbox *mailbox;
    struct mailbox_mail mail;
    struct error err;
    bool there = false;
    buffer_add_string(&big, "From x\n");
    buffer_add_repeated(&big, 'a', 3 * MAILBOX_MAIL);
    buffer_add_string(&big, "\n\nFrom y\nb\n");
    put("box", buffer_text(&big));
    must(mailbox_open(TEXT("mbox:box"), folder, &mailbox, &err));
    must(mailbox_next(mailbox, &arena, &mail, &there, &err) && there);
    check_number("of a huge mail the head is read", mail.bytes.length, MAILBOX_MAIL);
    check_number("and its size is known", mail.size, 3 * MAILBOX_MAIL + 2);
    must(mailbox_next(mailbox, &arena, &mail, &there, &err) && there);
    check_text("the one behind it is whole", mail.bytes, TEXT("b\n"));
    mailbox_close(mailbox);
}

static void reads_maildir(void)
{
    ARENA(arena);
    static const char *const folders[] = {"md", "md/new", "md/cur", "md/tmp", "md/new/4.folder"};
    BUFFER(out, 4096);
    struct error err;
    for (size_t i = 0; i < COUNT_OF(folders); i++)
        must(mkdir(at(&arena, folders[i]), 0700) == 0);
    put("md/new/3.c", TEXT("three"));
    put("md/new/1.a", TEXT("one"));
    put("md/cur/2.b:2,RS", TEXT("two"));
    put("md/new/.hidden", TEXT("no"));
    put("md/tmp/0.z", TEXT("being delivered"));
    must(symlink("/etc/passwd", at(&arena, "md/new/5.link")) == 0);
    check("a Maildir is walked", walk("maildir:md", &out, &err));
    check_text("by age, flags or not, mails alone", buffer_text(&out),
               TEXT("[1.a:one][2.b:two][3.c:three]"));
    buffer_clear(&out);
    check("again it is the same: nothing was moved", walk("maildir:md", &out, &err));
    check_text("in the same order", buffer_text(&out), TEXT("[1.a:one][2.b:two][3.c:three]"));

    struct mailbox *mailbox;
    must(mailbox_open(TEXT("maildir:md"), folder, &mailbox, &err));
    mailbox_mark(mailbox, TEXT("1.a"));
    mailbox_mark(mailbox, TEXT("2.b"));
    mailbox_mark(mailbox, TEXT("9.nobody"));
    mailbox_close(mailbox);
    check("a marked mail is seen", access(at(&arena, "md/cur/1.a:2,S"), F_OK) == 0);
    check("flags that were there stay", access(at(&arena, "md/cur/2.b:2,RS"), F_OK) == 0);
    buffer_clear(&out);
    check("and is still there", walk("maildir:md", &out, &err));
    check_text("under its name", buffer_text(&out), TEXT("[1.a:one][2.b:two][3.c:three]"));
}

static void make_maildir(const char *name)
{
    ARENA(arena);
    static const char *const parts[] = {"", "/new", "/cur", "/tmp"};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        must(mkdir(arena_printf(&arena, "%s/%s%s", folder, name, parts[i]).at, 0700) == 0);
}

static void marks_many(void)
{
    enum { MANY = 3000 };
    ARENA(arena);
    struct mailbox *mailbox;
    struct error err;
    size_t seen = 0;
    make_maildir("many");
    for (size_t i = 0; i < MANY; i++)
        put(arena_printf(&arena, "many/new/%zu.x", i).at, TEXT("mail"));
    must(mailbox_open(TEXT("maildir:many"), folder, &mailbox, &err));
    for (size_t i = 0; i < MANY; i++)
        mailbox_mark(mailbox, arena_printf(&arena, "%zu.x", i));
    mailbox_close(mailbox);
    for (size_t i = 0; i < MANY; i++) {
        const char *name = arena_printf(&arena, "many/cur/%zu.x:2,S", i).at;
        seen += access(at(&arena, name), F_OK) == 0;
    }
    check_number("once it is closed all are seen that were marked", seen, MANY);
}

static void marks_again(void)
{
    ARENA(arena);
    struct mailbox *mailbox;
    struct mailbox_mail mail;
    struct error err;
    bool there = true;
    make_maildir("again");
    put("again/new/1.a", TEXT("one"));
    put("again/cur/2.b:2,", TEXT("two"));
    must(mailbox_open(TEXT("maildir:again"), folder, &mailbox, &err));
    while (mailbox_next(mailbox, &arena, &mail, &there, &err) && there)
        mailbox_mark_again(mailbox, mail.uid);
    mailbox_close(mailbox);
    check("what a run left in new/ is seen", access(at(&arena, "again/cur/1.a:2,S"), F_OK) == 0);
    check("what a person shows as unread stays so",
          access(at(&arena, "again/cur/2.b:2,"), F_OK) == 0);
}

int main(void)
{
    must(mkdtemp(folder) != NULL);
    reads_mbox();
    caps_a_mail();
    reads_maildir();
    marks_many();
    marks_again();
    ARENA(arena);
    check("the test cleans up",
          system(arena_printf(&arena, "rm -rf %s", folder).at) == 0); /* a name of our own */
    return check_done();
}
