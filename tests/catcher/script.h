/* Script: which replies of the catcher go wrong, and how; one rule a line. */
#ifndef CATCHER_SCRIPT_H
#define CATCHER_SCRIPT_H

#include "bytes.h"
#include "outbox.h"

enum event {
    EVENT_GREETING,
    EVENT_EHLO,
    EVENT_AUTH,
    EVENT_STARTTLS,
    EVENT_MAIL,
    EVENT_RCPT,
    EVENT_DATA,
    EVENT_DATA_END,
    EVENT_BDAT,
    EVENT_BDAT_END,
    EVENT_RSET,
    EVENT_NOOP,
    EVENT_VRFY,
    EVENT_QUIT,
    EVENT_OTHER,
    EVENT_COUNT,
};

enum capability {
    CAN_PIPELINING = 1 << 0,
    CAN_SIZE = 1 << 1,
    CAN_8BITMIME = 1 << 2,
    CAN_STARTTLS = 1 << 3,
    CAN_AUTH = 1 << 4,
    CAN_CHUNKING = 1 << 5,
    CAN_SMTPUTF8 = 1 << 6,
    CAN_STATUSCODES = 1 << 7,
};

struct rule {
    unsigned line; /* in the script, from 1 */

    /* What must hold. */
    uint32_t events; /* bit per enum event */
    uint64_t connection_from, connection_to, connection_every;
    const char *to, *from; /* globs, NULL: any */
    uint32_t nth;          /* only the n-th time the rest holds on a connection; 0: any */
    uint32_t message;      /* only in the n-th message of a connection; 0: any */
    uint64_t times;        /* at most so often in all */
    double chance;         /* 0 to 1 */

    /* What happens then. */
    const char *reply; /* NULL: the usual one */
    size_t reply_length;
    const char *extra; /* said behind it */
    size_t extra_length;
    bool raw;         /* reply without CRLF behind it */
    bool half;        /* half of the reply, then THEN_DROP */
    bool swallow;     /* takes the message, says nothing */
    bool hang;        /* never says or hears anything again */
    uint32_t without; /* capabilities this connection does not have (ehlo) */
    int64_t delay_ms;
    int64_t drip_ms; /* between two bytes; 0: at once */
    enum then then;
};

struct script {
    struct rule *rules;
    size_t count;
    uint64_t *used; /* per rule, in all */
    uint64_t seed;
};

struct occasion {
    enum event event;
    uint64_t connection; /* from 1 */
    uint32_t message;    /* of the connection, from 1 */
    const char *from, *to;
    uint32_t *seen; /* per rule, counts of this connection; script_counters() */
};

/* Reads the rules of a file. Mistakes end the program, with file:line. */
void script_read(struct script *script, const char *path);
/* Adds one line; `place` names it in a message about a mistake. */
void script_add(struct script *script, const char *line, const char *place, unsigned number);
uint32_t *script_counters(const struct script *script);
/* The first rule that fits, NULL for the usual way. Chance depends on the seed, the connection, the
 * rule and the count alone, so that a run can be repeated however connections interleave. */
const struct rule *script_match(struct script *script, const struct occasion *occasion);
uint32_t capability_named(const char *name);

#endif
