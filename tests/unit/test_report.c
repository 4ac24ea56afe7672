/* Report: what a mail that came home says. Each row is a promise about a mail written for it. */
#include <time.h>

#include "base/memory.h"
#include "base/random.h"
#include "check.h"
#include "verdict/report_pack.h"

#define DAEMON                                                                                     \
    "Return-Path: <>\n"                                                                            \
    "From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\n"                                  \
    "To: bounces+tok3n@mail.example\n"                                                             \
    "Subject: Undelivered Mail Returned to Sender\n"

#define DSN_HEAD                                                                                   \
    DAEMON                                                                                         \
    "MIME-Version: 1.0\n"                                                                          \
    "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b/1\"\n\n"            \
    "--b/1\nContent-Type: text/plain\n\nCould not be delivered.\n\n"                               \
    "--b/1\nContent-Type: message/delivery-status\n\n"                                             \
    "Reporting-MTA: dns; mx.example.net\n\n"

#define DSN_TAIL                                                                                   \
    "\n--b/1\nContent-Type: message/rfc822\n\n"                                                    \
    "Return-Path: <bounces+tok3n@mail.example>\n"                                                  \
    "Message-ID: <abc123@example.org>\nX-Broadside: 7.42\n"                                        \
    "From: updates@example.org\nTo: reader@example.com\nSubject: Hello\n\nHello\n--b/1--\n"

#define RETURNED                                                                                   \
    "Message-ID: <abc123@example.org>\nFrom: updates@example.org\nTo: reader@example.com\n"        \
    "Subject: Hello\n\nHello\n"

