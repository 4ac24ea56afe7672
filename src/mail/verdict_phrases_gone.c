/*
 * Verdict phrases, gone: that nobody is there, or no longer.
 *
 * Plain English first. A comment names who says it where only one program or provider does.
 * Negations and word order vary more than words do, hence the "*".
 */
#include "mail/verdict_tables.h"

#include "base/banned.h"

/* clang-format off */
#define GONE(words) {words, CLASS_BAD_MAILBOX, WEIGHT_CLEAR, SIGN_NONE}
#define GONE_SURELY(words) {words, CLASS_BAD_MAILBOX, WEIGHT_SURE, SIGN_NONE}
#define GONE_PERHAPS(words) {words, CLASS_BAD_MAILBOX, WEIGHT_HINT, SIGN_NONE}
/* clang-format on */

static const struct verdict_phrase rows[] = {
    /* Nobody there */
    GONE("user unknown"), /* Sendmail, Postfix, Exim */
    GONE("unknown user"),
    GONE("recipient unknown"),
    GONE("unknown recipient"),
    GONE("unknown address"),
    GONE("address unknown"),
    GONE("mailbox unknown"),
    GONE("unknown mailbox"),
    GONE("account unknown"),
    GONE("unknown account"),
    GONE("unknown local part"), /* Exim */
    GONE("unknown virtual mailbox"),
    GONE("unknown login"),
    GONE("unknown or illegal alias"), /* Postfix */
    GONE("unknown or illegal user"),
    GONE("addressee unknown"),
    GONE("not a known user"),
    GONE("is not known at this"),
    GONE("user * is unknown"),
    GONE("recipient * is unknown"),
    GONE("mailbox * is unknown"),
    GONE("user @ unknown"),
    GONE("no such user"), /* qmail, many */
    GONE("no such recipient"),
    GONE("no such mailbox"),
    GONE("no such address"),
    GONE("no such account"),
    GONE("no such person"),
    GONE("no such local user"),
    GONE("no such email"),
    GONE("no such customer"),
    GONE("no such subscriber"),
    GONE("no mailbox here by that name"), /* qmail */
    GONE("no mailbox by that name"),
    GONE("no mailbox found"),
    GONE("no mailbox for"),
    GONE("no account by that name"), /* vpopmail */
    GONE("no account here"),
    GONE("no local mailbox"),
    GONE("no user with this"),
    GONE("no user here"),
    GONE("no one here by that name"),
    GONE("no valid recipient at"),
    GONE("nosuchuser"),    /* Gmail, in the help link */
    GONE("recipnotfound"), /* Exchange resolver */
    GONE("recipientnotfound"),
    GONE("invalidrecipient"),
    GONE("unrouteable mail address"),
    GONE("user not found"),
    GONE("user * not found"),
    GONE("recipient not found"),
    GONE("recipient * not found"),
    GONE("recipients * not found"),
    GONE("mailbox not found"),
    GONE("mailbox * not found"),
    GONE("account not found"),
    GONE("account * not found"),
    GONE("address not found"),
    GONE("address couldnt be found"), /* Gmail */
    GONE("address could not be found"),
    GONE("address wasnt found"), /* Exchange Online */
    GONE("recipient wasnt found"),
    GONE("alias not found"),
    GONE("name not found"),
    GONE("cannot find * user"),
    GONE("could not find * user"),
    GONE("couldnt find * user"),
    GONE("cannot find * recipient"),
    GONE("couldnt be found * at"),
    GONE("wasnt found at"), /* Exchange Online: "user wasn't found at example.org" */
    GONE("not found in directory"),
    GONE("not listed in domino directory"), /* Domino */
    GONE("not listed in public name"),
    GONE("not listed in * directory"),
    GONE("not in * recipient table"),
    GONE("not in our directory"),
    GONE("not our customer"),
    GONE("user does not exist"),
    GONE("user * does not exist"),
    GONE("user doesnt exist"),
    GONE("user * doesnt exist"),
    GONE("user doesnt have * account"), /* Yahoo */
    GONE("user not exist"),
    GONE("user non existent"),
    GONE("non existent user"),
    GONE("nonexistent user"),
    GONE("recipient does not exist"),
    GONE("recipient * does not exist"),
    GONE("recipient doesnt exist"),
    GONE("mailbox does not exist"),
    GONE("mailbox * does not exist"),
    GONE("mailbox doesnt exist"),
    GONE("account does not exist"),
    GONE("account * does not exist"), /* Gmail: "the email account that you tried to reach …" */
    GONE("account doesnt exist"),
    GONE("account that you tried to reach does not exist"),
    GONE("address does not exist"),
    GONE("address * does not exist"),
    GONE("address doesnt exist"),
    GONE("address no longer exists"),
    GONE("@ does not exist"),
    GONE("@ doesnt exist"),
    GONE("does not exist on this"),
    GONE("does not exist here"),
    GONE("does not have an account"),
    GONE("does not have * mailbox"),
    GONE("doesnt have * mailbox"),
    GONE("not have a * account"), /* Yahoo: "This user doesn't have a yahoo.com account" */
    GONE("is not a valid mailbox"),
    GONE("is not a valid user"),
    GONE("is not a valid recipient"),
    GONE("is not a known"),
    GONE("is not a local user"),
    GONE("is not a user"),
    GONE("is not an active address"),
    GONE("is an invalid address"),
    GONE("is not configured to receive"), /* Proton */
    GONE("not a valid mailbox"),
    GONE("not a valid user"),
    GONE("not a valid recipient"),
    GONE("not a registered user"),
    GONE("invalid recipient"),
    GONE("invalid recipients"),
    GONE("invalid mailbox"),
    GONE("invalid user"),
    GONE("invalid address"),
    GONE("invalid local part"),
    GONE_SURELY("invalid final delivery user"),
    GONE("recipient invalid"),
    GONE("recipient address * invalid"),
    GONE("mailbox name not allowed"), /* 553 of RFC 5321 */
    GONE("mailbox is not available"),
    GONE("mailbox unavailable"), /* 550 of RFC 5321 */
    GONE("mailbox not available"),
    GONE("mailbox @ unavailable"),
    GONE("mailbox * is unavailable"),
    GONE("mailbox unavailable or access denied"),
    GONE("not valid recipient"),
    GONE("user name * not valid"), /* Verizon */
    GONE("username * not valid"),
    GONE("recipient name is not recognized"), /* Lotus */
    GONE("recipient not recognized"),
    GONE("user not known"),
    GONE("user is not known"),
    GONE("is not known * domain"),
    GONE("user not listed"),
    GONE("not a member of * domain"),
    GONE("there is no user"),
    GONE("there is no such"),
    GONE("theres no user"),
    GONE("unable to find user"),
    GONE("unable to find recipient"),
    GONE("bad destination mailbox address"), /* RFC 3463, Amazon */
    GONE("bad destination email address"),
    GONE("bad recipient address"),
    GONE("badrcptto"),
    GONE("bad address syntax"),
    GONE("bad address"),
    GONE("recipient address rejected user"), /* Postfix */
    GONE("recipient address rejected * unknown"),
    GONE("recipient address rejected unknown"),
    GONE("recipient address rejected undeliverable address"), /* Postfix, address verification */
    GONE_SURELY(
        "recipient address rejected access denied"), /* Exchange Online: not in the directory */
    GONE("recipient address rejected address does not"),
    GONE("recipient is not exist"),
    GONE("delivery to non existent"),
    GONE("this is not a * address"),
    GONE("this address no longer accepts mail"),
    GONE("this address no longer accepts"),
    GONE("address is no longer"),
    GONE("address rejected * not exist"),
    GONE("no longer on server"),
    GONE("no longer valid"),
    GONE("no longer in use"),
    GONE("no longer available"),
    GONE("no longer an employee"),
    GONE("no longer with"),
    GONE("no longer works"),
    GONE("has left the company"),
    GONE("user has moved"),
    GONE("recipient has moved"),
    GONE("mailbox has moved"),
    GONE_SURELY("has been replaced by"),
    GONE("mailbox owner has changed"),
    GONE("account has been deleted"),
    GONE("account has been removed"),
    GONE("mailbox has been deleted"),
    GONE("account * been closed"),
    GONE("account is closed"),
    GONE("mailbox * closed"),
    GONE("email address * typos"), /* Gmail */
    GONE("user has been removed"),
    GONE("user deleted"),
    GONE("addressee is unknown"),
    GONE("resolver adr recip"),
    GONE("mailhost is out of"),
    GONE_SURELY("on the suppression list"), /* SES, SparkPost: they saw it die before us */
    GONE_SURELY("amazon ses has suppressed"),
    GONE_SURELY("recipient address has been suppressed"),
    GONE_SURELY("suppressed due to previous"),
    GONE_SURELY("bounced addresses list"), /* SendGrid, Mailgun */
    GONE_SURELY("not delivering to previously bounced"),
    /* Said by the program that looked the address up itself, not quoted from another one. */
    GONE_SURELY("mail local unknown user"),
    GONE_SURELY("address not found your message wasnt delivered"), /* Gmail */
    GONE_SURELY("error invalid user address"),                     /* Verizon */
    GONE_PERHAPS("address rejected"),
    GONE_PERHAPS("no such"),
    GONE_PERHAPS("does not exist"),
    GONE_PERHAPS("doesnt exist"),
    GONE_PERHAPS("not found"),
    GONE_PERHAPS("user invalid"),
    GONE_PERHAPS("unknown"),
};

const struct verdict_phrases verdict_phrases_gone = {rows, sizeof(rows) / sizeof(rows[0])};
