/* Dialogue: the parts of a session, for each other. */
#ifndef CATCHER_DIALOGUE_H
#define CATCHER_DIALOGUE_H

#include "session.h"

/* What will be answered at an event: the usual line, or what the script makes of it. */
struct ruling {
    const struct rule *rule;
    const char *text; /* one or more lines, without the last CRLF */
    size_t length;
    int code;    /* the reply code at its start; 0 when it has none */
    bool silent; /* nothing will be said at all */
};

struct ruling ruling_of(struct session *session, enum event event, const char *usual);
void ruling_say(struct session *session, const struct ruling *ruling);
/* Both at once. True when the reply was of that class (2 or 3). */
bool dialogue_reply(struct session *session, enum event event, const char *usual, int class);
/* The last reply of a connection. */
void dialogue_end(struct session *session, enum event event, const char *last);

/* Ends the transaction: RSET, a new EHLO, after a message. */
void session_reset(struct session *session);

typedef void command_do(struct session *session, const char *rest, size_t length);
command_do auth_command, mail_command, rcpt_command, data_command, bdat_command;
/* One line of a client in the midst of AUTH. */
void auth_line(struct session *session, const char *line, size_t length);
size_t data_hear(struct session *session, const char *at, size_t length);
size_t chunk_hear(struct session *session, const char *at, size_t length);
/* A chunk of no bytes is over at once. */
void chunk_finish(struct session *session);

#endif