static const struct {
    const char *promise, *mail;
    enum facts_kind kind;
    size_t count;
    const char *address; /* of the first recipient */
    const char *status;
    enum verdict_class class;
} mails[] = {
    /* Machine parts */
    {"RFC 3464 names recipient, status and reason",
     DSN_HEAD "Final-Recipient: rfc822; reader@example.com\nAction: failed\nStatus: 5.1.1\n"
              "Diagnostic-Code: smtp; 550 5.1.1 user unknown\n" DSN_TAIL,
     KIND_BOUNCE, 1, "reader@example.com", "5.1.1", CLASS_BAD_MAILBOX},
    {"a status that says nothing yields to the diagnostic",
     DSN_HEAD "Final-Recipient: rfc822; reader@example.com\nAction: failed\nStatus: 5.0.0\n"
              "Diagnostic-Code: smtp; 552-5.2.2 The account is\n 552 5.2.2 over quota\n" DSN_TAIL,
     KIND_BOUNCE, 1, "reader@example.com", "5.2.2", CLASS_MAILBOX_FULL},
    {"all recipients are read",
     DSN_HEAD "Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n\n"
              "Final-Recipient: rfc822; b@example.com\nAction: failed\nStatus: 5.2.2\n" DSN_TAIL,
     KIND_BOUNCE, 2, "a@example.com", "5.1.1", CLASS_BAD_MAILBOX},
    {"groups without a blank line between them are told apart",
     DSN_HEAD "Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.2.2\n"
              "Final-Recipient: rfc822; b@example.com\nAction: failed\nStatus: 5.1.1\n" DSN_TAIL,
     KIND_BOUNCE, 2, "a@example.com", "5.2.2", CLASS_MAILBOX_FULL},
    {"an address that only the server knows yields to the original one",
     DSN_HEAD "Original-Recipient: rfc822;reader@example.com\n"
              "Final-Recipient: rfc822;@lmtp:r1234@store\nAction: failed\nStatus: 5.2.2\n" DSN_TAIL,
     KIND_BOUNCE, 1, "reader@example.com", "5.2.2", CLASS_MAILBOX_FULL},
    {"a notice of success is no bounce",
     DSN_HEAD "Final-Recipient: rfc822; reader@example.com\nAction: delivered\n"
              "Status: 2.0.0\n" DSN_TAIL,
     KIND_OTHER, 1, "reader@example.com", "2.0.0", CLASS_DELIVERED},
    {"a machine part in a mail whose MIME is lost is still read",
     DAEMON "\nIt could not be delivered.\n\nFinal-Recipient: rfc822; reader@example.com\n"
            "Action: failed\nStatus: 5.1.2\n",
     KIND_BOUNCE, 1, "reader@example.com", "5.1.2", CLASS_BAD_DOMAIN},
    {"a machine part in base64 is read",
     DAEMON "Content-Type: multipart/report; boundary=x\n\n--x\n"
            "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
            "RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IHJlYWRlckBleGFtcGxlLmNvbQpBY3Rpb246IGZhaWxl\n"
            "ZApTdGF0dXM6IDUuMS4xCg==\n--x--\n",
     KIND_BOUNCE, 1, "reader@example.com", "5.1.1", CLASS_BAD_MAILBOX},

    /* Words */
    {"Exim's text",
     "Return-path: <>\nX-Failed-Recipients: reader@example.com\nAuto-Submitted: auto-replied\n"
     "From: Mail Delivery System <Mailer-Daemon@mx.example.net>\nTo: bounces@mail.example\n"
     "Subject: Mail delivery failed: returning message to sender\n\n"
     "This message was created automatically by mail delivery software.\n\n"
     "The following address(es) failed:\n\n  reader@example.com\n"
     "    SMTP error from remote mail server after RCPT TO:<reader@example.com>:\n"
     "    host mx.example.com [192.0.2.1]: 550 Requested action not taken\n\n"
     "------ This is a copy of the message, including all the headers. ------\n\n" RETURNED,
     KIND_BOUNCE, 1, "reader@example.com", "", CLASS_BAD_MAILBOX},
    {"qmail's text",
     "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: bounces@mail.example\n"
     "Subject: failure notice\n\nHi. This is the qmail-send program at mx.example.net.\n\n"
     "<reader@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
     "--- Below this line is a copy of the message.\n\n" RETURNED,
     KIND_BOUNCE, 1, "reader@example.com", "5.1.1", CLASS_BAD_MAILBOX},
    {"each recipient of a text has its own reason",
     "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: bounces@mail.example\n"
     "Subject: failure notice\n\nHi. This is the qmail-send program at mx.example.net.\n\n"
     "<a@example.com>:\nuser is over quota (#5.2.2)\n\n"
     "<b@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
     "--- Below this line is a copy of the message.\n\n" RETURNED,
     KIND_BOUNCE, 2, "a@example.com", "5.2.2", CLASS_MAILBOX_FULL},
    {"bare CR line ends, and a From line before the head",
     "From MAILER-DAEMON Tue Dec  1 17:00:00 2026\rFrom: MAILER-DAEMON@mx.example.net\r"
     "Subject: failure notice\rTo: bounces@mail.example\r\r<reader@example.com>:\r"
     "host said: 550 5.1.1 no such user\r",
     KIND_BOUNCE, 1, "reader@example.com", "5.1.1", CLASS_BAD_MAILBOX},
    {"an HTML part alone",
     DAEMON "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n"
            "\n<html><head><style>p {color: red}</style></head><body><p>Your message couldn&#39;t "
            "be delivered to</p><p><b>reader&#64;example.com</b></p><p>550 5.1.1 user =\n"
            "unknown</p></body></html>\n",
     KIND_BOUNCE, 1, "reader@example.com", "5.1.1", CLASS_BAD_MAILBOX},
    {"a notice in German and Latin-1",
     DAEMON "Content-Type: text/plain; charset=iso-8859-1\n\nIhre Nachricht konnte nicht zugestellt"
            " werden:\n\nreader@example.com: 550 5.1.1 Empf\xE4nger unbekannt\n",
     KIND_BOUNCE, 1, "reader@example.com", "5.1.1", CLASS_BAD_MAILBOX},
    {"without an address, the returned message's To",
     DAEMON "\nUnable to deliver your message: 552 5.2.2 mailbox full\n\n"
            "----- Original message follows -----\n" RETURNED,
     KIND_BOUNCE, 1, "reader@example.com", "5.2.2", CLASS_MAILBOX_FULL},
    {"the address to write to for help is not the recipient",
     DAEMON "\nFor further assistance, please contact <help@mx.example.net> or\n"
            "<postmaster@mx.example.net>.\n\n<reader@example.com>: host mx said: 550 5.1.1 gone\n",
     KIND_BOUNCE, 1, "reader@example.com", "5.1.1", CLASS_BAD_MAILBOX},

    {"GroupWise looked itself, so its word is proof",
     "From: Postmaster@gw.example.net\nSubject: Message status - undeliverable\n\n"
     "The message that you sent was undeliverable to the following:\n\n"
     "\treader@example.com (user not found)\n\nPossibly truncated original message follows:\n"
     "\n" RETURNED,
     KIND_BOUNCE, 1, "reader@example.com", "", CLASS_BAD_MAILBOX},
    {"Sendmail, of an alias that ends in a program",
     DAEMON
     "\n   ----- The following addresses had permanent fatal errors -----\n\"|/bin/filter\"\n"
     "    (expanded from: <reader@example.com>)\n\n   ----- Transcript of session follows "
     "-----\nunknown mailer error 127\n",
     KIND_BOUNCE, 1, "reader@example.com", "", CLASS_REMOTE_SYSTEM},
    {"a wrapped reason that begins with our address names no recipient",
     DAEMON
     "\nNot delivered.\n\n<reader@example.com>: host mx.example.com[192.0.2.1] said: 550 5.7.1\n"
     "    <updates@example.org>: sender address rejected (in reply to RCPT TO command)\n",
     KIND_BOUNCE, 1, "reader@example.com", "5.7.1", CLASS_POLICY_BLOCK},
    {"a notice in JSON",
     "From: no-reply@sns.example.net\nSubject: Notification\n\n{\"notificationType\":\"Bounce\","
     "\"bounce\":{\"bouncedRecipients\":[{\"emailAddress\":\"reader@example.com\",\"status\":"
     "\"5.1.1\",\"diagnosticCode\":\"smtp; 550 5.1.1 user unknown\"}]}}\n",
     KIND_BOUNCE, 1, "reader@example.com", "5.1.1", CLASS_BAD_MAILBOX},
    {"a bounce that a person forwarded with its machine part",
     "From: editor@example.org\nSubject: Fwd: Returned mail\n\nBegin forwarded message:\n\n"
     "> Subject: Returned mail\n> Message-Id: <x@mx.example.net>\n>\n"
     "> Final-Recipient: rfc822; reader@example.com\n> Action: failed\n> Status: 5.1.1\n",
     KIND_BOUNCE, 1, "reader@example.com", "5.1.1", CLASS_BAD_MAILBOX},

    /* Complaints */
    {"RFC 5965, and whom it is about",
     "From: fbl@example.net\nTo: abuse@mail.example\nSubject: report\n"
     "Content-Type: multipart/report; report-type=feedback-report; boundary=f\n\n"
     "--f\nContent-Type: text/plain\n\nAbuse.\n"
     "--f\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n"
     "Original-Rcpt-To: <reader@example.com>\n\n--f\nContent-Type: message/rfc822\n\n" RETURNED
     "--f--\n",
     KIND_COMPLAINT, 1, "reader@example.com", "", CLASS_COMPLAINT},
    {"a redacted complaint takes the returned message's To",
     "From: fbl@example.net\nTo: abuse@mail.example\nSubject: report\n"
     "Content-Type: multipart/report; report-type=feedback-report; boundary=f\n\n"
     "--f\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
     "Original-Rcpt-To: redacted@\n\n--f\nContent-Type: text/rfc822-headers\n\n" RETURNED "--f--\n",
     KIND_COMPLAINT, 1, "reader@example.com", "", CLASS_COMPLAINT},
    {"Hotmail's form",
     "From: staff@hotmail.example\nTo: abuse@mail.example\n"
     "Subject: complaint about message from 192.0.2.1\n"
     "X-HmXmrOriginalRecipient: reader@example.com\nContent-Type: message/rfc822\n\n" RETURNED,
     KIND_COMPLAINT, 1, "reader@example.com", "", CLASS_COMPLAINT},

    /* Replies */
    {"RFC 3834",
     "From: r@example.com\nAuto-Submitted: auto-replied\nSubject: Re: Hello\n\nI am out.\n",
     KIND_AUTOREPLY, 0, NULL, NULL, 0},
    {"out of office by its subject",
     "From: r@example.com\nSubject: Out of Office: Hello\n\nBack soon\n", KIND_AUTOREPLY, 0, NULL,
     NULL, 0},
    {"out of office in an encoded subject",
     "From: r@example.com\nSubject: =?utf-8?q?R=C3=A9ponse_automatique=3A_Hello?=\n\nAbsente\n",
     KIND_AUTOREPLY, 0, NULL, NULL, 0},
    {"a challenge is no bounce",
     "Return-Path: <>\nFrom: r@example.com\nSubject: Re: Hello\n\n"
     "Please verify your message: click the link to prove that you are human.\n",
     KIND_AUTOREPLY, 0, NULL, NULL, 0},
    {"an out-of-office that speaks of an unknown user is no bounce",
     "From: r@example.com\nSubject: Automatic reply: Hello\nAuto-Submitted: auto-replied\n\n"
     "The person you wrote to is no longer with us. User unknown.\n",
     KIND_AUTOREPLY, 0, NULL, NULL, 0},
    {"a person's letter about a bounce is none",
     "From: r@example.com\nTo: updates@example.org\nSubject: my mailbox\n\n"
     "Hello, my mailbox was full last week. Is all well?\n",
     KIND_OTHER, 0, NULL, NULL, 0},
    {"a bounce that echoes a subject about holidays is one",
     "From: MAILER-DAEMON@mx.example.net\nSubject: Undeliverable: our vacation programme\n\n"
     "<reader@example.com>: 550 5.1.1 no such user\n",
     KIND_BOUNCE, 1, "reader@example.com", "5.1.1", CLASS_BAD_MAILBOX},
    {"an absence in Japanese",
     "From: r@example.jp\nSubject: \xE4\xB8\x8D\xE5\x9C\xA8\xE3\x81\xAE"
     "\xE3\x81\x8A\xE7\x9F\xA5\xE3\x82\x89\xE3\x81\x9B\n\n-\n",
     KIND_AUTOREPLY, 0, NULL, NULL, 0},
    {"a person's question about a bounce is none",
     "From: r@example.com\nSubject: Fwd: Undeliverable: my mail\n\nWhat does this mean?\n\n"
     "> Your message could not be delivered. 550 5.1.1 user unknown <x@example.net>\n",
     KIND_OTHER, 0, NULL, NULL, 0},
    {"a parcel is no mail",
     "From: news@shop.example\nSubject: Delivery status: not delivered\n\n"
     "Your parcel could not be delivered to 1 Example Way.\n",
     KIND_OTHER, 0, NULL, NULL, 0},
    {"what has an empty return path was written by a machine",
     "Return-Path: <>\nFrom: r@example.com\nSubject: Re: Hello\n\nI am no longer with the "
     "company.\n",
     KIND_AUTOREPLY, 0, NULL, NULL, 0},
    {"a receipt that the mail was deleted unread is no bounce",
     "From: r@example.com\nSubject: Not read: Hello\nContent-Type: multipart/report; "
     "report-type=disposition-notification; boundary=m\n\n--m\n"
     "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;r@example.com\n"
     "Disposition: automatic-action/MDN-sent-automatically; deleted\n\n--m--\n",
     KIND_AUTOREPLY, 0, NULL, NULL, 0},
    {"an unsubscribe mail",
     "From: Reader <reader@example.com>\nTo: unsubscribe+tok3n@mail.example\nSubject: "
     "unsubscribe\n\n",
     KIND_UNSUBSCRIBE, 1, "reader@example.com", "", CLASS_OTHER},
    {"an unsubscribe mail that a program sent on a button",
     "From: reader@example.com\nTo: unsubscribe+tok3n@mail.example\nSubject: unsubscribe\n"
     "Auto-Submitted: auto-replied\n\n",
     KIND_UNSUBSCRIBE, 1, "reader@example.com", "", CLASS_OTHER},
    {"a complaint in JSON",
     "From: no-reply@sns.example.net\nSubject: Notification\n\n{\"notificationType\":\"Complaint\","
     "\"complaint\":{\"complainedRecipients\":[{\"emailAddress\":\"reader@example.com\"}]}}\n",
     KIND_COMPLAINT, 1, "reader@example.com", "", CLASS_COMPLAINT},
    {"the empty mail", "", KIND_OTHER, 0, NULL, NULL, 0},
};

