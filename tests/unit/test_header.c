/* Header: what its functions promise. */
#include "check.h"

#include "mail/header.h"

#define TEN "0123456789"
#define WORDS "every student in this state deserves a pathway "

static const struct {
    const char *promise, *value, *field;
} text_cases[] = {
    {"ASCII stands as it is", "Hello there", "Subject: Hello there\r\n"},
    {"nothing is an empty field", "", "Subject:\r\n"},
    {"an accent is an encoded word", "Educaci\xC3\xB3n", "Subject: =?UTF-8?Q?Educaci=C3=B3n?=\r\n"},
    {"long text is folded at a blank", WORDS WORDS "at last",
     "Subject: " WORDS "every student in this\r\n state deserves a pathway at last\r\n"},
    {"what looks like an encoded word is encoded",
     "=?UTF-8?Q?x?=", "Subject: =?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=\r\n"},
    {"two blanks are kept", "a  b", "Subject: =?UTF-8?Q?a__b?=\r\n"},
    {"a word without a blank is cut as encoded words", TEN TEN TEN TEN TEN TEN TEN TEN,
     "Subject: =?UTF-8?Q?" TEN TEN TEN TEN TEN "01234?=\r\n =?UTF-8?Q?56789" TEN TEN "?=\r\n"},
};

static const struct {
    const char *promise, *display, *field;
} mailbox_cases[] = {
    {"without a name the address is bare", "", "To: a@example.org\r\n"},
    {"atoms need no quotes", "Robin Example", "To: Robin Example <a@example.org>\r\n"},
    {"a comma needs quotes", "Example, Robin", "To: \"Example, Robin\" <a@example.org>\r\n"},
    {"a quote in it is escaped", "Robin \"R\" E", "To: \"Robin \\\"R\\\" E\" <a@example.org>\r\n"},
    {"an @ in a name needs quotes", "a@b", "To: \"a@b\" <a@example.org>\r\n"},
    {"an accent is an encoded word", "Jos\xC3\xA9, M",
     "To: =?UTF-8?B?Sm9zw6ksIE0=?= <a@example.org>\r\n"},
    {"a long name leaves the address whole on the next line",
     "The Children's Movement of California and its many friends",
     "To: The Children's Movement of California and its many friends\r\n <a@example.org>\r\n"},
};

static const struct {
    const char *promise, *value;
} refused_cases[] = {
    {"a line feed is refused", "a\nBcc: b@example.org"},
    {"a carriage return is refused", "a\rb"},
    {"CRLF is refused", "a\r\n\r\nbody"},
    {"a tab is refused", "a\tb"},
    {"an escape is refused", "a\x1B[0m"},
    {"a line separator in UTF-8 is refused", "a\xE2\x80\xA8z"},
    {"broken UTF-8 is refused", "a\xFFz"},
};

static void refuse(void)
{
    for (size_t i = 0; i < COUNT_OF(refused_cases); i++) {
        BUFFER(out, 4096);
        struct error err = {0};
        struct text value = text_of(refused_cases[i].value);
        struct mailbox mailbox = {value, TEXT("a@example.org")};
        struct mailbox address = {TEXT("x"), value};
        check(refused_cases[i].promise, !header_text(&out, "Subject", value, &err));
        check("it names the field", strstr(err.message, "Subject") != NULL);
        check(refused_cases[i].promise, !header_mailboxes(&out, "To", &mailbox, 1, &err));
        check(refused_cases[i].promise, !header_mailboxes(&out, "To", &address, 1, &err));
        check(refused_cases[i].promise, !header_structured(&out, "X", value, &err));
        check(refused_cases[i].promise, !header_list_id(&out, value, TEXT("a.b"), &err));
        check_number("and nothing is written", out.length, 0);
    }
}

static void fields(void)
{
    struct error err;
    for (size_t i = 0; i < COUNT_OF(text_cases); i++) {
        BUFFER(out, 4096);
        header_text(&out, "Subject", text_of(text_cases[i].value), &err);
        check_text(text_cases[i].promise, buffer_text(&out), text_of(text_cases[i].field));
    }
    for (size_t i = 0; i < COUNT_OF(mailbox_cases); i++) {
        BUFFER(out, 4096);
        struct mailbox mailbox = {text_of(mailbox_cases[i].display), TEXT("a@example.org")};
        header_mailboxes(&out, "To", &mailbox, 1, &err);
        check_text(mailbox_cases[i].promise, buffer_text(&out), text_of(mailbox_cases[i].field));
    }
}

static void the_rest(void)
{
    struct error err;
    BUFFER(out, 4096);
    struct mailbox two[] = {{TEXT("A"), TEXT("a@example.org")}, {{0}, TEXT("b@example.org")}};
    header_mailboxes(&out, "To", two, 2, &err);
    check_text("two mailboxes", buffer_text(&out),
               TEXT("To: A <a@example.org>, b@example.org\r\n"));
    buffer_clear(&out);
    header_date(&out, "Date", 1796144400000);
    check_text("a date", buffer_text(&out), TEXT("Date: Tue, 01 Dec 2026 17:00:00 +0000\r\n"));
    buffer_clear(&out);
    header_list_id(&out, TEXT("Linked Learning"), TEXT("linked.example.org"), &err);
    check_text("a list", buffer_text(&out),
               TEXT("List-ID: Linked Learning <linked.example.org>\r\n"));
    buffer_clear(&out);
    header_list_id(&out, (struct text){0}, TEXT("linked.example.org"), &err);
    check_text("a list without a title keeps its brackets", buffer_text(&out),
               TEXT("List-ID: <linked.example.org>\r\n"));

    BUFFER(small, 40);
    check("a field that does not fit is an error",
          !header_text(&small, "Subject", TEXT(TEN TEN TEN TEN), &err));
    check_number("and leaves nothing", small.length, 0);
    BUFFER(link, 4096);
    header_structured(&link, "X-Link", TEXT(TEN TEN TEN TEN TEN TEN TEN TEN " b"), &err);
    check_text("a first word that no fold helps stays beside the name", buffer_text(&link),
               TEXT("X-Link: " TEN TEN TEN TEN TEN TEN TEN TEN "\r\n b\r\n"));
    char word[1200];
    memset(word, 'x', sizeof(word));
    check("a word that no line can hold is an error",
          !header_structured(&out, "X", text_from(word, sizeof(word)), &err));
}

int main(void)
{
    fields();
    refuse();
    the_rest();
    return check_done();
}
