/*
 * Verdict phrases, systems: what mail programs say about names, connections, queues and each other.
 */
#include "mail/verdict_tables.h"

#include "base/banned.h"

/* clang-format off */
#define DOMAIN_GONE(words) {words, CLASS_BAD_DOMAIN, WEIGHT_CLEAR, SIGN_NONE}
#define DOMAIN_GONE_SURELY(words) {words, CLASS_BAD_DOMAIN, WEIGHT_SURE, SIGN_NONE}
#define NETWORK(words) {words, CLASS_TEMPORARY_NETWORK, WEIGHT_CLEAR, SIGN_NONE}
#define NETWORK_SURELY(words) {words, CLASS_TEMPORARY_NETWORK, WEIGHT_MORE, SIGN_NONE}
#define NETWORK_PERHAPS(words) {words, CLASS_TEMPORARY_NETWORK, WEIGHT_HINT, SIGN_NONE}
#define SYSTEM(words) {words, CLASS_REMOTE_SYSTEM, WEIGHT_CLEAR, SIGN_NONE}
#define SYSTEM_SURELY(words) {words, CLASS_REMOTE_SYSTEM, WEIGHT_SURE, SIGN_NONE}
#define SYSTEM_PERHAPS(words) {words, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, SIGN_NONE}
#define EXPIRED(words) {words, CLASS_EXPIRED, WEIGHT_CLEAR, SIGN_NONE}
#define EXPIRED_SURELY(words) {words, CLASS_EXPIRED, WEIGHT_MORE, SIGN_NONE}
#define SAID_AT(words, sign) {words, CLASS_OTHER, WEIGHT_NONE, sign}
/* clang-format on */