static void check_mails(void)
{
    for (size_t i = 0; i < COUNT_OF(mails); i++) {
        ARENA(arena);
        struct report report;
        report_read(&arena, text_of(mails[i].mail), &report);
        check_number(mails[i].promise, report.kind, mails[i].kind);
        check_number(mails[i].promise, report.recipient_count, mails[i].count);
        if (mails[i].address == NULL || report.recipient_count == 0)
            continue;
        const struct report_recipient *first = &report.recipients[0];
        check_text(mails[i].promise, first->address, text_of(mails[i].address));
        check_text(mails[i].promise, first->status, text_of(mails[i].status));
        if (!check(mails[i].promise, first->verdict.class == mails[i].class))
            fprintf(stderr, "    is %s by \"%s\"\n", verdict_class_name(first->verdict.class),
                    first->verdict.rule);
    }
}

/* --- Between processes --- */

static bool is_same_recipient(const struct report_recipient *a, const struct report_recipient *b)
{
    return text_equal(a->address, b->address) && text_equal(a->alias, b->alias) &&
           text_equal(a->status, b->status) && a->reply_code == b->reply_code &&
           text_equal(a->diagnostic, b->diagnostic) && a->verdict.class == b->verdict.class &&
           a->verdict.action == b->verdict.action && a->verdict.permanent == b->verdict.permanent &&
           strcmp(a->verdict.rule, b->verdict.rule) == 0;
}

