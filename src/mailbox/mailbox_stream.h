/*
 * Stream: one TLS connection to a mail server, within a time and a number of bytes.
 *
 * Who asks a question says first how long and how much the answer may be. Once anything was wrong
 * the stream is broken for good: every further call fails at once, so that no loop of whoever reads
 * can spin on it. For the worker process of a mailbox only.
 */
#ifndef MAILBOX_MAILBOX_STREAM_H
#define MAILBOX_MAILBOX_STREAM_H

#include <sys/types.h>

#include "mailbox/mailbox_trouble.h"

enum { STREAM_WORDS = 256 };

struct mailbox_stream;

/* Connects within the server's timeout and verifies certificate and host name. `words` say more
 * about a trouble. */
enum mailbox_trouble mailbox_stream_open(const struct mailbox_server *server,
                                         struct mailbox_stream **ret_stream,
                                         char words[STREAM_WORDS]);

/* From now on the server's timeout holds anew, for at most so many bytes. */
void mailbox_stream_allow(struct mailbox_stream *stream, size_t bytes);

/* At least one byte; -1 when the stream is broken, at its end too. */
ssize_t mailbox_stream_read(struct mailbox_stream *stream, char *at, size_t size);
ssize_t mailbox_stream_write(struct mailbox_stream *stream, const char *at, size_t size);

/* TROUBLE_NONE: it is not broken. */
enum mailbox_trouble mailbox_stream_trouble(const struct mailbox_stream *stream);

/* The same stream as libetpan wants it, a mailstream. One for each stream. */
void *mailbox_stream_for_etpan(struct mailbox_stream *stream);

#endif
