/*
 * Verdict codes: what a number says, and how far it can be trusted.
 *
 * RFC 3463 gives every enhanced code one meaning, but servers use x.0.0, x.1.0, x.2.0, x.5.0 and
 * x.7.1 for anything. Those rows weigh a hint; the ones used as written weigh WEIGHT_CODE, so that
 * clear words still win (one DSN in seven contradicts its own status).
 */
#include "verdict/verdict_tables.h"

#include "base/banned.h"

/* The first row that covers a code counts. */
const struct verdict_enhanced_row verdict_enhanced_rows[] = {
    /* x.1: addresses */
    {1, 0, 0, CLASS_BAD_MAILBOX, WEIGHT_HINT, "x.1.0 other address status"},
    {1, 1, 1, CLASS_BAD_MAILBOX, WEIGHT_CODE, "x.1.1 bad destination mailbox"},
    {1, 2, 2, CLASS_BAD_DOMAIN, WEIGHT_CODE, "x.1.2 bad destination system"},
    {1, 3, 3, CLASS_BAD_MAILBOX, WEIGHT_CODE, "x.1.3 bad address syntax"},
    {1, 4, 4, CLASS_RECIPIENT_REFUSED, WEIGHT_HINT, "x.1.4 ambiguous address"},
    {1, 6, 6, CLASS_BAD_MAILBOX, WEIGHT_CODE, "x.1.6 moved, no forwarding address"},
    {1, 7, 8, CLASS_POLICY_BLOCK, WEIGHT_CODE, "x.1.7, x.1.8 bad sender address or system"},
    {1, 9, 9, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "x.1.9 relayed to a non-compliant mailer"},
    /* RFC 7505 means the null MX; Exchange means a recipient its directory does not know. Both are
     * dead for good, and Exchange says it far more often. */
    {1, 10, 10, CLASS_BAD_MAILBOX, WEIGHT_CODE, "x.1.10 recipient not found, or null MX"},
    {1, 20, 20, CLASS_CONTENT, WEIGHT_HINT, "x.1.20 more than one From address (Exchange)"},
    {1, 90, 90, CLASS_RATE_LIMITED, WEIGHT_CODE, "x.1.90 daily limit reached (Exchange)"},
    {1, 350, 351, CLASS_BAD_MAILBOX, WEIGHT_CODE, "x.1.351 recipient unknown there (Exchange)"},
    /* x.2: the mailbox */
    {2, 0, 0, CLASS_RECIPIENT_REFUSED, WEIGHT_HINT, "x.2.0 other mailbox status"},
    {2, 1, 1, CLASS_INACTIVE_MAILBOX, WEIGHT_HINT, "x.2.1 mailbox disabled"},
    {2, 2, 2, CLASS_MAILBOX_FULL, WEIGHT_CODE, "x.2.2 mailbox full"},
    {2, 3, 3, CLASS_MESSAGE_TOO_BIG, WEIGHT_CODE, "x.2.3 too long for this mailbox"},
    {2, 4, 4, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "x.2.4 mailing list expansion"},
    {2, 14, 14, CLASS_REMOTE_SYSTEM, WEIGHT_CODE, "x.2.14 forwarding misconfigured (Exchange)"},
    {2, 120, 122, CLASS_RATE_LIMITED, WEIGHT_CODE, "x.2.12x recipient gets too much (Exchange)"},
    /* x.3: the mail system */
    {3, 0, 0, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "x.3.0 other mail system status"},
    {3, 1, 1, CLASS_REMOTE_SYSTEM, WEIGHT_CODE, "x.3.1 mail system full"},
    {3, 2, 2, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "x.3.2 not accepting messages"},
    {3, 3, 3, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "x.3.3 not capable of selected features"},
    {3, 4, 4, CLASS_MESSAGE_TOO_BIG, WEIGHT_CODE, "x.3.4 message too big for system"},
    {3, 5, 5, CLASS_REMOTE_SYSTEM, WEIGHT_CODE, "x.3.5 system incorrectly configured"},
    {3, 190, 190, CLASS_REMOTE_SYSTEM, WEIGHT_CODE, "x.3.190 journaling (Exchange)"},
    /* x.4: network and routing */
    {4, 0, 0, CLASS_TEMPORARY_NETWORK, WEIGHT_HINT, "x.4.0 other network status"},
    {4, 1, 1, CLASS_TEMPORARY_NETWORK, WEIGHT_HINT, "x.4.1 no answer from host"},
    {4, 2, 2, CLASS_TEMPORARY_NETWORK, WEIGHT_CODE, "x.4.2 bad connection"},
    {4, 3, 3, CLASS_REMOTE_SYSTEM, WEIGHT_CODE, "x.4.3 directory server failure"},
    {4, 4, 4, CLASS_BAD_DOMAIN, WEIGHT_CODE, "x.4.4 unable to route"},
    {4, 5, 5, CLASS_RATE_LIMITED, WEIGHT_HINT, "x.4.5 mail system congestion"},
    {4, 6, 6, CLASS_TEMPORARY_NETWORK, WEIGHT_CODE, "x.4.6 routing loop"},
    {4, 7, 7, CLASS_EXPIRED, WEIGHT_CODE, "x.4.7 delivery time expired"},
    {4, 8, 8, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "x.4.8 used for loops"},
    {4, 14, 14, CLASS_TEMPORARY_NETWORK, WEIGHT_CODE, "x.4.14 hop count exceeded (Exchange)"},
    {4, 300, 300, CLASS_EXPIRED, WEIGHT_CODE, "x.4.300 message expired (Exchange)"},
    {4, 310, 310, CLASS_BAD_DOMAIN, WEIGHT_CODE, "x.4.310 DNS has no such domain (Exchange)"},
    {4, 311, 315, CLASS_TEMPORARY_NETWORK, WEIGHT_CODE, "x.4.31x connection failed (Exchange)"},
    {4, 316, 317, CLASS_EXPIRED, WEIGHT_CODE, "x.4.316 expired, could not connect (Exchange)"},
    /* x.5: the protocol */
    {5, 0, 0, CLASS_OTHER, WEIGHT_TRACE, "x.5.0 other protocol status"},
    {5, 1, 2, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "x.5.1, x.5.2 invalid command or syntax"},
    {5, 3, 3, CLASS_RATE_LIMITED, WEIGHT_CODE, "x.5.3 too many recipients"},
    {5, 4, 5, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "x.5.4, x.5.5 invalid arguments or version"},
    {5, 6, 6, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "x.5.6 authentication exchange too long"},
    /* x.6: content and media */
    {6, 7, 7, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "x.6.7 no SMTPUTF8 address there"},
    {6, 0, 999, CLASS_CONTENT, WEIGHT_CODE, "x.6 content or media"},
    /* x.7: security and policy. x.7.0 and x.7.1 stand for anything a policy may be. */
    {7, 0, 0, CLASS_POLICY_BLOCK, WEIGHT_TRACE, "x.7.0 other security status"},
    {7, 1, 1, CLASS_POLICY_BLOCK, WEIGHT_HINT, "x.7.1 not authorized"},
    {7, 2, 2, CLASS_RECIPIENT_REFUSED, WEIGHT_HINT, "x.7.2 list expansion prohibited"},
    {7, 3, 6, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "x.7.3 to x.7.6 security conversion, crypto"},
    {7, 7, 7, CLASS_POLICY_BLOCK, WEIGHT_HINT, "x.7.7 message integrity"},
    {7, 8, 12, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "x.7.8 to x.7.12 login demanded"},
    {7, 13, 13, CLASS_INACTIVE_MAILBOX, WEIGHT_CODE, "x.7.13 user account disabled"},
    {7, 14, 15, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "x.7.14, x.7.15 trust, priority"},
    {7, 16, 16, CLASS_MESSAGE_TOO_BIG, WEIGHT_CODE, "x.7.16 too big for its priority"},
    /* RFC 7293: the address belongs to somebody else now, who never asked for our mail. */
    {7, 17, 17, CLASS_BAD_MAILBOX, WEIGHT_CODE, "x.7.17 mailbox owner has changed"},
    {7, 18, 18, CLASS_BAD_DOMAIN, WEIGHT_CODE, "x.7.18 domain owner has changed"},
    {7, 20, 24, CLASS_AUTH_FAILURE, WEIGHT_CODE, "x.7.20 to x.7.24 DKIM or SPF (RFC 7372)"},
    {7, 25, 25, CLASS_POLICY_BLOCK, WEIGHT_CODE, "x.7.25 reverse DNS (RFC 7372)"},
    {7, 26, 26, CLASS_AUTH_FAILURE, WEIGHT_CODE, "x.7.26 several checks failed (RFC 7372)"},
    {7, 27, 27, CLASS_POLICY_BLOCK, WEIGHT_CODE, "x.7.27 sender has a null MX (RFC 7505)"},
    {7, 28, 28, CLASS_POLICY_BLOCK, WEIGHT_CODE, "x.7.28 mail flood"},
    {7, 29, 32, CLASS_AUTH_FAILURE, WEIGHT_CODE, "x.7.29 to x.7.32 ARC, DKIM, alignment"},
    {7, 40, 40, CLASS_AUTH_FAILURE, WEIGHT_CODE, "x.7.40 DMARC record (Gmail)"},
    {7, 54, 54, CLASS_REMOTE_SYSTEM, WEIGHT_CODE, "x.7.54 relaying denied (Exchange)"},
    {7, 57, 57, CLASS_REMOTE_SYSTEM, WEIGHT_CODE, "x.7.57 login demanded (Exchange)"},
    {7, 60, 60, CLASS_POLICY_BLOCK, WEIGHT_CODE, "x.7.60 may not send as this (Exchange)"},
    {7, 64, 64, CLASS_REMOTE_SYSTEM, WEIGHT_CODE, "x.7.64 relaying denied (Exchange)"},
    {7, 124, 136, CLASS_RECIPIENT_REFUSED, WEIGHT_CODE, "x.7.12x, x.7.13x restricted (Exchange)"},
    {7, 321, 325, CLASS_TEMPORARY_NETWORK, WEIGHT_CODE, "x.7.32x TLS or DANE there (Exchange)"},
    {7, 500, 504, CLASS_POLICY_BLOCK, WEIGHT_CODE, "x.7.50x banned sender (Exchange)"},
    {7, 505, 505, CLASS_RECIPIENT_REFUSED, WEIGHT_CODE, "x.7.505 banned recipient (Exchange)"},
    {7, 506, 508, CLASS_POLICY_BLOCK, WEIGHT_CODE, "x.7.506 to x.7.508 banned host (Exchange)"},
    {7, 509, 509, CLASS_AUTH_FAILURE, WEIGHT_CODE, "x.7.509 DMARC (Exchange)"},
    {7, 510, 514, CLASS_POLICY_BLOCK, WEIGHT_CODE, "x.7.51x banned sender (Exchange)"},
    {7, 515, 515, CLASS_AUTH_FAILURE, WEIGHT_CODE, "x.7.515 authentication level (Outlook)"},
    {7, 606, 650, CLASS_POLICY_BLOCK, WEIGHT_CODE, "x.7.606 to x.7.650 banned IP (Exchange)"},
    {7, 850, 899, CLASS_POLICY_BLOCK, WEIGHT_CODE, "x.7.8xx suspicious IP (Exchange)"},
    {7, 700, 750, CLASS_POLICY_BLOCK, WEIGHT_CODE, "x.7.7xx tenant or domain blocked (Exchange)"},
};