static bool is_same_list(const struct text *a, size_t count, const struct text *b, size_t others)
{
    bool same = count == others;
    for (size_t i = 0; i < count && same; i++)
        same = text_equal(a[i], b[i]);
    return same;
}

static bool is_same(const struct report *a, const struct report *b)
{
    const struct report_evidence *mine = &a->evidence, *theirs = &b->evidence;
    bool same = a->kind == b->kind && a->is_bounce == b->is_bounce && a->delayed == b->delayed &&
                text_equal(a->form, b->form) && text_equal(a->subject, b->subject) &&
                text_equal(a->from, b->from) && text_equal(a->feedback_type, b->feedback_type) &&
                text_equal(mine->broadside, theirs->broadside) &&
                is_same_list(mine->return_paths, mine->return_path_count, theirs->return_paths,
                             theirs->return_path_count) &&
                is_same_list(mine->message_ids, mine->message_id_count, theirs->message_ids,
                             theirs->message_id_count) &&
                a->recipient_count == b->recipient_count;
    for (size_t i = 0; i < a->recipient_count && same; i++)
        same = is_same_recipient(&a->recipients[i], &b->recipients[i]);
    return same;
}

static void check_packed(const char *promise, struct arena *arena, const struct report *report)
{
    enum { ROOM = 64 * 1024 };
    struct report there;
    char *bytes = arena_take(arena, ROOM);
    size_t length = report_pack(report, bytes, ROOM);
    check(promise, report_unpack(arena, text_from(bytes, length), &there));
    check(promise, is_same(report, &there));
    check(promise, report_pack(report, bytes, length - 1) == 0);
    bool passes = false;
    for (size_t i = 0; i < length; i++)
        passes |= report_unpack(arena, text_from(bytes, i), &there);
    check("a part of a report is none", !passes);
}

