/*
 * Report form: which program wrote a notice, where that can be told.
 *
 * The reader of notices needs no form to find recipients and reasons. What a form adds is whose
 * word it is: "unknown user" by the program that holds the mailbox is knowledge, by another one it
 * is hearsay.
 */
#include "verdict/report_form.h"

#include "base/banned.h"

static const struct form forms[] = {
    {"IMailServer", "X-Mailer", "<SMTP32", NULL, VOICE_OWN},
    {"Zoho", "X-Mailer", "Zoho Mail", NULL, VOICE_ELSE},
    {"MessageLabs", NULL, NULL, "This is the mail delivery agent at", VOICE_RCPT},
    {"Exchange 5.5", NULL, NULL, "MSEXCH:", VOICE_OWN},
    {"Exchange", NULL, NULL, "Your message did not reach some or all", VOICE_OWN},
    {"Exchange", NULL, NULL, "Diagnostic information for administrators", VOICE_OWN},
    {"Domino", "X-Mailer", "Lotus Domino", NULL, VOICE_OWN},
    {"GroupWise", NULL, NULL, "The message that you sent was undeliverable to the following",
     VOICE_OWN},
    {"Netscape", NULL, NULL, "This Message was undeliverable due to the following reason",
     VOICE_OWN},
    {"Domino", NULL, NULL, "not listed in Domino Directory", VOICE_OWN},
    {"Domino", NULL, NULL, "not listed in public Name & Address Book", VOICE_OWN},
    {"Exim", NULL, NULL, "This message was created automatically by mail delivery software",
     VOICE_OWN},
    {"Sendmail", NULL, NULL, "Transcript of session follows", VOICE_OWN},
    {"Courier", NULL, NULL, "This is a delivery status notification from", VOICE_OWN},
    {"Postfix", NULL, NULL, "This is the Postfix program", VOICE_OWN},
    {"Postfix", NULL, NULL, "This is the mail system at host", VOICE_OWN},
    {"qmail", NULL, NULL, "This is the qmail-send program", VOICE_OWN},
    {"OpenSMTPD", NULL, NULL, "This is the MAILER-DAEMON, please DO NOT REPLY", VOICE_ELSE},
    {"DragonFly", NULL, NULL, "This is the DragonFly Mail Agent", VOICE_ELSE},
    {"Gmail", NULL, NULL, "Technical details of permanent failure", VOICE_ELSE},
    {"Gmail", NULL, NULL, "Technical details of temporary failure", VOICE_ELSE},
};

enum { FORM_TEXT = 8 * 1024 };

const struct form *form_of(struct reading *reading)
{
    struct text notice = text_slice(reading->notice, 0, FORM_TEXT);
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const struct form *form = &forms[i];
        if (form->words != NULL) {
            if (text_contains(notice, text_of(form->words)))
                return form;
            continue;
        }
        struct text value = part_field(reading->arena, reading->head, text_of(form->field));
        if (text_starts_nocase(value, text_of(form->value)))
            return form;
    }
    return NULL;
}

enum facts_command form_command(const struct form *form, struct text about)
{
    static const char *const quotes[] = {
        "said:",      "while talking to", ">>> ",      "remote", "recipient address rejected",
        "smtp error", "response",         "returned '"};
    if (form == NULL || form->voice == VOICE_ELSE || about.length == 0)
        return COMMAND_UNKNOWN;
    if (form->voice == VOICE_RCPT)
        return COMMAND_RCPT;
    for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++)
        if (text_find_nocase(about, text_of(quotes[i])) != TEXT_NONE)
            return COMMAND_UNKNOWN;
    return COMMAND_LOCAL;
}
