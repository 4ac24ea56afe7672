/*
 * Session: the worker process of a mailbox on a server.
 *
 * It is this program started anew, so that it holds nothing of its parent: no configuration, no
 * database, no key, no environment, no other descriptor. Over one socket it is told the server and
 * its password, and asked for names and mails. libetpan, which reads the server's answers, crashes
 * and spins on hostile ones; here that costs nothing but this process.
 */
#ifndef MAILBOX_MAILBOX_SESSION_H
#define MAILBOX_MAILBOX_SESSION_H

#include <stdbool.h>

/* argv[1] of such a process, and the descriptor of its socket. */
#define SESSION_WORD "mailbox-worker"
enum { SESSION_SOCKET = 3 };

/* main() asks this first, and then does nothing but the other. */
bool mailbox_session_is_asked(int argc, char **argv);
_Noreturn void mailbox_session_run(void);

#endif