static const struct verdict_phrase rows[] = {
    /* Which command was refused: Postfix, Exim, qmail */
    SAID_AT("in reply to rcpt to", SIGN_AT_RCPT),
    SAID_AT("in reply to mail from", SIGN_AT_MAIL),
    SAID_AT("in reply to end of data", SIGN_AT_DATA),
    SAID_AT("in reply to data", SIGN_AT_DATA),
    SAID_AT("in reply to ehlo", SIGN_AT_CONNECT),
    SAID_AT("in reply to helo", SIGN_AT_CONNECT),
    SAID_AT("refused to talk to me", SIGN_AT_CONNECT),
    SAID_AT("after initial connection", SIGN_AT_CONNECT),
    SAID_AT("after rcpt to", SIGN_AT_RCPT),
    SAID_AT("after pipelined rcpt to", SIGN_AT_RCPT),
    SAID_AT("after mail from", SIGN_AT_MAIL),
    SAID_AT("after pipelined mail from", SIGN_AT_MAIL),
    SAID_AT("after end of data", SIGN_AT_DATA),
    SAID_AT("after data", SIGN_AT_DATA),
    SAID_AT("rcpt to @", SIGN_AT_RCPT),
    SAID_AT("did not like our rcpt to", SIGN_AT_RCPT), /* Barracuda */
    SAID_AT("did not like our mail from", SIGN_AT_MAIL),
    SAID_AT("does not like recipient", SIGN_AT_RCPT), /* qmail */
    SAID_AT("but sender was rejected", SIGN_AT_MAIL),
    SAID_AT("most progress was rcpt to", SIGN_AT_RCPT),
    SAID_AT("failed after i sent the message", SIGN_AT_DATA),

    /* No such domain, or it takes no mail */
    DOMAIN_GONE("host unknown"), /* Sendmail */
    DOMAIN_GONE("unknown host"),
    DOMAIN_GONE("host not found"), /* Postfix */
    DOMAIN_GONE("host * not found"),
    DOMAIN_GONE("host or domain name not found"), /* Postfix */
    DOMAIN_GONE("domain name not found"),
    DOMAIN_GONE("domain not found"),
    DOMAIN_GONE("domain * not found"),
    DOMAIN_GONE("domain * couldnt be found"), /* Gmail */
    DOMAIN_GONE("domain does not exist"),
    DOMAIN_GONE("domain * does not exist"),
    DOMAIN_GONE("domain doesnt exist"),
    DOMAIN_GONE("domain * doesnt exist"),
    DOMAIN_GONE("domain is not reachable"),
    DOMAIN_GONE("domain must exist"),
    DOMAIN_GONE("domain has no mail"),
    DOMAIN_GONE("domain is invalid"),
    DOMAIN_GONE("invalid domain"),
    DOMAIN_GONE("illegal domain"),
    DOMAIN_GONE("bad domain"),
    DOMAIN_GONE("unknown domain"),
    DOMAIN_GONE("domain unknown"),
    DOMAIN_GONE("no such domain"),
    DOMAIN_GONE("no such host"),
    DOMAIN_GONE("no host found"),
    DOMAIN_GONE("no mail exchanger"),
    DOMAIN_GONE("no mail server"),
    DOMAIN_GONE("no mx"),
    DOMAIN_GONE("no mx record"),
    DOMAIN_GONE("no valid mx"),
    DOMAIN_GONE("no a or mx"),
    DOMAIN_GONE("no matches to nameserver query"), /* Gmail */
    DOMAIN_GONE("domain * could not be found"),
    DOMAIN_GONE("couldnt find any host"), /* qmail */
    DOMAIN_GONE("name or service not known"),
    DOMAIN_GONE("name service error for"), /* Postfix */
    DOMAIN_GONE("nxdomain"),
    DOMAIN_GONE("non existent domain"),
    DOMAIN_GONE("nonexistent domain"),
    DOMAIN_GONE("unrouteable address"), /* Exim */
    DOMAIN_GONE("unroutable address"),
    DOMAIN_GONE("unrouteable domain"),
    DOMAIN_GONE("all relevant mx records point to non existent"), /* Exim */
    DOMAIN_GONE("an mx or srv record indicated no smtp service"), /* Exim */
    DOMAIN_GONE("invalid host name"),
    DOMAIN_GONE("invalid host"),
    DOMAIN_GONE("bad destination system"),
    DOMAIN_GONE("bad destination host"),
    DOMAIN_GONE("unable to resolve destination"),
    DOMAIN_GONE("destination server for this recipient could not be found"),
    DOMAIN_GONE("recipient address rejected domain not found"),
    DOMAIN_GONE("recipient domain * not"),
    DOMAIN_GONE("recipients domain * not"),
    DOMAIN_GONE("dns domain * does not exist"),
    DOMAIN_GONE("domain owner has changed"),
    DOMAIN_GONE("domain is not used for mail"),
    DOMAIN_GONE_SURELY("null mx"),
    DOMAIN_GONE_SURELY("nullmx"),
    DOMAIN_GONE_SURELY("domain * does not accept mail"), /* Postfix, null MX */
    DOMAIN_GONE_SURELY("domain does not accept"),
    DOMAIN_GONE_SURELY("does not accept any mail"),
    DOMAIN_GONE_SURELY("host does not accept mail"), /* RFC 7504 */
    DOMAIN_GONE_SURELY("host never accepts mail"),
    DOMAIN_GONE_SURELY("this server does not accept mail"),
    DOMAIN_GONE_SURELY("smtp protocol returned a permanent error"), /* Amazon, 556 */

    /* Networks. A timeout that is reported at last is an expired message: see the queues. */
    NETWORK_SURELY("connection refused"),
    NETWORK("connection reset"),
    NETWORK("connection lost"),
    NETWORK("lost connection"), /* Postfix */
    NETWORK("connection dropped"),
    NETWORK("connection closed"),
    NETWORK("connection aborted"),
    NETWORK("connection failed"),
    NETWORK("connection failure"),
    EXPIRED("connection timed out"),
    EXPIRED("connection timeout"),
    NETWORK("connection died"),
    EXPIRED("conversation * timed out"), /* Postfix */
    EXPIRED("timed out while"),
    EXPIRED("timed out waiting"),
    EXPIRED("operation timed out"),
    EXPIRED("connect timed out"),
    EXPIRED("read timeout"),
    EXPIRED("timeout"),
    EXPIRED("timed out"),
    NETWORK("could not connect"),
    NETWORK("couldnt connect"),
    NETWORK("cannot connect"),
    NETWORK("unable to connect"),
    NETWORK("failed to connect"),
    NETWORK("unable to reach"),
    NETWORK("could not be contacted"),
    NETWORK("could not be reached"),
    NETWORK("not responding"),
    NETWORK("is not responding"),
    NETWORK("did not respond"),
    NETWORK("no answer from host"),
    NETWORK_SURELY("no route to host"),
    NETWORK("no relevant answers"),
    NETWORK_SURELY("host is unreachable"),
    NETWORK("host unreachable"),
    NETWORK_SURELY("network is unreachable"),
    NETWORK("network unreachable"),
    NETWORK_SURELY("network error"),
    NETWORK("network failure"),
    NETWORK("host is down"),
    NETWORK_SURELY("wasnt able to establish an smtp connection"), /* qmail */
    NETWORK("unable to establish"),
    NETWORK("establish an smtp connection"),
    NETWORK_SURELY("too many hops"),
    NETWORK_SURELY("hop count exceeded"),
    NETWORK("exceeded * hop"),
    NETWORK("maximum hop"),
    NETWORK_SURELY("mail loop"),
    NETWORK("mail is looping"),
    NETWORK("message is looping"),
    NETWORK("message looping"),
    NETWORK("message looped"),
    NETWORK("mail loops back"),
    NETWORK_SURELY("loops back to"), /* Postfix, Sendmail */
    NETWORK_SURELY("routing loop"),
    NETWORK("loop detected"),
    NETWORK("loop encountered"),
    NETWORK("malformed or unexpected name server reply"), /* Postfix */
    NETWORK("host not found * try again"),
    NETWORK_SURELY("host name lookup failure"), /* Sendmail */
    NETWORK_SURELY("name server * failure"),
    NETWORK("temporary lookup failure"),
    NETWORK("temporary dns failure"),
    NETWORK("dns failure"),
    NETWORK("dns query failed"),
    NETWORK("dns lookup failed"),
    NETWORK("tls is required but was not offered"), /* Postfix */
    NETWORK("cannot start tls"),
    NETWORK("starttls failed"),
    NETWORK("tls handshake"),
    NETWORK("certificate * verify"),
    NETWORK("bad connection"),
    NETWORK_PERHAPS("temporary failure"),
    NETWORK_PERHAPS("deferred"),
    NETWORK_PERHAPS("try again later"),

    /* Queues that gave up */
    EXPIRED_SURELY("delivery time expired"),
    EXPIRED_SURELY("message expired"),
    EXPIRED_SURELY("message has expired"),
    EXPIRED_SURELY("retry timeout exceeded"), /* Exim */
    EXPIRED("retry time not reached"),
    EXPIRED("retry time expired"),
    EXPIRED("retry limit exceeded"),
    EXPIRED_SURELY("queue time exceeded"),
    EXPIRED("in the queue too long"), /* qmail */
    EXPIRED("in queue too long"),
    EXPIRED("queue too long"),
    EXPIRED("too long in the queue"),
    EXPIRED("could not be delivered for"), /* Sendmail: "… for 5 days" */
    EXPIRED("will be deleted from queue"),
    EXPIRED("giving up on it"),
    EXPIRED("has not been delivered * hours"),
    EXPIRED("unable to deliver in"), /* SES: "… in 840 minutes" */
    EXPIRED("could not be delivered within"),
    EXPIRED_SURELY("could not deliver * within"),
    EXPIRED("delivery attempts failed"),
    EXPIRED_SURELY("delivery expired"),
    EXPIRED("delivery timeout"),
    EXPIRED("delivery timed out"),
    EXPIRED("maximum retries"),
    EXPIRED("message timed out"),
    EXPIRED("message timeout"),
    EXPIRED("too many retries"),
    EXPIRED("was undeliverable after"),
    EXPIRED("failed for * days"),
    EXPIRED("message was in the queue"),
    EXPIRED("not delivered after"),
    EXPIRED("for too long"),
    EXPIRED("message is too old"),
    EXPIRED("message too old"),
    EXPIRED("undeliverable for * days"),
    EXPIRED("queue lifetime"),
    EXPIRED("gave up"),
    EXPIRED("could not deliver for the last"), /* DragonFly */
    EXPIRED("delivery failed * attempts"),     /* IMail */

    /* The other side is misconfigured */
    SYSTEM_SURELY("relay access denied"), /* Postfix */
    SYSTEM_SURELY("relaying denied"),     /* Sendmail */
    SYSTEM_SURELY("relay denied"),
    SYSTEM_SURELY("relay not permitted"), /* Exim */
    SYSTEM_SURELY("relaying not allowed"),
    SYSTEM_SURELY("relaying * not allowed"),
    SYSTEM_SURELY("relaying * prohibited"),
    SYSTEM_SURELY("relaying is prohibited"),
    SYSTEM_SURELY("relaying mail"),
    SYSTEM_SURELY("relay * prohibited"),
    SYSTEM_SURELY("not allowed to relay"),
    SYSTEM_SURELY("unable to relay"),
    SYSTEM_SURELY("cannot relay"),
    SYSTEM_SURELY("no relaying"),
    SYSTEM_SURELY("not permitted to relay"),
    SYSTEM_SURELY("we do not relay"),
    SYSTEM_SURELY("dont relay"),
    SYSTEM_SURELY("relaying blocked"),
    SYSTEM_SURELY("relaying to * denied"),
    SYSTEM_SURELY("relaying through"),
    SYSTEM_SURELY("relaying to"),
    SYSTEM_SURELY("isnt in my list of allowed rcpthosts"), /* qmail */
    SYSTEM_SURELY("allowed rcpthosts"),
    SYSTEM_SURELY("rcpthosts"),
    SYSTEM_SURELY("not a gateway"),
    SYSTEM_SURELY("we dont handle mail for"),
    SYSTEM_SURELY("this is not my domain"),
    SYSTEM_SURELY("mail system full"),
    SYSTEM_SURELY("unauthenticated senders not allowed"),
    SYSTEM_SURELY("must authenticate"),
    SYSTEM_SURELY("must be authenticated"),
    SYSTEM_SURELY("authentication required"),
    SYSTEM_SURELY("authentication is required"),
    SYSTEM_SURELY("authentication needed"),
    SYSTEM_SURELY("authentication turned on"),
    SYSTEM_SURELY("authentication failure"),
    SYSTEM_SURELY("authentication credentials"),
    SYSTEM_SURELY("authentication failed"),
    SYSTEM_SURELY("please authenticate"),
    SYSTEM_SURELY("login required"),
    SYSTEM_SURELY("must issue a starttls"),
    SYSTEM_SURELY("delivery not authorized"),
    SYSTEM("system not accepting"),
    SYSTEM("not accepting network messages"),
    SYSTEM("system incorrectly configured"),
    SYSTEM("config error"), /* Sendmail: "mail loops back to me (MX problem?)" */
    SYSTEM("configuration error"),
    SYSTEM("server configuration problem"),
    SYSTEM("server error"),
    SYSTEM("internal error"),
    SYSTEM("internal server error"),
    SYSTEM("local configuration error"),
    SYSTEM("local error"),
    SYSTEM("system error"),
    SYSTEM("system failure"),
    SYSTEM("system config"),
    SYSTEM("temporary system"),
    SYSTEM("can not open"),
    SYSTEM("cannot open"),
    SYSTEM("cant open"),
    SYSTEM("cant create output"), /* Sendmail */
    SYSTEM("can not create"),
    SYSTEM("i o error"),
    SYSTEM("input output error"),
    SYSTEM("permission denied"),
    SYSTEM("command died with status"), /* Postfix pipe */
    SYSTEM("command failed"),
    SYSTEM("command time limit exceeded"),
    SYSTEM("command output"),
    SYSTEM("unknown mailer error"),
    SYSTEM("mailer error"),
    SYSTEM("x unix"), /* Sendmail: "X-Unix; 255" */
    SYSTEM("procmail"),
    SYSTEM("maildrop"),
    SYSTEM("exit status"),
    SYSTEM("exit code"),
    SYSTEM("exited with"),
    SYSTEM("child exited"),
    SYSTEM("child process"),
    SYSTEM("pipe to"),
    SYSTEM("local delivery failed"),
    SYSTEM("failed to deliver to"),
    SYSTEM("unable to run"),
    SYSTEM("transaction failed"),
    SYSTEM("sequence of commands"),
    SYSTEM("protocol error"),
    SYSTEM("syntax error"),
    SYSTEM("command not"),
    SYSTEM("unrecognized command"),
    SYSTEM("unsupported mail destination"),
    SYSTEM("directory * failure"),
    SYSTEM("ldap"),
    SYSTEM("database"),
    SYSTEM("forwarding loop"),
    SYSTEM("forward loop"),
    SYSTEM("service currently unavailable"),
    SYSTEM("service temporarily unavailable"),
    SYSTEM("mail server temporarily"),
    SYSTEM("smtputf8"),
    SYSTEM_PERHAPS("service unavailable"),
    SYSTEM_PERHAPS("unable to deliver"),
};

const struct verdict_phrases verdict_phrases_system = {rows, sizeof(rows) / sizeof(rows[0])};
