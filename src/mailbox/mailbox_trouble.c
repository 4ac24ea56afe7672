/* Trouble: why a mailbox on a server cannot be read now, whose fault that is, and what to do. */
#include "mailbox/mailbox_trouble.h"

#include "base/banned.h"
#include "base/buffer.h"
#include "mail/echo.h"

enum { WORDS = 160 };

#define AGAIN "what was taken counts; the next run goes on"

static const struct trouble_row {
    enum fault fault;
    bool passes;
    const char *what, *todo;
} rows[] = {
    [TROUBLE_NO_HOST] = {FAULT_UNREACHABLE, false, "has no address",
                         "check the host name in bounces.mailbox"},
    [TROUBLE_DOWN] = {FAULT_UNREACHABLE, true, "cannot be reached",
                      "is it running, and is bounces.mailbox right?"},
    [TROUBLE_BAD_CERTIFICATE] = {FAULT_CONFIG, false, "shows a certificate that cannot be trusted",
                                 "check the host name in bounces.mailbox, or name its authority in "
                                 "bounces.ca_file"},
    [TROUBLE_BAD_CA_FILE] = {FAULT_CONFIG, false,
                             "cannot be verified: bounces.ca_file is unreadable",
                             "name a file of PEM certificates"},
    [TROUBLE_NO_TLS] = {FAULT_CONFIG, false, "does not begin with TLS",
                        "name the port of imaps (993) or pop3s (995), not of STARTTLS"},
    [TROUBLE_REFUSED] = {FAULT_UNREACHABLE, false, "does not want to talk to us",
                         "try again later, or ask its administrator"},
    [TROUBLE_UNSENDABLE] = {FAULT_CONFIG, false, "cannot be told this user or password",
                            "use at most 255 bytes, and in a user of POP3 no space"},
    [TROUBLE_NO_LOGIN] = {FAULT_CONFIG, false, "does not accept the user and password",
                          "check the user in bounces.mailbox and where its password comes from"},
    [TROUBLE_BUSY] = {FAULT_UNREACHABLE, false, "does not let us in now", "try again later"},
    [TROUBLE_NO_FOLDER] = {FAULT_CONFIG, false, "does not open this folder",
                           "check the folder behind the host in bounces.mailbox"},
    [TROUBLE_NO_LIST] = {FAULT_UNREACHABLE, false, "does not say which mails there are",
                         "try again later, or ask its administrator"},
    [TROUBLE_ENDED] = {FAULT_UNREACHABLE, true, "ended the connection", AGAIN},
    [TROUBLE_TOO_SLOW] = {FAULT_UNREACHABLE, true, "did not answer within bounces.timeout", AGAIN},
    [TROUBLE_TOO_MUCH] = {FAULT_UNREACHABLE, true, "sends more than was asked for", AGAIN},
    [TROUBLE_NONSENSE] = {FAULT_UNREACHABLE, true, "answers what we do not understand", AGAIN},
    [TROUBLE_WORKER] = {FAULT_UNREACHABLE, true, "ended the process that reads its answers", AGAIN},
};

bool mailbox_trouble_passes(enum mailbox_trouble trouble)
{
    return rows[trouble].passes;
}

/* A server may repeat what it was told; that goes into no log. */
bool mailbox_trouble_say(enum mailbox_trouble trouble, const struct mailbox_server *server,
                         struct text words, struct error *err)
{
    must(trouble > TROUBLE_NONE && trouble <= TROUBLE_WORKER);
    const struct trouble_row *row = &rows[trouble];
    words = text_trim(words);
    if (echo_holds(words, server->secret))
        words = TEXT("words that hold the password");
    words = text_slice(words, 0, WORDS);
    if (words.length == 0)
        return error_set(err, row->fault, "the mailbox %s %s; %s", server->url, row->what,
                         row->todo);
    return error_set(err, row->fault, "the mailbox %s %s (%.*s); %s", server->url, row->what,
                     TEXT_ARGS(words), row->todo);
}
