/*
 * Report form: which program wrote a notice, where that can be told.
 *
 * The reader of notices needs no form to find recipients and reasons. What a form adds is whose
 * word it is: "unknown user" by the program that holds the mailbox is knowledge, by another one it
 * is hearsay.
 */
#include "mail/report_form.h"

#include "base/banned.h"

static const struct form forms[] = {
    {"IMailServer", "X-Mailer", "<SMTP32", NULL, false},
    {"Zoho", "X-Mailer", "Zoho Mail", NULL, true},
    {"Exchange 5.5", NULL, NULL, "MSEXCH:", false},
    {"Exchange", NULL, NULL, "Your message did not reach some or all", false},
    {"Exchange", NULL, NULL, "Diagnostic information for administrators", false},
    {"Domino", "X-Mailer", "Lotus Domino", NULL, false},
    {"Exim", NULL, NULL, "This message was created automatically by mail delivery software", false},
    {"Sendmail", NULL, NULL, "Transcript of session follows", false},
    {"Courier", NULL, NULL, "This is a delivery status notification from", false},
    {"Postfix", NULL, NULL, "This is the Postfix program", false},
    {"Postfix", NULL, NULL, "This is the mail system at host", false},
    {"qmail", NULL, NULL, "This is the qmail-send program", false},
    {"OpenSMTPD", NULL, NULL, "This is the MAILER-DAEMON, please DO NOT REPLY", true},
    {"DragonFly", NULL, NULL, "This is the DragonFly Mail Agent", true},
    {"Gmail", NULL, NULL, "Technical details of permanent failure", true},
    {"Gmail", NULL, NULL, "Technical details of temporary failure", true},
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

bool form_is_local(const struct form *form, struct text about)
{
    static const char *const quotes[] = {
        "said:",      "while talking to", ">>> ",      "remote", "recipient address rejected",
        "smtp error", "response",         "returned '"};
    if (form == NULL || form->is_remote || about.length == 0)
        return false;
    for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++)
        if (text_find_nocase(about, text_of(quotes[i])) != TEXT_NONE)
            return false;
    return true;
}