static void check_packing(void)
{
    for (size_t i = 0; i < COUNT_OF(mails); i++) {
        ARENA(arena);
        struct report report;
        report_read(&arena, text_of(mails[i].mail), &report);
        check_packed(mails[i].promise, &arena, &report);
    }
}

static void check_evidence(void)
{
    ARENA(arena);
    struct report report;
    report_read(&arena,
                TEXT(DSN_HEAD "Final-Recipient: rfc822; reader@example.com\nAction: delayed\n"
                              "Status: 4.4.1\n" DSN_TAIL),
                &report);
    const struct report_evidence *evidence = &report.evidence;
    check("a delay notice is one", report.delayed && report.is_bounce);
    check("a delay notice changes nothing", report.recipients[0].verdict.action == VERDICT_IGNORE &&
                                                report.recipients[0].verdict.fate == FATE_NOTHING);
    check_text("the return path with its token is found", evidence->return_paths[0],
               TEXT("bounces+tok3n@mail.example"));
    check_text("the returned message's id is found", evidence->message_ids[0],
               TEXT("abc123@example.org"));
    check_text("our own header is found", evidence->broadside, TEXT("7.42"));
}

static void check_json(void)
{
    ARENA(arena);
    BUFFER(out, 64 * 1024);
    struct report report;
    struct json_writer writer = {.out = &out};
    report_read(&arena, text_of(mails[0].mail), &report);
    report_explain_json(&writer, TEXT("a.eml"), &report);
    struct text json = buffer_text(&out);
    check("explain --json says it in the surface's words",
          text_contains(json, TEXT("\"file\":\"a.eml\",\"is_bounce\":true,\"kind\":\"bounce\"")) &&
              text_contains(json, TEXT("\"address\":\"reader@example.com\",\"status\":\"5.1.1\","
                                       "\"reply_code\":\"550\",\"class\":\"bad-mailbox\","
                                       "\"permanent\":true")));
    buffer_clear(&out);
    report_explain_text(&out, TEXT("a.eml"), &report);
    check("explain ends in the rule that decided",
          text_contains(buffer_text(&out), TEXT("user unknown")) &&
              text_contains(buffer_text(&out), TEXT("suppress")));
}

