/* Session: the SMTP dialogue of one connection: bytes in, replies into an outbox. It touches no
 * socket. */
#ifndef CATCHER_SESSION_H
#define CATCHER_SESSION_H

#include "body.h"
#include "envelope.h"
#include "intake.h"
#include "outbox.h"
#include "script.h"

enum mode { MODE_COMMAND, MODE_DATA, MODE_CHUNK, MODE_AUTH };

struct session {
    const struct options *options;
    struct script *script;
    struct intake *intake;
    struct outbox outbox;
    uint64_t connection; /* from 1 */
    int64_t now_ns;      /* monotonic; set before every call */
    uint32_t *seen;      /* per rule of the script */

    enum mode mode;
    uint32_t capabilities;
    bool tls;
    bool deaf;     /* the dialogue is over, or over until TLS stands */
    bool paused;   /* a script delays a reply: nothing is read until it has left */
    bool overlong; /* inside a command line beyond its limit */
    bool is_last;  /* nothing was read behind the present command line */

    struct bytes helo;      /* empty: no greeting yet */
    struct bytes user;      /* empty: not authenticated */
    struct bytes auth_name; /* AUTH LOGIN: between its two answers */
    bool auth_is_login;
    struct envelope envelope;
    struct body body;
    uint32_t messages; /* MAIL commands accepted */
    const char *current_to;

    uint64_t chunk_left;
    bool chunk_is_last;
    bool chunk_is_refused; /* its bytes are skipped: no recipient, or BDAT and DATA mixed */
    bool in_chunks;        /* a BDAT began this message (RFC 3030 3) */
};

void session_open(struct session *session, uint64_t connection);
void session_close(struct session *session);
/* Says the greeting. */
void session_greet(struct session *session);
/* Takes what it can use of the bytes and returns how many; the rest comes again with more behind
 * it. */
size_t session_hear(struct session *session, const char *at, size_t length);
/* TLS stands: everything said before is forgotten (RFC 3207 4.2). */
void session_secure(struct session *session);
/* Is it willing to hear more? */
bool session_listens(const struct session *session);

#endif
