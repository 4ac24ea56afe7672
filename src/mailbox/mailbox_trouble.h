/* Trouble: why a mailbox on a server cannot be read now, whose fault that is, and what to do. */
#ifndef MAILBOX_MAILBOX_TROUBLE_H
#define MAILBOX_MAILBOX_TROUBLE_H

#include "mailbox/mailbox.h"

enum mailbox_trouble {
    TROUBLE_NONE = 0,
    TROUBLE_NO_HOST,
    TROUBLE_DOWN,
    TROUBLE_BAD_CERTIFICATE,
    TROUBLE_BAD_CA_FILE,
    TROUBLE_NO_TLS,
    TROUBLE_REFUSED,
    TROUBLE_UNSENDABLE, /* user or password cannot be said in this protocol */
    TROUBLE_NO_LOGIN,
    TROUBLE_BUSY, /* it asks to come again later */
    TROUBLE_NO_FOLDER,
    TROUBLE_NO_LIST,
    TROUBLE_ENDED,
    TROUBLE_TOO_SLOW,
    TROUBLE_TOO_MUCH,
    TROUBLE_NONSENSE,
    TROUBLE_WORKER, /* the process that reads its answers ended */
};

/* Another connection may do better at once. */
bool mailbox_trouble_passes(enum mailbox_trouble trouble);

/* Fills `err`; returns false. `words` are the server's, or empty; they are not repeated when they
 * hold the password. */
bool mailbox_trouble_say(enum mailbox_trouble trouble, const struct mailbox_server *server,
                         struct text words, struct error *err);

#endif