/* --- Hostile mail --- */

static int64_t read_ms(struct text mail)
{
    ARENA(arena);
    struct report report;
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    report_read(&arena, mail, &report);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    return (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
}

enum { HOSTILE = 3 * 1024 * 1024, PATIENCE_MS = 1000 }; /* 50 ms without sanitizers */

/* `piece` again and again, "#" being a running number. */
static void hostile(const char *promise, const char *head, const char *piece)
{
    BUFFER(mail, HOSTILE + 4096);
    buffer_add_string(&mail, head);
    for (unsigned i = 0; mail.length < HOSTILE; i++)
        for (const char *byte = piece; *byte != '\0'; byte++)
            if (*byte == '#')
                buffer_add_number(&mail, i);
            else
                buffer_add_byte(&mail, *byte);
    if (!check(promise, read_ms(buffer_text(&mail)) < PATIENCE_MS))
        fprintf(stderr, "    took %lld ms\n", (long long)read_ms(buffer_text(&mail)));
}

static void check_hostile(void)
{
    hostile("endless multiparts", "Content-Type: multipart/mixed; boundary=b\n\n",
            "--b#\nContent-Type: multipart/mixed; boundary=b#\n\n");
    hostile("endless multiparts that open", "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
            "Content-Type: multipart/mixed; boundary=b#\n\n--b#\n");
    hostile("endless messages", "", "Content-Type: message/rfc822\n\n");
    hostile("endless fields", "", "X-Field-#: #\n");
    hostile("one endless field", "Subject: ", "=?utf-8?q?#=#");
    hostile("one endless comment", "From: ", "(((((");
    hostile("endless recipients", DAEMON "Content-Type: message/delivery-status\n\n",
            "Final-Recipient: rfc822;#@example.com\nAction: failed\nStatus: 5.1.#\n\n");
    hostile("endless addresses", DAEMON "\n", "<#@#.example.com>: user unknown\n");
    hostile("addresses without an end", DAEMON "\n", "@@@@@@@@");
    hostile("tags without an end", DAEMON "Content-Type: text/html\n\n<html>", "<a <b<");
    hostile("delimiters without an end", "Content-Type: multipart/mixed; boundary=b\n\n",
            "--b--\n--b-#\n--#\n");
    hostile("words without an end", DAEMON "\n", "mailbox user account recipient ");
}

/* Every mail above, bent at random places: nothing but a crash could go wrong. */
static void check_bent(void)
{
    struct random random = random_seeded(7);
    for (int round = 0; round < 20000; round++) {
        ARENA(arena);
        struct report report;
        struct text mail = text_of(mails[random_below(&random, COUNT_OF(mails))].mail);
        char *bent = memory_take(mail.length + 1);
        if (mail.length > 0)
            memcpy(bent, mail.at, mail.length);
        for (int i = 0; i < 4 && mail.length > 0; i++)
            bent[random_below(&random, mail.length)] = (char)random_below(&random, 256);
        size_t length = (size_t)random_below(&random, mail.length + 1);
        report_read(&arena, text_from(bent, round % 2 ? length : mail.length), &report);
        memory_free(bent);
    }
    check("bent mails are read to the end", true);
}

int main(void)
{
    check_mails();
    check_packing();
    check_evidence();
    check_json();
    check_hostile();
    check_bent();
    return check_done();
}