const size_t verdict_enhanced_count =
    sizeof(verdict_enhanced_rows) / sizeof(verdict_enhanced_rows[0]);

#define AT(stage) (1U << (stage))
#define AT_RCPT AT(STAGE_RCPT)
#define AT_ANY (~0U)

const struct verdict_basic_row verdict_basic_rows[] = {
    {521, AT_ANY, CLASS_BAD_DOMAIN, WEIGHT_HINT, "521 host takes no mail (RFC 7504)"},
    {556, AT_ANY, CLASS_BAD_DOMAIN, WEIGHT_CODE, "556 domain takes no mail (RFC 7504)"},
    {525, AT_ANY, CLASS_INACTIVE_MAILBOX, WEIGHT_HINT, "525 user account disabled"},
    {523, AT_ANY, CLASS_MESSAGE_TOO_BIG, WEIGHT_HINT, "523 message too long for the mailbox"},
    {552, AT_ANY, CLASS_MAILBOX_FULL, WEIGHT_TRACE, "552 storage exceeded"},
    {452, AT_ANY, CLASS_MAILBOX_FULL, WEIGHT_TRACE, "452 storage insufficient"},
    {421, AT_ANY, CLASS_RATE_LIMITED, WEIGHT_TRACE, "421 service not available now"},
    {530, AT_ANY, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "530 login or TLS demanded"},
    {535, AT_ANY, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "535 login refused"},
    {538, AT_ANY, CLASS_REMOTE_SYSTEM, WEIGHT_HINT, "538 encryption demanded"},
    {500, AT_ANY, CLASS_REMOTE_SYSTEM, WEIGHT_TRACE, "500 command not recognized"},
    {501, AT_ANY, CLASS_REMOTE_SYSTEM, WEIGHT_TRACE, "501 bad arguments"},
    {502, AT_ANY, CLASS_REMOTE_SYSTEM, WEIGHT_TRACE, "502 command not implemented"},
    {504, AT_ANY, CLASS_REMOTE_SYSTEM, WEIGHT_TRACE, "504 parameter not implemented"},
    {503, AT_ANY, CLASS_REMOTE_SYSTEM, WEIGHT_TRACE, "503 bad sequence of commands"},
    {432, AT_ANY, CLASS_TEMPORARY_NETWORK, WEIGHT_TRACE, "432 try later"},
};

const size_t verdict_basic_count = sizeof(verdict_basic_rows) / sizeof(verdict_basic_rows[0]);
