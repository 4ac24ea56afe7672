/*
 * Mailbox marker: shows mails of a Maildir as seen while the next ones are read and taken.
 *
 * A mail is marked by a rename, which changes two folders: a fifth of all the work that taking a
 * mail is. So names are handed to a thread, and who hands them over goes on. What was handed over
 * is done when the marker is closed; a name that could not be marked is left as it is.
 */
#ifndef MAILBOX_MAILBOX_MARKER_H
#define MAILBOX_MAILBOX_MARKER_H

#include "base/text.h"

enum { MARKER_NAMES = 1024 /* that wait, at most; then the next one waits to be handed over */ };

struct mailbox_marker;

/* `folder`: the open Maildir, which outlives the marker. */
struct mailbox_marker *mailbox_marker_open(int folder);
/* Waits until all are marked. NULL is fine. */
void mailbox_marker_close(struct mailbox_marker *marker);

/* `uid`: what stands before the colon, at most MAILBOX_UID bytes. A mail that is in new/ goes to
 * cur/ as seen; of one that is not nothing changes. */
void mailbox_marker_add(struct mailbox_marker *marker, struct text uid);

#endif
